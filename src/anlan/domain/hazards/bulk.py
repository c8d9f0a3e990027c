"""One step with many hazards: each is its own command and its own transaction.

What can't be done with one of them is told of that one; nothing of it is half done, and the rest
goes on. The version that was looked at comes along with each row, and each has an id of its own
made from the page's, so that sending the page twice does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal, Unreadable
from anlan.base.statements import Row
from anlan.domain.hazards import commands as do
from anlan.domain.hazards import forms, queries
from anlan.domain.hazards.loop import LOOPS
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.loop.forms import StepForm
from anlan.kernel.loop.labels import state_label
from anlan.kernel.loop.refusals import StepNotPossible
from anlan.ui.lists import Column

#: Cases that one post takes: each is a transaction, and somebody waits for the answer.
AT_ONCE_MAX = 200
#: The form that the boxes of a list belong to, wherever on the page they stand.
FORM_ID = "bulk"
#: What gives one of them: (ids, the form's values, the call) -> anything.
Give = Callable[[UUID, Mapping[str, Any], dict[str, Any]], object]


class TooManyCases(Refusal):
    """More cases than one post takes; nothing was done with any of them."""

    code = "too_many_cases"
    message = gettext_lazy("At most %(max)d at a time, and nothing was done. Tick fewer of them.")


@dataclass(frozen=True)
class Act:
    """A step that is taken with many: what it is called, who may, its form and its command."""

    code: str
    permission: str
    label: str | Promise
    symbol: str
    form: type[StepForm]
    give: Give
    #: The states from which it leads on: what stands in another one is told of beforehand.
    states: frozenset[str]
    danger: bool = False


def _with_reason(command: Callable[..., object]) -> Give:
    def give(pk: UUID, given: Mapping[str, Any], call: dict[str, Any]) -> object:
        return command([pk], reason=given["reason"], **call)

    return give


def _assign(pk: UUID, given: Mapping[str, Any], call: dict[str, Any]) -> object:
    return do.assign(
        [pk], rectifier=given["rectifier"].pk, due_on=given["due_on"], reason=given["reason"],
        **call,
    )  # fmt: skip


def _sources(step: str) -> frozenset[str]:
    return frozenset().union(*(machine.step(step).sources for machine in LOOPS.values()))


ACTS: Mapping[str, Act] = {
    act.code: act
    for act in (
        Act("assign", "hazard.assign", gettext_lazy("Assign"), "send", forms.AssignMany, _assign,
            _sources("assign")),
        Act("urge", "hazard.urge", gettext_lazy("Urge"), "bell", forms.Urge,
            _with_reason(do.urge), _sources("urge")),
        Act("verify", "hazard.verify", gettext_lazy("Verified"), "check", forms.Opinion,
            _with_reason(do.verify), _sources("verify")),
        Act("reject", "hazard.reject", gettext_lazy("Return"), "arrow-back-up", forms.Reason,
            _with_reason(do.reject), _sources("reject"), danger=True),
    )
}  # fmt: skip


# --- the boxes of a list


def offered(by: Actor) -> list[Act]:
    return [act for act in ACTS.values() if policy.may(by, act.permission)]


def columns(by: Actor) -> list[Column]:
    """The column of boxes, for whoever may do anything with many."""
    return [Column("pick", gettext_lazy("Choose"), cell=_box)] if offered(by) else []


def _box(row: Any) -> Markup:
    """A box for a hazard or problem; rows of other kinds have none."""
    if not isinstance(row, Hazard):
        return Markup('<span class="pick-one"></span>')
    said = escape(_("Choose %(number)s") % {"number": row.case.number})
    return Markup(
        '<input class="pick-one" type="checkbox" form="{}" name="row" value="{}" aria-label="{}">'
    ).format(FORM_ID, token(row), said)


def token(hazard: Hazard | Row) -> str:
    # A list's rows are only read: their models aren't made for this.
    version = hazard.read("case__version") if isinstance(hazard, Row) else hazard.case.version
    return f"{hazard.pk}:{version}"


@dataclass(frozen=True)
class Bar:
    """What stands over a list whose rows can be ticked."""

    acts: Sequence[Act]
    #: All rows of the page, for "all on this page" where no script ticks them.
    shown: str
    back: str
    form_id: str = FORM_ID
    at_most: int = AT_ONCE_MAX


def bar(by: Actor, rows: Iterable[Any], back: str) -> Bar | None:
    """Without rows, too: htmx may bring some, and the form stands outside of what it brings."""
    acts, shown = offered(by), [token(row) for row in rows if isinstance(row, Hazard)]
    return Bar(acts, ",".join(shown), back) if acts else None


def beside(by: Actor, rows: Sequence[Any], request: HttpRequest) -> dict[str, Any]:
    """For a list's template: the bar, and the column of boxes that stands before the others."""
    shown = bar(by, rows, request.get_full_path())
    return {"bulk": shown, "picks": columns(by) if shown and shown.shown else []}


# --- what was ticked


def chosen(texts: Sequence[str]) -> dict[UUID, int]:
    """The cases with the versions that were looked at, each once, in the order of the list."""
    found: dict[UUID, int] = {}
    for text in texts:
        pk, _colon, version = text.partition(":")
        try:
            found[UUID(pk)] = int(version)
        except ValueError:
            raise Unreadable(field="row", reason=_("load the page again")) from None
    if len(found) > AT_ONCE_MAX:
        raise TooManyCases(max=AT_ONCE_MAX)
    return found


def visible(by: Actor, pks: Iterable[UUID]) -> dict[UUID, Hazard]:
    """Those that the person may see, by key; one statement."""
    rows = queries.visible(by).filter(pk__in=list(pks)).select_related(*queries.ROW)
    return {row.pk: row for row in rows}


@dataclass
class Outcome:
    """What became of each: done, or left with the reason."""

    done: list[Hazard] = field(default_factory=list)
    left: list[tuple[Hazard | None, str]] = field(default_factory=list)


def take(
    act: Act,
    cases: Mapping[UUID, int],
    given: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    request_id: UUID,
) -> Outcome:
    """Take the step with one after the other; a refusal stops none but its own."""
    refused: dict[UUID, str] = {}
    for pk, version in cases.items():
        call = {"by": by, "at": at, "seen": {pk: version}}
        try:
            act.give(pk, given, {**call, "request_id": uuid5(request_id, f"{act.code}:{pk}")})
        except StepNotPossible as refusal:
            # Beside its number and its link nothing need be said of either.
            refused[pk] = _("It is “%(state)s”.") % {"state": refusal.data["state"]}
        except Refusal as refusal:
            refused[pk] = str(refusal)
    rows = visible(by, cases)
    outcome = Outcome()
    for pk in cases:
        if pk in refused:
            outcome.left.append((rows.get(pk), refused[pk]))
        elif pk in rows:
            outcome.done.append(rows[pk])
    return outcome


def unfit(act: Act, hazard: Hazard) -> str:
    """Why the step can't be taken with it as it stands; empty where its state is no hindrance."""
    if hazard.case.state in act.states:
        return ""
    return _("“%(state)s”, so “%(step)s” will leave it out") % {
        "state": state_label(hazard.case.state), "step": act.label,
    }  # fmt: skip
