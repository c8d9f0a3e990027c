"""Every step as a measure's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.lists.permissions import ANSWERS
from anlan.domain.measures import commands as do
from anlan.domain.measures import forms, queries
from anlan.domain.measures.loop import STATES
from anlan.domain.measures.models import Measure
from anlan.domain.measures.queries import Around
from anlan.domain.measures.refusals import MeasureIncomplete
from anlan.kernel.accounts import policy
from anlan.kernel.loop.offering import StepPage, being, plain, unseen


def _answer(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    problem = queries.problem_by_number(form.cleaned_data["problem"])
    if not problem:
        reason = _("No hazard or listed problem that you see has this number.")
        raise MeasureIncomplete(field="problem", reason=reason)
    return do.answer(
        pk, hazard=problem.get("hazard"), item=problem.get("item"),
        note=form.cleaned_data["note"], **common,
    )  # fmt: skip


def _follow(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    earlier = queries.by_name(form.cleaned_data["earlier"], common["by"])
    if earlier is None:
        reason = _("No measure in force that you see has this number or title, or several have.")
        raise MeasureIncomplete(field="earlier", reason=reason)
    return do.follow(pk, earlier=earlier, how=form.cleaned_data["how"], **common)


def _unsigned(measure: Measure, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, ANSWERS))
    return measure.case.unsettled and any(
        party.received_at is None and party.unit_id in units for party in around.parties
    )


def _not_taken(measure: Measure, around: Around, by: Actor) -> bool:
    units = set(policy.units_of(by, ANSWERS))
    taken = {row.unit_id for row in around.taken_up} | {measure.lead_id, measure.case.unit_id}
    return measure.case.state == "in_force" and bool(units - taken)


def _examinable(measure: Measure, around: Around, by: Actor) -> bool:
    """Not for who wrote of it: the loop refuses them, and the page offers nothing that is."""
    wrote = any(
        event.user_id == by.user_id and event.step in ("find", "draft", "correct")
        for event in around.events
    )
    return measure.case.state in ("drafting", "consulting") and not wrote


def _examine(passed: bool) -> Any:
    def take(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
        return do.examine(pk, passed=passed, reason=form.cleaned_data["reason"], **common)

    return take


_MAKING = being("planned", "drafting", "consulting")
_KEPT = being("planned", "drafting", "consulting", "adopted", "in_force", "amended", "repealed")

PAGES: tuple[StepPage, ...] = (
    StepPage("receive", "measures.receive", _("Sign for receipt"), forms.Nothing, _unsigned,
             unseen(do.receive), "writing-sign", "primary"),
    StepPage("draft", "measures.edit", _("Begin drafting"), forms.Draft, being("planned"),
             plain(do.draft, "reason"), "pencil"),
    StepPage("consult", "measures.edit", _("Send out for comments"), forms.Consult,
             being("planned", "drafting"), plain(do.consult, "reason"), "message"),
    StepPage("examine", "measures.examine", _("Pass the examination"), forms.Examine, _examinable,
             _examine(True), "shield-check"),
    StepPage("object", "measures.examine", _("Have it mended"), forms.Examine, _examinable,
             _examine(False), "arrow-back-up", "menu"),
    StepPage("adopt", "measures.edit", _("Adopt"), forms.Adopt, _MAKING,
             plain(do.adopt, "number", "adopted_on", "in_force_on", "text"), "check", "primary"),
    StepPage("take_up", "measures.take_up", _("Take it up"), forms.TakeUp, _not_taken,
             plain(do.take_up, "day", "note"), "check", "primary"),
    StepPage("answer", "measures.edit", _("Link a problem"), forms.Answer, _KEPT, _answer,
             "link"),
    StepPage("follow", "measures.edit", _("Revises, replaces, interprets"), forms.Follow, _KEPT,
             _follow, "git-merge", "menu"),
    StepPage("correct", "measures.edit", _("Correct"), forms.Correct, _KEPT,
             plain(do.correct, "title", "text", "problem", "person", "effect", "sectors"),
             "pencil", "menu"),
    StepPage("extend", "measures.decide", _("Give more time"), forms.Extend, _MAKING,
             plain(do.extend, "due_on", "reason"), "clock", "menu"),
    StepPage("repeal", "measures.decide", _("Repeal"), forms.Repeal, being("adopted", "in_force"),
             plain(do.repeal, "on", "reason"), "ban", "menu"),
    StepPage("void", "measures.decide", _("Drop"), forms.Reason, _MAKING,
             plain(do.void, "reason"), "trash", "menu"),
)  # fmt: skip

WAY = ("planned", "drafting", "consulting", "adopted", "in_force")
#: States that a measure may pass over, with the step that leads there.
OPTIONAL = {"drafting": "draft", "consulting": "consult"}
BY_CODE = {page.code: page for page in PAGES}


def offered(measure: Measure, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    return [
        page for page in PAGES if page.permission in allowed and page.possible(measure, around, by)
    ]


def way(state: str, taken: set[str]) -> list[str]:
    """The states that a page draws as a line; one that was passed over isn't shown as done."""
    if state not in WAY:
        return list(WAY)
    now = WAY.index(state)
    return [
        one for n, one in enumerate(WAY)
        if n >= now or one not in OPTIONAL or OPTIONAL[one] in taken
    ]  # fmt: skip


def state_name(state: str) -> str:
    """What a state is called, for the line of steps over a page."""
    return str(STATES[state])
