"""Every step as a page offers it: who may, when it is possible, its form, the command it calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.enterprises.commands import answering_unit
from anlan.domain.hazards import commands as do
from anlan.domain.hazards import forms
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.hazards.queries import Around, visible
from anlan.kernel.loop import commands as loop
from anlan.kernel.loop import offering, settings
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.loop.models import Event, Listing, PartyRole, Proposal
from anlan.kernel.loop.offering import Call, Possible, StepPage, being, plain, unseen
from anlan.kernel.papers.attachments import Prepared


def _open(hazard: Hazard, around: Around) -> bool:
    return hazard.case.is_open


def _assign(form: forms.Assign, pk: UUID, call: dict[str, Any]) -> Any:
    unit = form.cleaned_data["rectifier"]
    if unit is None and form.cleaned_data["suggested"] == "enterprise":
        hazard = Hazard.objects.select_related("enterprise", "case").get(pk=pk)
        if hazard.enterprise:
            unit = answering_unit(hazard.enterprise.pk, by=call["by"], at=call["at"])
    if unit is None:
        raise do.Incomplete(field="rectifier", reason=_("Choose the unit from the list."))
    seen = call.pop("seen")
    return do.assign(
        [pk], rectifier=unit.pk, due_on=form.cleaned_data["due_on"],
        reason=form.cleaned_data["reason"], seen=None if seen is None else {pk: seen}, **call,
    )  # fmt: skip


def _set(command: Callable[..., Any]) -> Call:
    """A command over a set that takes a reason."""

    def call(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
        seen = common.pop("seen")
        versions = None if seen is None else {pk: seen}
        return command([pk], reason=form.cleaned_data["reason"], seen=versions, **common)

    return call


def _receive(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    common.pop("seen")
    return do.receive([pk], **common)


def _rectify(form: forms.Rectify, pk: UUID, common: dict[str, Any]) -> Any:
    return do.rectify(pk, result=form.cleaned_data["result"], fields=form.fields_given, **common)


def _object(form: forms.ObjectForm, pk: UUID, common: dict[str, Any]) -> Any:
    return do.describe_object(pk, about=form.stated, reason=form.cleaned_data["reason"], **common)


def _locate(form: forms.Point, pk: UUID, common: dict[str, Any]) -> Any:
    return do.amend(pk, fields={name: form.cleaned_data[name] for name in ("lon", "lat")}, **common)


def _amend(form: forms.Amend, pk: UUID, common: dict[str, Any]) -> Any:
    return do.amend(pk, fields=form.fields_given, **common)


def _hand_over(form: forms.HandOver, pk: UUID, common: dict[str, Any]) -> Any:
    unit = form.cleaned_data["to_unit"]
    return do.hand_over(pk, to_unit=unit.pk, reason=form.cleaned_data["reason"], **common)


def _move(form: forms.Move, pk: UUID, common: dict[str, Any]) -> Any:
    data, seen = form.cleaned_data, common.pop("seen")
    return do.move(
        [pk], area_id=data["area"].pk if data["area"] else None, sector=data["sector"] or None,
        source=data["source"] or None, reason=data["reason"],
        seen=None if seen is None else {pk: seen}, **common,
    )  # fmt: skip


def _list(form: forms.Listing, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.put_on_list(
        pk, level=data["level"], number=data["number"], due_on=data["due_on"],
        supervisor=data["supervisor"].pk, reason=data["reason"], **common,
    )  # fmt: skip


def _split(form: forms.Split, pk: UUID, common: dict[str, Any]) -> Any:
    common.pop("seen")
    lines = form.cleaned_data["descriptions"].splitlines()
    return do.split(pk, descriptions=lines, reason=form.cleaned_data["reason"], **common)


def _merge(form: forms.Merge, pk: UUID, common: dict[str, Any]) -> Any:
    common.pop("seen")
    by: Actor = common["by"]
    into = visible(by).filter(case__number=form.cleaned_data["into"].strip()).first()
    if into is None:
        raise NotFound
    return do.merge(pk, into=into.pk, reason=form.cleaned_data["reason"], **common)


def _waiting(hazard: Hazard, around: Around) -> bool:
    asked = any(wish.granted is None for wish in around.extensions)
    return asked and hazard.case.state == "assigned"


def _answered_for(hazard: Hazard, around: Around) -> bool:
    """Whether a unit must rectify it. What was fixed on the spot or came rectified has none."""
    return any(party.role == PartyRole.RECTIFIER for party in around.parties)


def first_signature(hazard: Hazard, around: Around) -> Event | None:
    """The first of two signatures under closing this round, while the second is waited for."""
    if hazard.case.state != "verified":
        return None
    return next(
        (
            event
            for event in around.events
            if event.step == "second" and event.changes.get("round") == hazard.case.round
        ),
        None,
    )


def _urgent(hazard: Hazard, around: Around) -> bool:
    """Late or soon due, somebody has to rectify it, and the reader's unit hasn't just urged it."""
    case, today = hazard.case, timezone.localdate()
    rules = settings.current(case.kind)
    if not _answered_for(hazard, around) or not loop.can_be_urged(case, rules, today):
        return False
    own = [e.day for e in around.events if e.step == "urge" and e.unit_id == around.unit_id]
    return not loop.urged_lately(own, rules, today)


def _status(*wanted: str) -> Possible:
    return lambda hazard, around: any(row.status in wanted for row in around.listings)


PAGES: tuple[StepPage, ...] = (
    StepPage("assign", "hazard.assign", _("Assign"), forms.Assign, being("found"), _assign,
             "send", "primary"),
    StepPage("receive", "hazard.receive", _("Sign for receipt"), forms.Nothing,
             lambda h, a: h.case.is_open and any(p.received_at is None for p in a.parties),
             _receive, "writing-sign", "primary"),
    StepPage("rectify", "hazard.rectify", _("Report rectified"), forms.Rectify, being("assigned"),
             _rectify, "check", "primary", photos=True),
    StepPage("verify", "hazard.verify", _("Verified"), forms.Opinion, being("rectified"),
             _set(do.verify), "check", "primary"),
    StepPage("urge", "hazard.urge", _("Urge"), forms.Urge, _urgent,
             _set(do.urge), "bell", ""),
    StepPage("review", "hazard.review", _("Review and confirm"), forms.Opinion,
             lambda h, a: h.case.state == "verified" and bool(a.reviews),
             plain(do.review, "reason"), "list-check", "primary"),
    StepPage("close", "hazard.close", pgettext_lazy("step", "Close"), forms.Opinion,
             lambda h, a: h.case.state == "verified" and not a.reviews,
             _set(do.close), "circle-check", "primary"),
    StepPage("reject", "hazard.reject", _("Return"), forms.Reason, being("rectified", "verified"),
             _set(do.reject), "arrow-back-up", "danger"),
    StepPage("decide_extension", "hazard.decide_extension", _("Grant the extension"),
             forms.Opinion, _waiting, plain(do.decide_extension, "reason", grant=True),
             "calendar-due", "primary"),
    StepPage("refuse_extension", "hazard.decide_extension", _("Refuse the extension"),
             forms.Reason, _waiting, plain(do.decide_extension, "reason", grant=False),
             "ban", "danger"),
    StepPage("look_back", "hazard.look_back", _("Look back"), forms.LookBack, being("closed"),
             plain(do.look_back, "holds", "reason"), "eye", ""),
    StepPage("ask_extension", "hazard.ask_extension", _("Ask for an extension"), forms.Extension,
             lambda h, a: h.case.state == "assigned" and not _waiting(h, a),
             plain(do.ask_extension, "until", "reason"), "calendar-due", "menu"),
    StepPage("name_unit", "hazard.hand_over", _("Name the rectifying unit"), forms.HandOver,
             lambda h, a: h.case.state == "assigned" and not _answered_for(h, a),
             _hand_over, "send", "primary"),
    StepPage("hand_over", "hazard.hand_over", _("Hand over"), forms.HandOver,
             lambda h, a: h.case.state == "assigned" and _answered_for(h, a),
             _hand_over, "arrows-exchange", "menu"),
    StepPage("grade", "hazard.grade", pgettext_lazy("step", "Grade"), forms.GradeForm,
             lambda h, a: h.case.kind == "hazard" and h.case.is_open,
             plain(do.grade, "grade", "basis", "reason"), "alert-triangle", "menu"),
    StepPage("list", "hazard.list", _("Put under listed supervision"), forms.Listing,
             lambda h, a: h.case.is_open and h.case.grade == Grade.MAJOR and not h.case.listed,
             _list, "flag", "menu"),
    StepPage("ask_delisting", "hazard.delist", _("Ask for delisting"), forms.Reason,
             lambda h, a: not h.case.unsettled and _status(Listing.Status.LISTED)(h, a),
             unseen(do.ask_delisting, "reason"), "minus", "menu"),
    StepPage("delist", "hazard.delist", _("Delist"), forms.Reason,
             _status(Listing.Status.DELISTING), unseen(do.delist, "reason"), "minus", "menu"),
    StepPage("amend", "hazard.amend", _("Correct the entry"), forms.Amend, _open, _amend,
             "pencil", "menu"),
    StepPage("object", "hazard.amend", _("Correct what it is about"), forms.ObjectForm, _open,
             _object, "building-factory-2", "menu"),
    StepPage("locate", "hazard.amend", _("Save the point"), forms.Point, _open, _locate,
             "map-pin", "inline"),
    StepPage("move", "hazard.move", _("Correct area, sector or source"), forms.Move,
             lambda h, a: h.case.state != "void", _move, "map-pin", "menu"),
    StepPage("suspend", "hazard.suspend", _("Suspend"), forms.Reason,
             lambda h, a: h.case.unsettled and h.case.suspended_on is None,
             plain(do.suspend, "reason", on=True), "player-pause", "menu"),
    StepPage("resume", "hazard.suspend", _("Resume"), forms.Reason,
             lambda h, a: h.case.unsettled and h.case.suspended_on is not None,
             plain(do.suspend, "reason", on=False), "refresh", "menu"),
    StepPage("split", "hazard.split", _("Split"), forms.Split, being("found", "assigned"), _split,
             "copy", "menu"),
    StepPage("merge", "hazard.merge", _("Merge into another"), forms.Merge, _open, _merge,
             "git-merge", "menu"),
    StepPage("void", "hazard.void", _("Void"), forms.Reason, _open, _set(do.void), "trash",
             "menu"),
)  # fmt: skip

BY_CODE = {page.code: page for page in PAGES}


def offered(hazard: Hazard, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    """The steps that this person can take with this hazard now."""
    first = first_signature(hazard, around)
    # Who signed the closing first would only be refused: the second is another person's.
    signed = {"close"} if first and (first.user_id, first.actor) == (by.user_id, by.name) else ()
    return [
        page
        for page in PAGES
        if page.permission in allowed and page.code not in signed and page.possible(hazard, around)
    ]


def proposals(around: Around) -> list[Proposal]:
    return [
        row
        for row in around.proposals
        if row.status in (Proposal.Status.DRAFTED, Proposal.Status.APPROVED)
    ]


def take(
    page: StepPage, form: StepForm, pk: UUID, *, by: Actor, at: datetime,
    photos: Sequence[Prepared] = (),
) -> Any:  # fmt: skip
    """Call the step's command with what its form holds, and with its photos where it has any."""
    more = {"photos": photos} if page.photos else {}
    return offering.take(page, form, pk, by=by, at=at, **more)
