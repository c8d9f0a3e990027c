"""How long things are kept, and what is thrown away when their time is over (S41; PIPL 19, 47).

Each rule has a number of days that an administrator sets, never below its minimum. The clock asks
once a day. What the law has kept for long (cases, their history, the audit) is not among them: the
audit has its own purge, which writes archives (./anlan audit purge).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn, Refusal
from anlan.domain.accidents.importing import clearing as accidents
from anlan.domain.enterprises.importing import clearing as enterprises
from anlan.domain.hazards.importing import clearing as hazards
from anlan.domain.office.models import RetentionRule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.commands import own_data
from anlan.kernel.accounts.models import User
from anlan.kernel.audit import trail
from anlan.kernel.jobs.models import LIVE, Job
from anlan.kernel.notices.models import Delivery, Notice

#: Rows of one kind that one tick throws away; it comes again tomorrow.
ROWS_AT_ONCE = 5_000
#: A hundred years: whoever wants to keep something for ever says so.
DAYS_MAX = 36_500
#: 网络安全法 (2025) art. 23(3): logs of the network for six months at least.
SIX_MONTHS = 190


class DaysTooFew(Refusal):
    code = "retention_below_minimum"
    message = _("“%(what)s” must be kept for %(days)s days at least. Write that many or more.")


class DaysTooMany(Refusal):
    code = "retention_above_maximum"
    message = _("Write at most %(days)s days.")


@dataclass(frozen=True)
class Rule:
    code: str
    label: str | Promise
    #: What is thrown away, and what stays.
    what: str | Promise
    days: int
    minimum: int
    why_minimum: str | Promise
    #: Throws away what is older; returns how many.
    clear: Callable[[datetime, Actor, datetime], int]


#: Whatever comes in as a workbook.
_IMPORTS = (
    (hazards.clear_taken_in, hazards.clear_taken_out),
    (accidents.clear_taken_in, accidents.clear_taken_out),
    (enterprises.clear_taken_in, enterprises.clear_taken_out),
)


def _taken_in(before: datetime, by: Actor, at: datetime) -> int:
    return sum(taken_in(before, by=by, at=at) for taken_in, _taken_out in _IMPORTS)


def _taken_out(before: datetime, by: Actor, at: datetime) -> int:
    return sum(taken_out(before, by=by, at=at) for _taken_in, taken_out in _IMPORTS)


def _leavers(before: datetime, by: Actor, at: datetime) -> int:
    """Disabled accounts that nobody has used since; an administrator's only after its post."""
    idle = Q(last_seen_at__lt=before) | Q(last_seen_at=None, created_at__lt=before)
    gone = User.objects.filter(idle, is_active=False, erased_at=None).order_by("pk")
    erased = 0
    for pk in gone.values_list("pk", flat=True)[:ROWS_AT_ONCE]:
        try:
            own_data.erase(pk, by=by, at=at, reason="retention")
        except own_data.StillInPost:
            continue
        erased += 1
    return erased


@transaction.atomic
def _notices(before: datetime, by: Actor, at: datetime) -> int:
    old = list(
        Notice.objects.filter(at__lt=before)
        .order_by("pk")
        .values_list("pk", flat=True)[:ROWS_AT_ONCE]
    )
    Delivery.objects.filter(notice__in=old).delete()
    Notice.objects.filter(pk__in=old).delete()
    return len(old)


@transaction.atomic
def _jobs(before: datetime, by: Actor, at: datetime) -> int:
    ended = Job.objects.exclude(state__in=LIVE).filter(finished_at__lt=before).order_by("pk")
    old = list(ended.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    Job.objects.filter(pk__in=old).delete()
    return len(old)


@transaction.atomic
def _attempts(before: datetime, by: Actor, at: datetime) -> int:
    count: int = AccessAttempt.objects.filter(attempt_time__lt=before).delete()[0]
    return count


_LOGS = _("network logs are kept for six months (Cybersecurity Law, article 23)")
_OURS = _("so that an import can be looked at and undone")
RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule("imports", _("Workbooks taken in"),
             _("the workbook and its rows as they came; the cases stay"), 1_095, 30, _OURS,
             _taken_in),
        Rule("imports_out", _("Imports undone, or tried and never taken in"),
             _("the workbook, its rows, what it told of the cases taken out, and their place in "
               "the search"), 90, 7, _OURS, _taken_out),
        Rule("leavers", _("Accounts disabled and unused"),
             _("name, user id, e-mail, phone, filters, tokens, factors; what the person did stays "
               "on record"), 730, SIX_MONTHS, _LOGS, _leavers),
        Rule("notices", _("Notices, and what was sent of them"),
             _("the notice, who had it, when it was sent and read"), 1_095, SIX_MONTHS, _LOGS,
             _notices),
        Rule("jobs", _("Background jobs that ended"),
             _("what was to be done for whom, and how it ended"), 400, SIX_MONTHS, _LOGS, _jobs),
        Rule("attempts", _("Failed sign-ins"),
             _("user id, address and browser"), 400, SIX_MONTHS, _LOGS, _attempts),
    )
}  # fmt: skip


@dataclass(frozen=True)
class InForce:
    rule: Rule
    days: int
    version: int
    set_by: str
    set_at: datetime | None
    reason: str


def in_force() -> list[InForce]:
    """Each rule with the days that count: the newest version's, else ours."""
    newest: dict[str, RetentionRule] = {}
    for row in RetentionRule.objects.order_by("version"):
        newest[row.code] = row
    found = []
    for rule in RULES.values():
        last = newest.get(rule.code)
        found.append(
            InForce(rule, last.days, last.version, last.made_by, last.made_at, last.reason)
            if last
            else InForce(rule, rule.days, 0, "", None, "")
        )
    return found


@transaction.atomic
def set_days(
    code: str, days: int, *, version: int, reason: str, by: Actor, at: datetime
) -> RetentionRule:
    """Keep something longer or shorter from now on; ``version`` is the one that was looked at."""
    policy.demand(by, "settings.edit", at)
    rule = RULES[code]
    if days < rule.minimum:
        raise DaysTooFew(what=str(rule.label), days=rule.minimum)
    if days > DAYS_MAX:
        raise DaysTooMany(days=DAYS_MAX)
    before = next(one for one in in_force() if one.rule is rule)
    if before.version != version:
        raise MovedOn
    try:
        with transaction.atomic():
            row = RetentionRule.objects.create(
                code=code, version=version + 1, days=days, reason=reason.strip(), made_at=at,
                made_by=by.name,
            )  # fmt: skip
    except IntegrityError as error:
        raise MovedOn from error
    entry = trail.Entry(
        "settings.retention", "office.retention", code, reason=reason.strip(),
        before={"days": before.days}, after={"days": days},
    )  # fmt: skip
    trail.record([entry], by=by, at=at)
    return row


def clear(*, by: Actor, at: datetime) -> dict[str, int]:
    """Throw away whatever is past its time, each kind with its line on record; how many of each."""
    return {one.rule.code: _clear(one, by, at) for one in in_force()}


@transaction.atomic
def _clear(one: InForce, by: Actor, at: datetime) -> int:
    count = one.rule.clear(at - timedelta(days=one.days), by, at)
    if count:
        entry = trail.Entry(
            "retention.cleared", "office.retention", one.rule.code, after={"rows": count}
        )
        trail.record([entry], by=by, at=at)
    return count
