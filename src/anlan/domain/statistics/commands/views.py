"""Saving an analysis, sharing it with a unit, waiting for its period to be over."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import saved
from anlan.domain.statistics.models import (
    NAME_CHARS_MAX,
    QUERY_CHARS_MAX,
    Awaited,
    Shared,
    View,
)
from anlan.domain.statistics.refusals import ViewIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare(
    "statistics.period_over", _("The period %(period)s of the analysis “%(name)s” is over."),
    "statistics:saved",
)  # fmt: skip
#: Views that somebody keeps, units that one is shared with, people told at one look of the clock.
VIEWS_MAX, UNITS_MAX, TOLD_AT_ONCE = 100, 50, 1_000


@transaction.atomic(durable=True)
def save(pk: UUID, *, name: str, query: str, rolling: str = "", **call: Unpack[Call]) -> UUID:
    """Keep an analysis under a name; saved under the same name again, it is replaced.

    query:    the address, as it stands; what can't be read is refused.
    rolling:  a kind of period, whose latest complete one the view always shows.
    """
    by, at = call["by"], call["at"]
    policy.demand(by, "statistics.view", at)
    given = {"pk": pk, "name": name, "query": query, "rolling": rolling}
    claim = plain.claim("statistics.save", given, **call)
    if claim.repeated:
        return claim.answer[0]
    words = " ".join(name.split())
    if not words or len(words) > NAME_CHARS_MAX:
        raise ViewIncomplete(
            field="name",
            reason=_("Write a name of at most %(n)d characters.") % {"n": NAME_CHARS_MAX},
        )
    if rolling and rolling not in analyses.STEPS:
        raise ViewIncomplete(field="rolling", reason=_("Choose from the list."))
    asked = analyses.read(QueryDict(query.lstrip("?")[:QUERY_CHARS_MAX]), by, at)
    plain_query = asked.query(period=None if rolling else asked.period.code).lstrip("?")
    if len(plain_query) > QUERY_CHARS_MAX:
        raise ViewIncomplete(
            field="name",
            reason=_("This analysis names too much to be saved. Choose fewer indicators."),
        )
    assert by.user_id is not None, "a view has an owner"
    mine = View.objects.select_for_update().filter(owner=by.user_id)
    row = mine.filter(name=words).first()
    if row is None and mine.count() >= VIEWS_MAX:
        raise ViewIncomplete(
            field="name",
            reason=_("You keep %(n)d views already. Remove one first.") % {"n": VIEWS_MAX},
        )
    values = {"query": plain_query, "rolling": rolling, "made_at": at}
    if row is None:
        row = View.objects.create(pk=pk, owner_id=by.user_id, name=words, **values)
    else:
        View.objects.filter(pk=row.pk).update(**values)
    claim.record(
        "statistics.save", "statistics.view", row.pk, after={"name": words, "query": plain_query}
    )
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def drop(pk: UUID, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(View.objects.all(), "savedviews.edit", pk, {"drop": 1}, **call)
    if not claim.repeated:
        claim.record("statistics.drop", "statistics.view", pk, before={"name": row.name})
        row.delete()
    return claim.done(pk)


@transaction.atomic(durable=True)
def share(pk: UUID, *, unit: int, **call: Unpack[Call]) -> UUID:
    """Let the people of a unit find it. What they see in it their own posts say."""
    given = {"unit": unit}
    row, claim = plain.begin(View.objects.all(), "savedviews.edit", pk, given, **call)
    if claim.repeated:
        return pk
    whom = Unit.objects.filter(pk=unit, valid_to=None).first()
    if whom is None:
        raise ViewIncomplete(field="unit", reason=_("Choose the unit from the list."))
    View.objects.select_for_update().get(pk=pk)
    if row.shares.count() >= UNITS_MAX:
        raise ViewIncomplete(
            field="unit", reason=_("It is shared with %(n)d units already.") % {"n": UNITS_MAX}
        )
    try:
        with transaction.atomic():
            Shared.objects.create(view=row, unit=whom, shared_at=claim.at)
    except IntegrityError:
        return claim.done(pk)  # It is already: that is what was asked for.
    claim.record("statistics.share", "statistics.view", pk, after={"unit": whom.name})
    return claim.done(pk)


@transaction.atomic(durable=True)
def unshare(pk: UUID, *, unit: int, **call: Unpack[Call]) -> UUID:
    given = {"unit": unit, "stop": 1}
    row, claim = plain.begin(View.objects.all(), "savedviews.edit", pk, given, **call)
    if claim.repeated:
        return pk
    gone, _rows = row.shares.filter(unit=unit).delete()
    if gone:
        # Who found it through that unit alone doesn't wait for it any more.
        for each in row.awaited.select_related("user"):
            if each.user_id != row.owner_id and not saved.reaches(row, each.user_id, claim.at):
                each.delete()
        claim.record("statistics.unshare", "statistics.view", pk, before={"unit": unit})
    return claim.done(pk)


@transaction.atomic(durable=True)
def wait(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Hear of it when the view's period is over; of a rolling one, each time."""
    row, claim = plain.begin(View.objects.all(), "savedviews.view", pk, {"wait": 1}, **call)
    if claim.repeated:
        return pk
    assert claim.by.user_id is not None
    over = saved.last_over(row, timezone.localdate(claim.at))
    Awaited.objects.get_or_create(view=row, user_id=claim.by.user_id, defaults={"told_until": over})
    claim.record("statistics.wait", "statistics.view", pk)
    return claim.done(pk)


@transaction.atomic(durable=True)
def stop_waiting(pk: UUID, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(View.objects.all(), "savedviews.view", pk, {"wait": 0}, **call)
    if claim.repeated:
        return pk
    row.awaited.filter(user=claim.by.user_id).delete()
    claim.record("statistics.stop_waiting", "statistics.view", pk)
    return claim.done(pk)


def tell_over(now: datetime) -> int:
    """Tell those who wait for a period that is over by now; returns how many were told."""
    today, told = timezone.localdate(now), 0
    for row in Awaited.objects.order_by("pk").select_related("view").iterator():
        period = saved.period_over(row.view, today)
        if period is None or period.end <= row.told_until:
            continue
        with transaction.atomic():
            mine = Awaited.objects.filter(pk=row.pk, told_until=row.told_until)
            if not mine.update(told_until=period.end):
                continue  # Another clock was quicker.
            if saved.reaches(row.view, row.user_id, now):
                data = {"period": period.label, "name": row.view.name}
                outbox.post(
                    "statistics.period_over", to_users=[row.user_id], about=row.view_id,
                    data=data, at=now, key=f"statistics:{row.pk}:{period.end}",
                )  # fmt: skip
                told += 1
        if told >= TOLD_AT_ONCE:
            break
    return told
