"""How a problem gets on a list: a hazard is promoted (晋级), or an office enters it directly."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.paths import ancestors
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards.commands.finding import check_own_area
from anlan.domain.hazards.models import Hazard
from anlan.domain.lists.commands.base import day_within, text_of
from anlan.domain.lists.loop import ITEM, KIND
from anlan.domain.lists.models import (
    ORIGIN_CHARS_MAX,
    TITLE_CHARS_MAX,
    Item,
    KindVersion,
    ListKind,
    Origin,
    Promotion,
)
from anlan.domain.lists.permissions import LEADS
from anlan.domain.lists.refusals import (
    AlreadyProposed,
    Incomplete,
    KindEnded,
    KindIncomplete,
    NotApprover,
    PromotionDecided,
    SecondPerson,
)
from anlan.domain.lists.rules import NEEDS, KindRules
from anlan.kernel.accounts import held, policy
from anlan.kernel.accounts.models import Role, Sector, Unit
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import engine, plain
from anlan.kernel.loop.engine import NewCase
from anlan.kernel.loop.plain import Call
from anlan.kernel.notices import outbox
from anlan.kernel.notices.kinds import declare
from anlan.kernel.regions.models import Region

declare(
    "lists.proposed",
    _("“%(hazard)s” was proposed for “%(kind)s” and waits for a decision."),
    "lists:promotion",
)
declare(
    "lists.decided", _("Your proposal for “%(kind)s” was decided: %(outcome)s"),
    "lists:promotion", codes={"outcome": dict(Promotion.Status.choices)},
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A problem that is entered without a hazard before it. ``pk`` is made by the client."""

    pk: UUID
    kind: int
    title: str
    description: str
    area: int
    origin: str
    origin_text: str = ""
    topic: str = ""
    cause: str = ""
    sector: str | None = None
    enterprise: int | None = None
    found_on: date | None = None


def usable(kind: ListKind) -> KindVersion:
    """The version in force. Raises where the kind takes nothing new."""
    version = KindVersion.objects.get(kind=kind, version=kind.version)
    if kind.ended_on:
        raise KindEnded(name=kind.title)
    if gaps := version.rules.gaps:
        raise KindIncomplete(name=kind.title, gaps="、".join(map(str, gaps)))
    return version


def _speaks_for(by: Actor, roles: tuple[Role, ...], kind: ListKind) -> Unit:
    """The unit for which somebody enters something; the command line does so for the list's."""
    return kind.unit if by.trusted else main_unit(by, roles)


