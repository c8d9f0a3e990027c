"""Files kept with a form that must be mended: for whoever sent them, for half a day, bounded."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from anlan.base.actor import Actor
from anlan.kernel.papers import attachments, keeping
from anlan.kernel.papers import store as disk
from anlan.kernel.papers.models import Attachment

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
LI, WANG = Actor(7, "李建国", 12, "10.1.2.3"), Actor(8, "王五", 12, "10.1.2.4")


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


def sent(n: int = 0, name: str = "现场.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (n, 90, 40)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def taken(tickets=(), files=(), by=LI, at=AT, most=3):
    return keeping.taken(list(tickets), list(files), by=by, at=at, most=most)


def tickets(kept, by=LI, at=AT):
    return [one.ticket for one in kept.offers(by, at)]


@pytest.mark.django_db
def test_a_kept_file_is_attached_as_if_it_had_just_been_sent():
    first = taken(files=[sent()])
    again = taken(tickets(first), at=AT + timedelta(hours=3))
    assert again.ready == first.ready
    assert not Attachment.objects.exists()
    (one,) = again.ready
    with transaction.atomic():
        row = attachments.attach(one, "hazard", "h-1", "before", by=LI, at=AT)
    assert attachments.read(row, thumbnail=True)[1] == "image/webp"
    assert attachments.original(row, by=LI, at=AT, reason="取证")[:2] == b"\xff\xd8"
    # The same form sent twice hangs it on once.
    with transaction.atomic():
        assert attachments.attach(one, "hazard", "h-1", "before", by=LI, at=AT) == row


def test_it_is_offered_by_name_and_picture():
    (offer,) = taken(files=[sent()]).offers(LI, AT)
    assert offer.name == "现场.jpg"
    assert offer.thumb.startswith("data:image/webp;base64,")
    assert "现场" not in offer.ticket


@pytest.mark.parametrize("late", [-1, keeping.KEPT_SECONDS + 1])
def test_a_ticket_opens_for_half_a_day(late):
    ticket = tickets(taken(files=[sent()]))
    kept = taken(ticket, at=AT + timedelta(seconds=late))
    assert [r.code for r in kept.refused] == ["kept_file_gone"]
    assert not kept.ready


def test_a_ticket_opens_for_nobody_else():
    ticket = tickets(taken(files=[sent()]))
    assert [r.code for r in taken(ticket, by=WANG).refused] == ["kept_file_gone"]


@pytest.mark.parametrize("forged", ["", "x", "AAAA" * 20, "A" * 5_000, "非"])
def test_what_was_made_up_opens_nothing(forged):
    kept = taken([forged])
    assert (kept.ready, [r.code for r in kept.refused]) == ([], ["kept_file_gone"])


def test_a_changed_ticket_opens_nothing():
    (ticket,) = tickets(taken(files=[sent()]))
    changed = ticket[:60] + ("A" if ticket[60] != "A" else "B") + ticket[61:]
    assert not taken([changed]).ready


def test_kept_and_new_ones_are_bounded_together():
    kept = taken(files=[sent(1), sent(2)])
    more = taken(tickets(kept), [sent(3), sent(4)])
    assert len(more.ready) == 3
    assert more.ready[:2] == kept.ready
    assert [r.code for r in more.refused] == ["too_many_photos"]
    assert len(taken([*tickets(more), *tickets(more)]).ready) == 3


def test_one_that_is_no_photo_is_refused_and_the_others_kept():
    kept = taken(files=[sent(1), sent(2, "a.exe"), SimpleUploadedFile("b.jpg", b"x")])
    assert len(kept.ready) == 1
    assert [r.code for r in kept.refused] == ["file_kind_not_allowed", "file_kind_mismatch"]


@pytest.mark.django_db
def test_the_daily_sweep_leaves_what_a_form_waits_for_and_takes_it_a_day_later():
    kept = taken(files=[sent()])
    for _sum, path in disk.files():
        os.utime(path, (0, time.time() - disk.ORPHAN_SECONDS - 60))
    ticket = tickets(kept)
    assert attachments.sweep() == 0
    assert taken(ticket).ready == kept.ready
    for _sum, path in disk.files():
        os.utime(path, (0, time.time() - disk.ORPHAN_SECONDS - 60))
    assert attachments.sweep() == 3
    assert [r.code for r in taken(ticket).refused] == ["kept_file_gone"]
    assert keeping.KEPT_SECONDS < disk.ORPHAN_SECONDS
