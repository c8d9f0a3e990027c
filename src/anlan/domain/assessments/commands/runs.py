"""Working out a ranking, publishing it, and working it out again.

The ledger is read before the transaction that writes: a mark is a fold, and nobody may wait at the
folder's seat with rows locked.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn
from anlan.domain.assessments import working
from anlan.domain.assessments.commands.base import lacks, short
from anlan.domain.assessments.commands.marks import in_force
from anlan.domain.assessments.models import (
    NOTE_CHARS_MAX,
    Appeal,
    Audience,
    Run,
    Scheme,
    Score,
    Version,
)
from anlan.domain.assessments.refusals import NotNow
from anlan.domain.assessments.working import Worked
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.calendar import periods
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call, Claim
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare

declare("rankings.published", _("A ranking was published: %(name)s, %(period)s."),
        "assessments:ranking")  # fmt: skip
declare("rankings.corrected", _("A published ranking was corrected: %(name)s, %(period)s."),
        "assessments:ranking")  # fmt: skip

UPHELD = stored.sentence(_("appeal %(number)s upheld"))


def run_scheme(
    pk: UUID, *, scheme: UUID, period: str, reason: str = "", **call: Unpack[Call]
) -> UUID:
    """Work a scheme out for a period, as a draft; one that lay there takes its place.

    A period that was published wants a reason: the draft is then its correction.
    """
    by, at = call["by"], call["at"]
    rows = Scheme.objects.filter(withdrawn_at=None).select_related("area", "unit")
    row = policy.access(rows, "schemes.edit", by, scheme, at=at)
    version = in_force(row)
    if version is None:
        raise NotNow(reason=_("No version of this scheme is in force yet. Put one in force."))
    span = periods.parse(period)
    if not version.read.has(span):
        raise lacks("period", _("Choose a period as the scheme has them."))
    standing = _standing(row, span.code)
    why = short(reason, "reason", NOTE_CHARS_MAX)
    if standing is not None and not why:
        raise lacks("reason", _("This period is published: say why it is worked out again."))
    basis = working.basis_of(version.read, row.area, span, at=at, scheme=row)
    worked = working.work_out(basis, at=at, known_at=at)
    with transaction.atomic(durable=True):
        given = {"pk": pk, "scheme": scheme, "period": period, "reason": reason}
        claim = plain.claim("rankings.run", given, **call)
        if claim.repeated:
            return claim.answer[0]
        Scheme.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if _standing(row, span.code) != standing:
            raise MovedOn
        run = _write(pk, row, version, worked, standing, why, by=by, at=at, known_at=at)
        claim.record("ranking.run", "ranking", run.pk, reason=why, after=_told(run))
        return claim.done(run.pk)


def _standing(scheme: Scheme, period: str) -> Run | None:
    return Run.objects.filter(scheme=scheme, period=period, stands=True).first()


def _write(
    pk: UUID,
    scheme: Scheme,
    version: Version,
    worked: Worked,
    corrects: Run | None,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    known_at: datetime,
) -> Run:
    """The rows of a run, in the place of a draft that lay there; in the caller's transaction."""
    assert transaction.get_connection().in_atomic_block
    drafts = Run.objects.filter(
        scheme=scheme, period=worked.basis.period.code, published_at=None
    )  # fmt: skip
    Score.objects.filter(run__in=drafts).delete()
    drafts.delete()
    runs = Run.objects.filter(scheme=scheme, period=worked.basis.period.code)
    run = Run(
        pk=pk, version=version, scheme=scheme, area=scheme.area, path=scheme.path,
        unit=scheme.unit, period=worked.basis.period.code, starts=worked.basis.period.start,
        through=worked.basis.through, known_at=known_at,
        number=(runs.aggregate(top=Max("number"))["top"] or 0) + 1,
        # As it will be read again: a seal is over what the database gives back.
        frozen=json.loads(json.dumps(worked.basis.frozen)), made_at=at, made_by=by.name,
        reason=reason, corrects=corrects,
    )  # fmt: skip
    run.save(force_insert=True)
    Score.objects.bulk_create(working.score_rows(run, worked))
    return run