@transaction.atomic(durable=True)
def propose(
    hazard_pk: UUID,
    *,
    kind: int,
    reason: str,
    topic: str = "",
    cause: str = "",
    **call: Unpack[Call],
) -> UUID:
    """Ask for a hazard to be put on a list, with the reason that makes it typical."""
    rows = Hazard.objects.select_related("case", "enterprise")
    given = {"kind": kind, "reason": reason, "topic": topic}
    hazard, claim = plain.begin(rows, "hazard.promote", hazard_pk, given, **call)
    by, at = claim.by, claim.at
    wanted = policy.access(ListKind.objects.all(), "listkind.view", by, kind, at=at)
    if claim.repeated:
        return claim.answer[0]
    why = text_of(reason, "reason", _("Say what makes it typical, so that others can decide."))
    version = usable(wanted)
    if hazard.case.state == "void":
        raise Incomplete(field="reason", reason=_("It was voided, so it can't be listed."))
    _check_needs(
        version.rules, topic=topic, cause=cause, sector=hazard.case.sector_id,
        enterprise=hazard.enterprise_id,
    )  # fmt: skip
    unit = _speaks_for(by, (Role.OFFICE, Role.LEADER, Role.INSPECTOR), wanted)
    try:
        with transaction.atomic():
            row = Promotion.objects.create(
                hazard=hazard, kind=wanted, reason=why, topic=topic, cause=cause, unit=unit,
                proposed_at=at, proposed_by=by.user_id, proposer=by.name,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyProposed(name=wanted.title) from None
    after = {"hazard": hazard.case.number, "kind": wanted.title}
    claim.record("promotion.propose", "promotion", row.pk, reason=why, after=after)
    outbox.post(
        "lists.proposed", to_units=[unit.pk, wanted.unit_id], about=row.pk, at=at,
        data={"hazard": hazard.description[:40], "kind": wanted.title},
    )  # fmt: skip
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def decide(pk: UUID, *, accept: bool, answer: str, **call: Unpack[Call]) -> UUID | None:
    """Put it on the list, or say why not. Returns the item that was made."""
    rows = Promotion.objects.select_related("kind", "hazard__case")
    given = {"accept": accept, "answer": answer}
    row, claim = plain.begin(rows, "promotion.decide", pk, given, **call)
    if claim.repeated:
        return claim.answer[0] if claim.answer else None
    by, at = claim.by, claim.at
    # Locked by its hazard's case, so that of two deciders the second sees the first's answer.
    engine.lock([row.hazard_id])
    row.refresh_from_db(fields=["status"])
    if row.status != Promotion.Status.PROPOSED:
        raise PromotionDecided
    version = usable(row.kind)
    demand_approver(row, version.rules, by)
    if not accept:
        answer = text_of(answer, "answer", _("Say why it isn't listed; who asked will read it."))
    item = _promote(row, version, claim.call) if accept else None
    row.status = Promotion.Status.ACCEPTED if accept else Promotion.Status.DECLINED
    row.decided_at, row.decided_by, row.decider = at, by.user_id, by.name
    row.answer, row.item = answer, item
    row.save()
    action = "promotion.accept" if accept else "promotion.decline"
    claim.record(action, "promotion", pk, reason=answer)
    outbox.post(
        "lists.decided", to_users=[row.proposed_by] if row.proposed_by else [],
        to_units=[row.unit_id], about=pk, at=at,
        data={"kind": row.kind.title, "outcome": row.status},
    )  # fmt: skip
    claim.keep([item.pk] if item else [])
    return item.pk if item else None


def demand_approver(row: Promotion, rules: KindRules, by: Actor) -> None:
    """Raises unless ``by`` is one who decides on this kind of list, and didn't ask for it."""
    if by.trusted:
        return
    if row.proposed_by == by.user_id:
        raise SecondPerson
    path = row.hazard.case.path
    for grant in held.grants(by):
        covers = path.startswith(grant.path) and grant.enterprise is None
        if covers and grant.role in rules.approvers and _level(grant.path) <= _lowest(rules):
            return
    raise NotApprover(who=who_decides(rules))


def who_decides(rules: KindRules) -> str:
    names = "、".join(str(Role(role).label) for role in rules.approvers)
    if rules.approve_level is None:
        return names
    level = Region._meta.get_field("level").choices
    return f"{names} ({dict(level or ())[rules.approve_level]})"


def _lowest(rules: KindRules) -> int:
    return 99 if rules.approve_level is None else rules.approve_level


def _level(path: str) -> int:
    if not path:
        return 0
    return Region.objects.values_list("level", flat=True).get(pk=ancestors(path)[-1])


def _promote(row: Promotion, version: KindVersion, call: Call) -> Item:
    case = row.hazard.case
    return _open(
        uuid7(), row.kind, version, call, area_id=case.area_id, path=case.path,
        sector=case.sector_id, enterprise=row.hazard.enterprise_id, hazard=row.hazard,
        title=row.hazard.description[:TITLE_CHARS_MAX], description=row.hazard.description,
        origin=Origin.HAZARD, origin_text=case.number, topic=row.topic, cause=row.cause,
        unit=row.unit_id,
    )  # fmt: skip


@transaction.atomic(durable=True)
def enter(entry: Entry, **call: Unpack[Call]) -> UUID:
    """Put a problem on a list that an inspection, an accident or a report brought to light."""
    by, at = call["by"], call["at"]
    policy.demand(by, "lists.enter", at)
    kind = policy.access(ListKind.objects.all(), "listkind.view", by, entry.kind, at=at)
    claim = plain.claim("lists.enter", asdict(entry), **call)
    if claim.repeated:
        return entry.pk
    version = usable(kind)
    area = Region.objects.filter(pk=entry.area, valid_to=None).first()
    if area is None:
        raise Incomplete(field="area", reason=_("Choose the area from the list."))
    check_own_area(area, by, LEADS)
    if entry.origin not in Origin.values or entry.origin == Origin.HAZARD:
        raise Incomplete(field="origin", reason=_("Say where it came from."))
    day_within(entry.found_on, "found_on")
    if entry.found_on and entry.found_on > timezone.localdate(at):
        raise Incomplete(field="found_on", reason=_("The day lies ahead; choose today or earlier."))
    if entry.sector and not Sector.objects.filter(pk=entry.sector).exists():
        raise Incomplete(field="sector", reason=_("Choose the sector from the list."))
    if entry.enterprise and not Enterprise.objects.filter(pk=entry.enterprise).exists():
        raise Incomplete(field="enterprise", reason=_("Choose the enterprise from the list."))
    _check_needs(
        version.rules, topic=entry.topic, cause=entry.cause, sector=entry.sector,
        enterprise=entry.enterprise,
    )  # fmt: skip
    _open(
        entry.pk, kind, version, call, area_id=area.pk, path=area.path, sector=entry.sector,
        enterprise=entry.enterprise, hazard=None,
        title=text_of(entry.title, "title", _("Give it a short title."), TITLE_CHARS_MAX),
        description=text_of(entry.description, "description", _("Describe the problem.")),
        origin=entry.origin, topic=entry.topic, cause=entry.cause, found_on=entry.found_on,
        origin_text=text_of(
            entry.origin_text, "origin_text",
            _("Say which inspection, accident or report it was."), ORIGIN_CHARS_MAX,
        ),
        unit=_speaks_for(by, LEADS, kind).pk,
    )  # fmt: skip
    return claim.done(entry.pk)


def _open(
    pk: UUID,
    kind: ListKind,
    version: KindVersion,
    call: Call,
    *,
    area_id: int,
    path: str,
    sector: str | None,
    enterprise: int | None,
    title: str,
    description: str,
    hazard: Hazard | None,
    origin: str,
    origin_text: str,
    topic: str,
    cause: str,
    unit: int,
    found_on: date | None = None,
) -> Item:
    new = NewCase(
        pk=pk, area_id=area_id, path=path, unit_id=unit, sector=sector, enterprise_id=enterprise,
        opened_on=found_on or timezone.localdate(call["at"]), source=f"{KIND}-{kind.pk}",
    )  # fmt: skip
    [case] = engine.open_cases(ITEM, [new], **call)
    return Item.objects.create(
        case=case, kind=kind, version=version, title=title, description=description,
        hazard=hazard, enterprise_id=enterprise, origin=origin, origin_text=origin_text,
        topic=topic, cause=cause,
    )  # fmt: skip


def _check_needs(rules: KindRules, **given: object) -> None:
    if given["topic"] and given["topic"] not in rules.topics:
        raise Incomplete(field="topic", reason=_("Choose the focus topic from the list."))
    for name in rules.needs:
        if not given.get(name):
            raise Incomplete(
                field=name,
                reason=_("This list asks for: %(what)s. Fill it in.") % {"what": NEEDS[name]},
            )
