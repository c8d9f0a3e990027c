"""The form for a new hazard: what shows at once, and what it keeps when it must be mended."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from anlan.base.ids import uuid7
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.views_new import FOLDED
from anlan.kernel.papers.models import Attachment

NEW = "/hazards/new/"


def photo(n: int = 0) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (n, 140, 90)).save(buffer, "JPEG")
    return SimpleUploadedFile(f"p{n}.jpg", buffer.getvalue(), "image/jpeg")


def fields(**more):
    return {
        "pk": uuid7(), "request_id": uuid7(), "kind": "hazard", "description": "通道堆物",
        "area": "530102", "source": "inspection", "opened_on": timezone.localdate(), **more,
    }  # fmt: skip


def sent(client, **more):
    answer = client.post(NEW, more)
    return answer, answer.content.decode()


def kept(text: str, name: str = "photos") -> list[str]:
    found = re.findall(rf'name="{name}_kept" value="([^"]+)" checked', text)
    return [html.unescape(ticket) for ticket in found]


def unfolded(text: str) -> bool:
    return '<details class="more" open>' in text


def test_photos_survive_an_error_and_are_entered_without_being_chosen_again(client_of):
    client, data = client_of("inspector"), fields()
    answer, text = sent(client, **{**data, "description": ""}, photos=[photo(1), photo(2)])
    assert answer.status_code == 422
    tickets = kept(text)
    assert len(tickets) == 2
    assert "p1.jpg" in text
    assert "data:image/webp" in text
    assert not Attachment.objects.exists()
    # Wrong again: they stay. Then with one ticked off and one more.
    answer, text = sent(client, **{**data, "area": ""}, photos_kept=tickets)
    assert len(kept(text)) == 2
    answer, _text = sent(client, **data, photos_kept=kept(text)[1:], photos=[photo(3)])
    assert answer.status_code == 302
    assert list(Attachment.objects.of("hazard", data["pk"]).values_list("name", "role")) == [
        ("p2.jpg", "before"), ("p3.jpg", "before"),
    ]  # fmt: skip


def test_what_comes_in_twice_is_entered_once(client_of):
    client, data = client_of("inspector"), fields()
    _answer, text = sent(client, **{**data, "description": ""}, photos=[photo(1)])
    for _ in range(2):
        assert sent(client, **data, photos_kept=kept(text))[0].status_code == 302
    assert Attachment.objects.of("hazard", data["pk"]).count() == 1
    assert Hazard.objects.count() == 1


def test_nobody_enters_what_another_one_sent(client_of):
    _answer, text = sent(client_of("office"), **fields(description=""), photos=[photo(1)])
    answer, other = sent(client_of("inspector"), **fields(), photos_kept=kept(text))
    assert answer.status_code == 422
    assert "no longer kept" in other
    assert not Hazard.objects.exists()


def test_too_many_photos_come_back_with_the_form_instead_of_an_error_page(client_of):
    client, data = client_of("inspector"), fields()
    answer, text = sent(client, **data, photos=[photo(n) for n in range(11)])
    assert answer.status_code == 422
    assert "At most 9 photos at a time" in text
    assert "通道堆物" in text
    assert len(kept(text)) == 9
    assert sent(client, **data, photos_kept=kept(text))[0].status_code == 302


@pytest.mark.once
def test_a_broken_photo_is_named_and_the_others_are_kept(client_of):
    broken = SimpleUploadedFile("坏.jpg", b"no picture", "image/jpeg")
    answer, text = sent(client_of("inspector"), **fields(), photos=[photo(1), broken])
    assert answer.status_code == 422
    assert "坏.jpg" in text
    assert len(kept(text)) == 1


@pytest.mark.parametrize(("given", "opened"), [
    ({"description": ""}, False),
    ({"description": "", "grade": "ordinary", "place": "二楼"}, False),
    ({"opened_on": timezone.localdate() + timedelta(days=2)}, True),
    ({"description": "", "measure": "清理"}, True),
    ({"lon": "200", "lat": "1"}, True),
])  # fmt: skip
def test_the_rest_unfolds_where_it_must_be_mended_or_was_filled_in(client_of, given, opened):
    answer, text = sent(client_of("inspector"), **{**fields(), **given})
    assert answer.status_code == 422
    assert unfolded(text) == opened


def test_a_phone_is_asked_for_what_where_grade_and_photo_first(client_of):
    text = client_of("inspector").get(NEW).content.decode()
    assert not unfolded(text)
    first, rest = text.split('<details class="more">')
    rest, end = rest.split("</details>", 1)
    for name in ("photos", "description", "area", "enterprise_name", "place", "grade"):
        assert f'name="{name}"' in first, name
    for name in FOLDED | {"photos_after"}:
        assert f'name="{name}"' in rest, name
        assert f'name="{name}"' not in first + end, name


def test_photos_of_a_step_survive_an_error_too(client_of, stage):
    play = stage()
    for who, act in (("inspector", "find"), ("office", "assign"), ("firm", "receive")):
        play.do(timezone.localdate(), who, act)
    client, data = client_of("firm"), {"request_id": uuid7()}
    url = f"/hazards/{play.pk}/rectify/"
    answer = client.post(url, {**data, "result": "", "photos": [photo(1)]})
    assert answer.status_code == 422
    tickets = kept(answer.content.decode())
    assert len(tickets) == 1
    client.post(url, {**data, "result": "已清理", "photos_kept": tickets})
    assert play.case.state == "rectified"
    assert [a.role for a in Attachment.objects.of("hazard", play.pk)] == ["after"]
