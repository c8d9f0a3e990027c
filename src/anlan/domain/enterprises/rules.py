"""An office's own answers to "which sector is this industry?", and what each moves.

Above ``commands``, because a change of rule is a change of many entries at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.refusal import NotFound, Refusal
from anlan.domain.enterprises import commands, industry
from anlan.domain.enterprises.models import Enterprise, EnterpriseQuerySet, IndustryRule
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.policy import demand
from anlan.kernel.audit.trail import Entry, record

EDIT = "settings.edit"


class RuleRefused(Refusal):
    """A rule that can't be made or ended; ``reason`` says how to mend it."""

    code = "industry_rule_refused"
    message = gettext_lazy("The rule can't be saved: %(reason)s")
    status = 409


@dataclass(frozen=True)
class Preview:
    """What a rule would do to the register as it is now."""

    #: (from, to) by sector code → entries that move along.
    moves: Mapping[tuple[str, str], int]
    #: Entries of these industries that somebody put under another sector; they stay.
    kept: int

    @property
    def total(self) -> int:
        return sum(self.moves.values())


def preview(prefix: str, sector: str | None, on: date) -> Preview:
    """What happens if industries that begin with ``prefix`` belong to ``sector`` from today on.

    sector:  None stands for the end of the office's own rule: the next one, or the packaged
             default, then decides.
    """
    counts = {
        (row["industry"], row["sector"]): row["n"]
        for row in _touched(prefix).values("industry", "sector").annotate(n=Count("pk")).order_by()
    }
    before, after = _answers({code for code, _sector in counts}, prefix, sector, on)
    moves: dict[tuple[str, str], int] = defaultdict(int)
    kept = 0
    for (code, held), n in counts.items():
        old, new = before.get(code), after.get(code)
        if old == new:
            continue
        if held == old and new:
            moves[old or "", new] += n
        elif held != new:
            kept += n
    return Preview(dict(moves), kept)


def _touched(prefix: str) -> EnterpriseQuerySet:
    return Enterprise.objects.listed().filter(industry__startswith=prefix)


def _answers(
    codes: set[str], prefix: str, sector: str | None, on: date
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Each industry's sector as it is, and as it would be."""
    own = industry.own_rules(on)
    then = {**own, prefix: sector} if sector else {k: v for k, v in own.items() if k != prefix}
    return industry.sectors_by(codes, own), industry.sectors_by(codes, then)


@transaction.atomic(durable=True)
def set_rule(prefix: str, sector: str | None, *, by: Actor, at: datetime, reason: str) -> int:
    """Make, change or (with no sector) end a rule from today on; returns how many entries moved.

    Entries that stand where the old rule put them move along; where a person chose another
    sector, they stay. Hazards keep the sector under which they were counted.
    """
    demand(by, EDIT, at)
    today = timezone.localdate(at)
    held = _check(prefix, sector, today, reason)
    codes = set(_touched(prefix).values_list("industry", flat=True).order_by().distinct())
    before, after = _answers(codes, prefix, sector, today)
    if held is not None:
        IndustryRule.objects.filter(pk=held.pk).update(
            valid_to=today - timedelta(days=1), changed_by=by.name
        )
    if sector:
        IndustryRule.objects.create(
            prefix=prefix, sector_id=sector, valid_from=today, changed_by=by.name
        )
    entry = Entry(
        "enterprise.industry_rule", "enterprise.rule", prefix, reason=reason.strip(),
        before={"sector": held.sector_id} if held else None,
        after={"sector": sector},
    )  # fmt: skip
    record([entry], by=by, at=at)
    moved = 0
    changed = {code for code in codes if before[code] != after[code] and after[code]}
    targets = {code: str(after[code]) for code in changed}
    rows = Enterprise.objects.listed().filter(industry__in=sorted(changed))
    for part in bulk.slices(list(rows.order_by("pk").values_list("pk", "industry", "sector"))):
        fitting = {pk: targets[code] for pk, code, now in part if now == before[code]}
        moved += commands.set_sectors(fitting, by=by, at=at, reason=reason.strip())
    return moved


def _check(prefix: str, sector: str | None, today: date, reason: str) -> IndustryRule | None:
    """The rule that stands for this prefix today, locked; refuses what makes no sense."""
    if not reason.strip():
        raise RuleRefused(reason=_("write why; whoever reads this later must understand it."))
    if prefix not in industry.table():
        raise RuleRefused(
            reason=_("%(code)s is no code of GB/T 4754; search for the industry by its name.")
            % {"code": prefix}
        )
    rows = IndustryRule.objects.select_for_update().valid_on(today).filter(prefix=prefix)
    held: IndustryRule | None = rows.order_by("-pk").first()
    if sector is None:
        if held is None:
            raise NotFound
        return held
    if not Sector.objects.filter(pk=sector).exists():
        raise RuleRefused(reason=_("choose a sector of the list."))
    if held is not None and held.sector_id == sector:
        raise RuleRefused(reason=_("it says so already; choose another sector."))
    return held
