"""What stands around each page: where one can go, and where one can search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.config import usual
from anlan.domain.office import shell as office
from anlan.kernel.accounts import policy
from anlan.kernel.accounts import shell as accounts
from anlan.kernel.accounts.gate import actor_of
from anlan.ui.addresses import address
from anlan.ui.shell import Group, Item

#: Label, address, icon, permission, and whether it stands at the bottom of a phone.
Line = tuple[str | Promise, str, str, str, bool]
_GROUPS: tuple[tuple[str | Promise, tuple[Line, ...]], ...] = (
    (
        _("Work"),
        (
            (_("Overview"), "overview:home", "layout-dashboard", "hazard.view", True),
            (_("Worklist"), "work:list", "inbox", "hazard.view", True),
            (_("Hazards"), "hazards:list", "alert-triangle", "hazard.view", True),
            (_("New hazard"), "hazards:new", "plus", "hazard.find", True),
            (_("Import"), "hazards:imports", "upload", "hazard.import", False),
        ),
    ),
    (
        _("Checks and supervision"),
        (
            (_("Sweeps"), "inspections:sweeps", "search", "sweep.view", False),
            (_("Own checks"), "selfchecks:plans", "calendar-due", "selfcheck.view", False),
            (_("Supervision"), "supervision:listed", "gavel", "listed.view", False),
            (_("Accidents"), "accidents:list", "alert-octagon", "accidents.view", False),
            (_("Problem lists"), "lists:overview", "flag", "lists.view", False),
            (_("Campaigns"), "campaigns:list", "list-check", "campaigns.view", False),
            (_("Library"), "library:list", "file-text", "laws.view", False),
            (_("Measure list"), "measures:list", "file-spreadsheet", "measures.view", False),
            (_("Plans for enterprises"), "treatment:plans", "file-text", "remedy.view", False),
            (_("Defects"), "defects:list", "settings", "defect.view", False),
        ),
    ),
    (
        _("Registers and reports"),
        (
            (_("Enterprises"), "enterprises:list", "building-factory-2", "enterprise.view", False),
            (_("Reports owed"), "reports:list", "calendar", "reports.view", False),
        ),
    ),
)


def fields(request: HttpRequest) -> dict[str, Any]:
    """For ``UI_SHELL``: the navigation of who is signed in, and the search."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    by = actor_of(request)
    groups = [(label, [line for line in lines if policy.may(by, line[3])])
              for label, lines in _GROUPS]  # fmt: skip
    nav = [
        Group(
            label,
            [Item(name, address(url), icon, phone=phone) for name, url, icon, _may, phone in lines],
        )
        for label, lines in groups
        if lines
    ]
    return {
        "nav": usual.first([*nav, *_house(accounts.nav(request), by)], by),
        "palette_url": address("search") + "?part=1",
        "search_url": address("search"),
    }


def _house(groups: list[Group], by: Actor) -> list[Group]:
    """The group of those who organise, with the pages by which an office sets its house."""
    items = office.items(by)
    if not items:
        return groups
    if not groups:
        return [Group(_("Organisation"), items)]
    last = groups[-1]
    return [*groups[:-1], Group(last.label, [*last.items, *items])]
