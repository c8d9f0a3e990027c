"""Putting an area's rules of raising in force, a version at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn
from anlan.domain.accidents import law
from anlan.domain.accidents.commands.base import lacks, own_area, text_of
from anlan.domain.accidents.models import LOSS_FEN_MAX, PEOPLE_MAX, PLACE_CHARS_MAX, RaisingRules
from anlan.domain.accidents.permissions import LEADS
from anlan.domain.accidents.raising import PLACES, Rule
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Sector
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

#: Rules of one area, and days that one may look back.
RULES_MAX, DAYS_MAX = 30, 3_660


@transaction.atomic(durable=True)
def set_raising_rules(
    pk: UUID, *, area: int, rules: Sequence[Rule], source: str, **call: Unpack[Call]
) -> UUID:
    """Put all rules of an area in force as a new version; pk is made by the client. None takes
    them out of force.
    """
    policy.demand(call["by"], "raisingrules.make", call["at"])
    data = [rule.to_json() for rule in rules]
    claim = plain.claim(
        "raisingrules.make", {"pk": pk, "area": area, "rules": data, "source": source}, **call
    )
    if claim.repeated:
        return pk
    place = own_area(area, claim.by)
    if len(rules) > RULES_MAX:
        raise lacks("words", _("At most %(n)d rules; say several words in one.") % {"n": RULES_MAX})
    sectors = set(Sector.objects.values_list("pk", flat=True))
    checked = [_checked(rule, sectors) for rule in rules]
    said = text_of(source, "source", _("Say which document sets it, with its number."),
                   PLACE_CHARS_MAX)  # fmt: skip
    before = RaisingRules.objects.filter(area=place).aggregate(n=Max("version"))["n"] or 0
    try:
        RaisingRules.objects.create(
            pk=pk, area=place, path=place.path, unit=main_unit(claim.by, LEADS),
            version=before + 1, rules=[rule.to_json() for rule in checked], source=said,
            made_at=claim.at, made_by=claim.by.name,
        )  # fmt: skip
    except IntegrityError:
        raise MovedOn from None
    claim.record("raisingrules.set", "raising_rules", pk,
                 after={"area": place.code, "rules": data, "source": said})  # fmt: skip
    return claim.done(pk)


def _checked(rule: Rule, sectors: set[str]) -> Rule:
    words = text_of(rule.words, "words", _("Write the rule as the document words it."),
                    PLACE_CHARS_MAX)  # fmt: skip
    if not rule.asks:
        raise lacks("words", _("Say what must hold of an accident: one that asks nothing would "
                               "raise every one."))  # fmt: skip
    if rule.grade and rule.grade not in law.GRADES:
        raise lacks("grade", _("Choose one from the list."))
    if rule.sector and rule.sector not in sectors:
        raise lacks("sector", _("Choose the sector from the list."))
    for name in ("deaths", "serious", "missing", "again"):
        if not 0 <= getattr(rule, name) <= PEOPLE_MAX:
            raise lacks(name, _("Write whole numbers, none below zero."))
    if not 0 <= rule.loss_fen <= LOSS_FEN_MAX:
        raise lacks("loss", _("Write whole numbers, none below zero."))
    if rule.again and (rule.again < 2 or not 1 <= rule.days <= DAYS_MAX):
        raise lacks("days", _("Say how many accidents, two at least, within how many days."))
    if rule.where not in dict(PLACES):
        raise lacks("where", _("Choose one from the list."))
    return replace(rule, words=words)
