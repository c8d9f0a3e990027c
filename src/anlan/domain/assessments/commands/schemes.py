"""Schemes: made from a shipped one or empty, drafted, put in force; a version in force stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import MovedOn
from anlan.domain.assessments import checking, spec_text
from anlan.domain.assessments.commands.base import lacks, text_of
from anlan.domain.assessments.models import NAME_CHARS_MAX, Scheme, Scorer, Version
from anlan.domain.assessments.permissions import LEADS
from anlan.domain.assessments.refusals import NotNow, SchemeUnfit
from anlan.domain.assessments.spec import Finding, Spec
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.regions.models import AssessmentTree

#: Schemes that one unit keeps at once.
SCHEMES_MAX = 100


@transaction.atomic(durable=True)
def make_scheme(
    pk: UUID, *, name: str, data: Mapping[str, Any], **call: Unpack[Call]
) -> UUID:  # fmt: skip
    """Make a scheme in the area of one's own unit, as a draft."""
    by, at = call["by"], call["at"]
    policy.demand(by, "schemes.make", at)
    claim = plain.claim("schemes.make", {"pk": pk, "name": name, "data": data}, **call)
    if claim.repeated:
        return pk
    unit = main_unit(by, LEADS)
    said = text_of(name, "name", _("Name the scheme."), NAME_CHARS_MAX)
    if Scheme.objects.filter(unit=unit, withdrawn_at=None).count() >= SCHEMES_MAX:
        reason = _("Your unit keeps %(max)d schemes; withdraw one that isn't used.")
        raise lacks("name", reason % {"max": SCHEMES_MAX})
    scheme = Scheme.objects.create(
        pk=pk, name=said, area=unit.area, path=unit.area.path, unit=unit, made_at=at,
        made_by=by.name,
    )  # fmt: skip
    Version.objects.create(
        scheme=scheme, number=1, spec=spec_text.written(spec_text.read(data)), changed_at=at,
        changed_by=by.name,
    )  # fmt: skip
    claim.record("scheme.make", "scheme", pk, after={"name": said})
    return claim.done(pk)


def _draft(scheme: Scheme, by: Actor, at: datetime) -> Version:
    """The draft, locked; made of the version in force where there is none."""
    rows = Version.objects.select_for_update(of=("self",)).filter(scheme=scheme)
    draft = rows.filter(in_force_at=None).first()
    if draft is None:
        last = rows.order_by("-number")[0]
        draft = Version.objects.create(
            scheme=scheme, number=last.number + 1, spec=last.spec, changed_at=at,
            changed_by=by.name,
        )  # fmt: skip
    return draft


@transaction.atomic(durable=True)
def change_scheme(
    pk: UUID, *, seen: int, data: Mapping[str, Any], what: str, **call: Unpack[Call]
) -> UUID:
    """Write the draft anew.

    seen: the draft's version that was looked at, 0 where there was none; ``what`` was changed.
    Raises SchemeUnfit where it can't be read; whether it adds up is asked when it comes in force.
    """
    rows = Scheme.objects.filter(withdrawn_at=None)
    given = {"seen": seen, "data": data}
    scheme, claim = plain.begin(rows, "schemes.edit", pk, given, **call)
    if claim.repeated:
        return pk
    draft = _draft(scheme, claim.by, claim.at)
    if seen not in (draft.version, 0) or (seen == 0 and draft.version != 1):
        raise MovedOn
    before, after = draft.spec, spec_text.written(spec_text.read(data))
    draft.spec, draft.version = after, draft.version + 1
    draft.changed_at, draft.changed_by = claim.at, claim.by.name
    draft.save()
    claim.record(
        "scheme.change", "scheme", pk, reason=what[:NAME_CHARS_MAX],
        before=_changed(before, after), after=_changed(after, before),
    )  # fmt: skip
    return claim.done(pk)


def _changed(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if other.get(name) != value}


def findings_of(read: Spec) -> list[Finding]:
    """What is to be mended before it can be put in force."""
    codes = {item.rule.scorer for item in read.items if item.manual}
    units = set(
        Unit.objects.filter(code__in=codes, valid_to=None).values_list("code", flat=True)
    )  # fmt: skip
    trees = set(AssessmentTree.objects.values_list("name", flat=True))
    return checking.findings(read, units, trees)


@transaction.atomic(durable=True)
def put_in_force(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Put the draft in force; from now on it is never changed. Raises SchemeUnfit."""
    rows = Scheme.objects.filter(withdrawn_at=None)
    scheme, claim = plain.begin(rows, "schemes.edit", pk, {"in_force": seen}, **call)
    if claim.repeated:
        return pk
    draft = (
        Version.objects.select_for_update(of=("self",))
        .filter(scheme=scheme, in_force_at=None)
        .first()
    )
    if draft is None:
        raise NotNow(reason=_("There is no draft: the version in force is the newest."))
    if draft.version != seen:
        raise MovedOn
    read = draft.read
    if wrong := findings_of(read):
        raise SchemeUnfit(field=wrong[0].place, reason=wrong[0].reason)
    draft.in_force_at, draft.in_force_by = claim.at, claim.by.name
    draft.save()
    _name_scorers(scheme, read)
    claim.record("scheme.in_force", "scheme", pk, after={"version": draft.number})
    return claim.done(pk)


def _name_scorers(scheme: Scheme, read: Spec) -> None:
    codes = {item.rule.scorer for item in read.items if item.manual}
    wanted = set(Unit.objects.filter(code__in=codes).values_list("pk", flat=True))
    Scorer.objects.filter(scheme=scheme).exclude(unit__in=wanted).delete()
    Scorer.objects.bulk_create(
        [Scorer(scheme=scheme, unit_id=unit) for unit in sorted(wanted)], ignore_conflicts=True
    )


@transaction.atomic(durable=True)
def drop_draft(pk: UUID, *, seen: int, **call: Unpack[Call]) -> UUID:
    """Throw a draft away; the version in force stays. A scheme that has none is withdrawn."""
    scheme, claim = plain.begin(Scheme.objects.all(), "schemes.edit", pk, {"drop": seen}, **call)
    if claim.repeated:
        return pk
    rows = Version.objects.select_for_update(of=("self",)).filter(scheme=scheme)
    draft = rows.filter(in_force_at=None).first()
    if draft is None or not rows.filter(in_force_at__isnull=False).exists():
        raise NotNow(reason=_("There is no draft beside a version in force. Withdraw the scheme."))
    if draft.version != seen:
        raise MovedOn
    draft.delete()
    claim.record("scheme.drop_draft", "scheme", pk, before={"version": draft.number})
    return claim.done(pk)


@transaction.atomic(durable=True)
def withdraw_scheme(pk: UUID, *, back: bool = False, **call: Unpack[Call]) -> UUID:
    """Use it no more, or again; what was published stays."""
    scheme, claim = plain.begin(Scheme.objects.all(), "schemes.edit", pk, {"back": back}, **call)
    if claim.repeated:
        return pk
    Scheme.objects.filter(pk=scheme.pk).update(withdrawn_at=None if back else claim.at)
    claim.record("scheme.restore" if back else "scheme.withdraw", "scheme", pk)
    return claim.done(pk)
