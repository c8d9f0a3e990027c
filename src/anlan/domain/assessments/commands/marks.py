"""Points that a named unit gives, with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotAllowed, NotFound
from anlan.domain.assessments import groups
from anlan.domain.assessments.commands.base import lacks, text_of
from anlan.domain.assessments.compared import COMPARED_MAX
from anlan.domain.assessments.models import Mark, Scheme, Version
from anlan.domain.assessments.permissions import GIVES
from anlan.domain.assessments.spec_text import text_of as number_text
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar import periods
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

MARKS_MAX = COMPARED_MAX
#: Decimals of points that somebody gives.
DIGITS = 6
#: Places before or behind the point that anything said here may have.
POWER_MAX = 20


@dataclass(frozen=True)
class Given:
    subject: str
    points: Decimal
    evidence: str


@transaction.atomic(durable=True)
def give(
    pk: UUID, *, item: str, period: str, given: Sequence[Given], **call: Unpack[Call]
) -> list[UUID]:
    """Give points for an item in a period, all or none; what was given before stays on record.

    Raises AssessmentRefused with the field ``points-<subject>`` or ``evidence-<subject>``.
    """
    said = {"item": item, "period": period, "given": [asdict(each) for each in given]}
    rows = Scheme.objects.filter(withdrawn_at=None).select_related("area")
    scheme, claim = plain.begin(rows, "schemes.mark", pk, said, **call)
    if claim.repeated:
        return claim.answer
    version = in_force(scheme)
    found = version.read.item(item) if version else None
    if version is None or found is None or not found.manual:
        raise NotFound
    own = policy.units_of(claim.by, GIVES)
    scorer = Unit.objects.filter(code=found.rule.scorer, pk__in=own).first()
    if scorer is None and not claim.by.trusted:
        raise NotAllowed(reason=_("Another unit gives the points of this item."))
    span, today = periods.parse(period), timezone.localdate(claim.at)
    if not version.read.has(span) or span.start > today:
        raise lacks("period", _("Choose a period of the scheme that has begun."))
    if not given or len(given) > MARKS_MAX:
        raise lacks("period", _("Write at least one number of points."))
    day = min(span.end, today)
    ones = {
        one.key for one in groups.compared(scheme.area, version.read, day, office=scheme.unit_id)
    }
    made = []
    unit = scorer or Unit.objects.get(code=found.rule.scorer)
    for each in given:
        if each.subject not in ones:
            raise NotFound
        # Before it is made exact: 1e999999999 has as many digits (S54).
        if not each.points.is_finite() or abs(each.points.adjusted()) > POWER_MAX:
            raise lacks(f"points-{each.subject}", _("Write a number, like 12.5."))
        points = Fraction(each.points)
        if not found.rule.least <= points <= found.weight:
            reason = _("Between %(least)s and %(most)s points.")
            raise lacks(
                f"points-{each.subject}",
                reason % {"least": number_text(found.rule.least),
                          "most": number_text(found.weight)},
            )  # fmt: skip
        if points * 10**DIGITS % 1:
            raise lacks(f"points-{each.subject}", _("At most %(n)d decimals.") % {"n": DIGITS})
        evidence = text_of(
            each.evidence, f"evidence-{each.subject}", _("Write on what evidence the points rest.")
        )
        made.append(
            Mark(
                scheme=scheme, item=item, period=span.code, subject=each.subject,
                points=each.points, evidence=evidence, unit=unit, at=claim.at, who=claim.by.name,
            )
        )  # fmt: skip
    Mark.objects.bulk_create(made)
    claim.record(
        "scheme.mark", "scheme", pk, reason=f"{item} {span.code}",
        after={each.subject: str(each.points) for each in given},
    )  # fmt: skip
    claim.keep([each.pk for each in made])
    return [each.pk for each in made]


def in_force(scheme: Scheme) -> Version | None:
    """The version by which a scheme is worked out now."""
    rows = Version.objects.filter(scheme=scheme, in_force_at__isnull=False)
    return rows.order_by("-number").first()
