"""What stands around each page: where one can go, and where one can search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.office import shell as office
from anlan.kernel.accounts import policy
from anlan.kernel.accounts import shell as accounts
from anlan.kernel.accounts.gate import actor_of
from anlan.ui.shell import Group, Item

#: Label, address, icon, permission, and whether it stands at the bottom of a phone.
_WORK: tuple[tuple[str | Promise, tuple[str, ...], str, str, bool], ...] = (
    (_("Overview"), ("overview:home",), "layout-dashboard", "hazard.view", True),
    (_("Worklist"), ("work:list", "work:worklist", "work:mine"), "inbox", "hazard.view", True),
    (_("Hazards"), ("hazards:list",), "alert-triangle", "hazard.view", True),
    (_("New hazard"), ("hazards:new",), "plus", "hazard.find", True),
    (_("Sweeps"), ("inspections:sweeps",), "list-check", "sweep.view", False),
    (_("Plans for enterprises"), ("treatment:plans",), "file-text", "remedy.view", False),
    (_("Defects"), ("defects:list",), "settings", "defect.view", False),
    (_("Own checks"), ("selfchecks:plans",), "calendar-due", "selfcheck.view", False),
    (_("Import"), ("hazards:imports",), "upload", "hazard.import", False),
    (_("Supervision"), ("supervision:listed",), "gavel", "listed.view", False),
    (_("Problem lists"), ("lists:overview",), "list-check", "lists.view", False),
    (_("Reports owed"), ("reports:list",), "list-check", "reports.view", False),
    (_("Enterprises"), ("enterprises:list",), "building-factory-2", "enterprise.view", False),
)


def fields(request: HttpRequest) -> dict[str, Any]:
    """For ``UI_SHELL``: the navigation of who is signed in, and the search."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    by = actor_of(request)
    items = [
        Item(label, url, icon, phone=phone)
        for label, names, icon, permission, phone in _WORK
        if policy.may(by, permission) and (url := _first(*names))
    ]
    groups = [Group(_("Work"), items)] if items else []
    return {
        "nav": [*groups, *_house(accounts.nav(request), by)],
        "palette_url": reverse("search") + "?part=1",
        "search_url": reverse("search"),
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


def _first(*names: str) -> str:
    """The first address that this installation has."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