def _told(run: Run) -> dict[str, Any]:
    return {"scheme": str(run.scheme_id), "period": run.period, "number": run.number,
            "known_at": run.known_at.isoformat()}  # fmt: skip


@transaction.atomic(durable=True)
def publish(pk: UUID, *, audience: str, **call: Unpack[Call]) -> UUID:
    """Publish a ranking: from now on it is frozen, and the one before it is told as corrected."""
    rows = Run.objects.select_related("scheme")
    run, claim = plain.begin(rows, "rankings.work", pk, {"audience": audience}, **call)
    if claim.repeated:
        return pk
    Scheme.objects.select_for_update(of=("self",)).get(pk=run.scheme_id)
    if not Run.objects.filter(pk=pk, published_at=None).exists():
        raise NotNow(reason=_("This ranking is published already."))
    if audience not in Audience.values:
        raise lacks("audience", _("Choose who sees it."))
    _publish(run, audience, claim)
    return claim.done(pk)


def _publish(run: Run, audience: str, claim: Claim) -> None:
    before = Run.objects.filter(scheme=run.scheme_id, period=run.period, stands=True)
    corrects = before.first()
    if corrects is not None and not run.reason:
        # It was worked out before the other one was published.
        raise NotNow(reason=_("Another ranking was published meanwhile: work it out again."))
    before.update(stands=False)
    run.published_at, run.published_by = claim.at, claim.by.name
    run.audience, run.stands, run.corrects = audience, True, corrects
    run.save()
    Appeal.objects.filter(
        score__run__scheme=run.scheme_id, score__run__period=run.period, upheld=True, result=None,
        # What was worked out before the answer took nothing of it in.
        answered_at__lte=run.made_at,
    ).update(result=run)  # fmt: skip
    claim.record(
        "ranking.publish", "ranking", run.pk, reason=run.reason,
        after={**_told(run), "audience": audience},
    )  # fmt: skip
    areas = run.scores.values("area")
    # The nation has some thousand offices; one statement finds those concerned.
    offices = Unit.objects.filter(
        kind=UnitKind.COMMITTEE_OFFICE, area__in=areas, valid_to=None
    ).exclude(pk=run.unit_id)  # fmt: skip
    outbox.post(
        "rankings.corrected" if corrects else "rankings.published",
        to_units=list(offices.values_list("pk", flat=True)) if audience != Audience.OWN else [],
        about=run.pk, at=claim.at, data={"name": run.scheme.name, "period": run.period_label},
    )  # fmt: skip


def correct_by_appeal(appeal: Appeal, *, claim: Claim) -> Run:
    """The new version of a ranking that an upheld appeal makes, published at once.

    From the mark of the version that stands, under its own scheme: nothing else may move.
    In the caller's transaction; that mark was folded when it was made, so nothing folds here.
    """
    assert transaction.get_connection().in_atomic_block
    scheme = appeal.score.run.scheme
    Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    standing = Run.objects.select_related("version").get(
        scheme=scheme, period=appeal.score.run.period, stands=True
    )
    basis = working.basis_again(standing)
    # Whenever it was answered: one that was decided while this one waited for its turn may have
    # begun after it, and would else be lost.
    fixed = working.fixed_of(scheme, standing.period)
    basis = replace(basis, fixed=fixed)
    worked = working.work_out(basis, at=claim.at, known_at=standing.known_at)
    reason = UPHELD.kept(number=appeal.case.number)
    run = _write(
        uuid7(), scheme, standing.version, worked, standing, reason, by=claim.by, at=claim.at,
        known_at=standing.known_at,
    )  # fmt: skip
    claim.record("ranking.run", "ranking", run.pk, reason=reason, after=_told(run))
    _publish(run, standing.audience, claim)
    return run


@transaction.atomic(durable=True)
def drop_run(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Throw a ranking away that was never published."""
    run, claim = plain.begin(Run.objects.all(), "rankings.work", pk, {"drop": 1}, **call)
    if claim.repeated:
        return pk
    if run.published_at is not None:
        raise NotNow(reason=_("What is published stays. Work it out again instead."))
    Score.objects.filter(run=run).delete()
    Run.objects.filter(pk=pk, published_at=None).delete()
    claim.record("ranking.drop", "ranking", pk, before=_told(run))
    return claim.done(pk)
