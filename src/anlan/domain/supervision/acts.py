"""Everything that can be done about one hazard here: who may, when, its form, its command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.hazards.models import Grade, Hazard
from anlan.domain.supervision import commands as do
from anlan.domain.supervision import forms_hazard as forms
from anlan.domain.supervision.commands import NewMember
from anlan.domain.supervision.oversight import Over
from anlan.kernel.loop.forms import Nothing, StepForm
from anlan.kernel.loop.models import Listing
from anlan.kernel.papers.attachments import Prepared


@dataclass(frozen=True)
class Act:
    code: str
    permission: str
    label: str | Promise
    form: type[StepForm]
    possible: Callable[[Hazard, Over], bool]
    #: Takes hazard, what stands over it, the form's data, and the common arguments.
    call: Callable[[Hazard, Over, dict[str, Any], dict[str, Any]], Any]
    symbol: str = "check"
    kind: str = ""
    #: What a form's first argument is made of, where it chooses among what is there.
    choices: Callable[[Over], Sequence[Any]] | None = None
    files: bool = False

    def made(self, over: Over, data: Mapping[str, Any] | None = None, **initial: Any) -> StepForm:
        first = () if self.choices is None else (list(self.choices(over)),)
        auto_id = f"{self.code}_%s"
        if data is None:
            given = {"request_id": uuid7(), **initial}
            return self.form(*first, initial=given, auto_id=auto_id)
        return self.form(*first, data, auto_id=auto_id)


def _decide(accept: bool) -> Callable[..., Any]:
    def call(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
        if over.waiting is None:
            raise NotFound
        given = {name: data[name] for name in ("number", "due_on", "answer") if name in data}
        return do.decide_escalation(over.waiting.pk, accept=accept, **given, **common)

    return call


def _of_team(command: Callable[..., Any], *names: str, files: bool = False) -> Callable[..., Any]:
    def call(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
        if over.resident is None:
            raise NotFound
        if not files:
            common.pop("photos", None)
        return command(over.resident.team.pk, **{name: data[name] for name in names}, **common)

    return call


def _comes(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    if over.resident is None:
        raise NotFound
    comes = NewMember(data["name"], data["unit"], data["post"])
    return do.change_member(over.resident.team.pk, comes=comes, on=data["on"], **common)


def _leaves(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    if over.resident is None:
        raise NotFound
    return do.change_member(over.resident.team.pk, leaves=data["member"], on=data["on"], **common)


def _unlog(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    return do.withdraw_entry(UUID(data["entry"]), reason=data["reason"], **common)


def _direct(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    return do.report_direct(hazard.pk, found_at=data["found_at"], text=data["text"], **common)


def _dual(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    names = ("side", "period", "text", "signed_by", "signed_on")
    given = {name: data[name] for name in names}
    return do.file_dual(hazard.pk, files=common.pop("photos"), **given, **common)


def _double(hazard: Hazard, over: Over, data: dict[str, Any], common: dict[str, Any]) -> Any:
    return do.double_assign(
        hazard.pk, territory=data["territory"].pk, regulator=data["regulator"].pk,
        reason=data["reason"], seen=data["seen"], **common,
    )  # fmt: skip


def _major(hazard: Hazard) -> bool:
    case = hazard.case
    return case.kind == "hazard" and case.grade == Grade.MAJOR and case.state != "void"


def _held(hazard: Hazard, over: Over) -> bool:
    return over.listing is not None and over.listing.status == Listing.Status.LISTED


def _team(hazard: Hazard, over: Over) -> bool:
    return over.resident is not None


def _people(over: Over) -> list[Any]:
    if over.resident is None:
        return []
    return [row for row in over.resident.members if row.until is None]


def _log(over: Over) -> list[Any]:
    return over.resident.standing if over.resident else []


ACTS: tuple[Act, ...] = (
    Act("report_direct", "listed.report", _("Report to the province"), forms.Direct,
        lambda h, o: _major(h) and o.direct is None, _direct, "send"),
    Act("receive_direct", "listed.receive", _("Sign for the direct report"), Nothing,
        lambda h, o: any(copy.received_at is None for copy in o.copies),
        lambda h, o, d, c: do.receive_direct(h.pk, **c), "writing-sign", "primary"),
    Act("dual", "listed.dual", _("Enter a dual report"), forms.Dual,
        lambda h, o: _major(h) and bool(o.owed), _dual, "list-check", choices=lambda o: o.owed,
        files=True),
    Act("escalate", "listed.escalate", _("Ask the level above to take over"), forms.Escalate,
        lambda h, o: h.case.is_open and _held(h, o) and o.waiting is None,
        lambda h, o, d, c: do.ask_escalation(h.pk, reason=d["reason"], **c), "stairs-up"),
    Act("take_over", "escalation.decide", _("Take the listing over"), forms.TakeOver,
        lambda h, o: o.waiting is not None, _decide(True), "check", "primary"),
    Act("leave_there", "escalation.decide", _("Leave it where it is"), forms.LeaveThere,
        lambda h, o: o.waiting is not None, _decide(False), "ban", "danger"),
    Act("double", "listed.double", _("Give to both lines"), forms.Double,
        lambda h, o: h.case.is_open and not o.lines, _double, "git-merge", "menu"),
    Act("send_team", "listed.send", _("Send a resident team"), forms.SendTeam,
        lambda h, o: h.case.is_open and o.listing is not None and o.resident is None,
        lambda h, o, d, c: do.send_team(h.pk, since=d["since"], task=d["task"],
                                        members=d["members"], **c), "users"),
    Act("log_day", "listed.log", _("Enter the team's day"), forms.LogDay, _team,
        _of_team(do.log_day, "day", "action", "moved_out", files=True), "pencil", "primary",
        files=True),
    Act("comes", "listed.send", _("Somebody joins"), forms.Comes, _team, _comes, "plus", "menu"),
    Act("leaves", "listed.send", _("Somebody leaves"), forms.Leaves,
        lambda h, o: bool(_people(o)), _leaves, "minus", "menu", choices=_people),
    Act("unlog", "listed.log", _("Withdraw a log entry"), forms.Unlog,
        lambda h, o: bool(_log(o)), _unlog, "trash", "menu", choices=_log),
    Act("accept_team", "listed.accept", _("Accept, and end the stay"), forms.AcceptTeam,
        lambda h, o: bool(_log(o)), _of_team(do.accept_team, "on", "text"), "circle-check"),
)  # fmt: skip
BY_CODE = {act.code: act for act in ACTS}


def offered(hazard: Hazard, over: Over, allowed: set[str]) -> list[Act]:
    return [act for act in ACTS if act.permission in allowed and act.possible(hazard, over)]


def take(
    act: Act,
    form: StepForm,
    hazard: Hazard,
    over: Over,
    *,
    by: Actor,
    at: datetime,
    files: Sequence[Prepared] = (),
) -> Any:
    common: dict[str, Any] = {"by": by, "at": at, "request_id": form.cleaned_data["request_id"]}
    if act.files:
        common["photos"] = files
    return act.call(hazard, over, form.cleaned_data, common)
