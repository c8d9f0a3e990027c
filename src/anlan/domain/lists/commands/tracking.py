"""重点跟踪: looking whether what a watched problem asks for was really carried out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.domain.lists.commands.base import Turn, begin, day_within, text_of, turns
from anlan.domain.lists.models import Closure, ItemCheck
from anlan.domain.lists.refusals import Incomplete, NotCarriedOut
from anlan.domain.lists.rules import KindRules
from anlan.kernel.loop.frame import OnOne

#: Checks of one item; until when the next one may lie ahead.
CHECKS_MAX, AHEAD_DAYS_MAX = 200, 1_000


@transaction.atomic(durable=True)
def track(
    pk: UUID,
    *,
    outcome: str,
    found: str,
    on: date,
    closure: str = "",
    next_on: date | None = None,
    **call: Unpack[OnOne],
) -> list[UUID]:
    """Enter what a check on the spot found; whose unit rectifies doesn't check itself.

    Carried out, nobody need look again; else the next check is due on ``next_on``, or as many days
    later as the list's kind says.
    """
    given = {"outcome": outcome, "found": found, "on": on, "closure": closure, "next_on": next_on}
    work = begin("lists.track", [pk], given, **call)
    for turn in turns(work):
        if not turn.rules.tracked or turn.case.state == "found":
            raise Incomplete(field="outcome", reason=_("Only what is on a watch list and assigned "
                                                       "is looked after like this."))  # fmt: skip
        today = timezone.localdate(work.at)
        text = text_of(found, "found", _("Say where you looked and what you found there."))
        if outcome not in ItemCheck.Outcome.values:
            raise Incomplete(field="outcome", reason=_("Choose what you found."))
        if closure and closure not in Closure.values:
            raise Incomplete(field="closure", reason=_("Choose the measure from the list."))
        day_within(on, "on")
        if on > today:
            raise Incomplete(field="on", reason=_("The day lies ahead; choose today or earlier."))
        if next_on and not today < next_on <= today + timedelta(AHEAD_DAYS_MAX):
            raise Incomplete(field="next_on", reason=_("Choose a day after today."))
        if turn.item.checks.count() >= CHECKS_MAX:
            reason = _("At most %(n)d checks of one problem.") % {"n": CHECKS_MAX}
            raise Incomplete(field="found", reason=reason)
        check = ItemCheck.objects.create(
            item=turn.item, round=turn.case.round, on=on, outcome=outcome, found=text,
            closure=closure or turn.item.closure, at=work.at, user_id=work.by.user_id,
            who=work.by.name, unit_id=work.by.unit_id,
        )  # fmt: skip
        done = outcome == ItemCheck.Outcome.DONE
        due = None if done else next_on or _next(turn.rules, today)
        turn.take("look", {"checked": outcome}, reason=text)
        turn.save(check_due_on=due, closure=check.closure)
    return work.done()


def watched(rules: KindRules, closure: str, today: date) -> dict[str, Any]:
    """What assigning says of a watched problem: its measure, and when somebody looks first."""
    if closure and closure not in Closure.values:
        raise Incomplete(field="closure", reason=_("Choose the measure from the list."))
    return {"closure": closure, "check_due_on": _next(rules, today)}


def _next(rules: KindRules, today: date) -> date | None:
    return today + timedelta(rules.check_days) if rules.check_days else None


def demand_checked(turn: Turn) -> None:
    """Nothing leaves a watch list before the last check of this round found it carried out."""
    if not turn.rules.tracked:
        return
    last = turn.item.checks.filter(round=turn.case.round).order_by("-pk").first()
    if last is None or last.outcome != ItemCheck.Outcome.DONE:
        raise NotCarriedOut
