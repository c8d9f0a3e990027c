"""Every step as a filing's page offers it: who may, when it is possible, its form, its command."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.forms import Decide, Extend
from anlan.domain.filings import commands as do
from anlan.domain.filings.forms import Nil
from anlan.domain.filings.models import Filing
from anlan.kernel.loop.forms import Nothing, Opinion, Reason, Urge
from anlan.kernel.loop.models import Extension
from anlan.kernel.loop.offering import StepPage, being, plain


class Around:
    """What stands around a filing that its steps depend on."""

    def __init__(self, wish: Extension | None, wished: bool, next_reviewer: int | None,
                 own_units: set[int]) -> None:  # fmt: skip
        self.wish, self.wished = wish, wished
        self.next_reviewer, self.own_units = next_reviewer, own_units


def _receive(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    seen = common.pop("seen")
    return do.receive([pk], seen={pk: seen} if seen is not None else None, **common)


def _urge(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    seen = common.pop("seen")
    return do.urge([pk], reason=form.cleaned_data["reason"],
                   seen={pk: seen} if seen is not None else None, **common)  # fmt: skip


def _decide_extension(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.decide_extension(pk, grant=data["grant"] == "1", reason=data["reason"], **common)


def _decide_correction(form: Any, pk: UUID, common: dict[str, Any]) -> Any:
    data = form.cleaned_data
    return do.decide_correction(pk, grant=data["grant"] == "1", reason=data["reason"], **common)


def _my_turn(row: Filing, around: Around) -> bool:
    return row.case.state == "verified" and around.next_reviewer in around.own_units


def _to_receive(row: Filing, around: Around) -> bool:
    return row.case.state == "verified" and around.next_reviewer is None


PAGES: tuple[StepPage, ...] = (
    StepPage("check", "filings.check", _("Checked: pass it on"), Nothing, being("rectified"),
             plain(do.check), "check", "primary"),
    StepPage("review", "filings.review", _("Reviewed: pass it on"), Opinion, _my_turn,
             plain(do.review, "reason"), "check", "primary"),
    StepPage("receive", "filings.receive", _("Receive and lock"), Nothing, _to_receive, _receive,
             "check", "primary"),
    StepPage("decide_correction", "filings.receive", _("Decide on the correction"), Decide,
             lambda row, around: around.wished, _decide_correction, "check", "primary"),
    StepPage("decide_extension", "filings.decide_extension", _("Decide on more time"), Decide,
             lambda row, around: row.case.state == "assigned" and around.wish is not None,
             _decide_extension, "clock", "primary"),
    StepPage("send_back", "filings.return", _("Send it back"), Reason,
             being("rectified", "verified"), plain(do.send_back, "reason"), "arrow-back-up",
             "danger"),
    StepPage("nil", "filings.file", _("Nil report"), Nil,
             lambda row, around: row.case.state == "assigned" and row.form.nil_allowed,
             plain(do.file_nil, "note"), "circle-check"),
    StepPage("ask_extension", "filings.ask_extension", _("Ask for more time"), Extend,
             lambda row, around: row.case.state == "assigned" and around.wish is None,
             plain(do.ask_extension, "until", "reason"), "clock", "menu"),
    StepPage("urge", "filings.receive", _("Urge the unit"), Urge, being("assigned"), _urge, "bell",
             "menu"),
    StepPage("recall", "filings.receive", _("Unlock it and send it back"), Reason,
             being("closed"), plain(do.send_back, "reason"), "arrow-back-up", "menu"),
    StepPage("exempt", "filings.receive", _("Does not apply to this unit"), Reason,
             being("assigned", "rectified", "verified"), plain(do.exempt, "reason"), "trash",
             "menu"),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}


def offered(row: Filing, allowed: set[str], around: Around) -> list[StepPage]:
    return [page for page in PAGES if page.permission in allowed and page.possible(row, around)]
