"""Every step as an accident's page offers it: who may, when, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.accidents import commands as do
from anlan.domain.accidents import forms
from anlan.domain.accidents.models import Accident
from anlan.domain.accidents.queries import Around
from anlan.kernel.loop.offering import StepPage, being, plain

_ALL = being("reported", "known", "concluded")
_OPEN = being("reported", "known")


def _supplement(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.supplement(
        pk, figures=form.figures, died_on=data["died_on"], text=data["text"], **common
    )


def _conclude(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.conclude(
        pk, figures=form.figures, died_on=data["died_on"], text=data["text"], on=data["on"],
        **common,
    )  # fmt: skip


def _correct(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    return do.correct(pk, fields=form.given, reason=form.cleaned_data["reason"], **common)


def _attribute(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.attribute(pk, area=data["area"].pk, reason=data["reason"], **common)


def _runs(_row: Accident, around: Around, _by: Actor) -> bool:
    return around.running is not None


def _asked(_row: Accident, around: Around, _by: Actor) -> bool:
    return around.asked is not None


def _free(row: Accident, around: Around, _by: Actor) -> bool:
    return around.asked is None and row.case.state != "void"


def _suspected(_row: Accident, around: Around, _by: Actor) -> bool:
    return bool(around.suspected)


PAGES: tuple[StepPage, ...] = (
    StepPage("pass-up", "accidents.edit", _("Told the level above"), forms.PassUp, _runs,
             plain(do.pass_up, "sent_at", "to_level", "how"), "arrow-up", "primary"),
    StepPage("decide-scope", "accidents.decide", _("Decide on the scope"), forms.DecideScope,
             _asked, plain(do.decide_scope, "granted", "answer", "number"), "gavel", "primary"),
    StepPage("supplement", "accidents.edit", _("Report more"), forms.Supplement, _ALL,
             _supplement, "plus", "primary"),
    StepPage("conclude", "accidents.lead", _("Conclude"), forms.Conclude, _OPEN, _conclude,
             "check"),
    StepPage("judge", "accidents.lead", _("Decide on a finding"), forms.Judge, _suspected,
             plain(do.judge, "finding", "confirmed", "answer"), "gavel"),
    StepPage("suspect", "accidents.edit", _("Reporting may be wrong"), forms.Suspect, _ALL,
             plain(do.suspect, "kind", "text"), "alert-triangle", "menu"),
    StepPage("person", "accidents.names", _("Enter a person concerned"), forms.Person, _ALL,
             plain(do.add_person, "name", "outcome", "died_on"), "user", "menu"),
    StepPage("correct", "accidents.edit", _("Correct"), forms.Correct, _ALL, _correct, "pencil",
             "menu"),
    StepPage("attribute", "accidents.lead", _("Count it in another area"), forms.Attribute, _ALL,
             _attribute, "map-pin", "menu"),
    StepPage("ask-scope", "accidents.lead", _("Strike off, or recognise as not of production"),
             forms.AskScope, _free, plain(do.ask_scope, "scope", "reason"), "ban", "menu"),
    StepPage("void", "accidents.lead", _("Entered by mistake"), forms.Reason, _OPEN,
             plain(do.void, "reason"), "trash", "menu"),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}


def offered(row: Accident, around: Around, allowed: set[str], by: Actor) -> list[StepPage]:
    return [page for page in PAGES
            if page.permission in allowed and page.possible(row, around, by)]  # fmt: skip
