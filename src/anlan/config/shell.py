"""What stands around each page: where one can go, and where one can search."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from itertools import count
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.memory import Memory
from anlan.config import usual
from anlan.domain.office import shell as office
from anlan.kernel.accounts import policy
from anlan.kernel.accounts import shell as accounts
from anlan.kernel.accounts.gate import actor_of
from anlan.ui.addresses import address
from anlan.ui.shell import Group, Item, all_shown

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
            (_("Enterprises"), "enterprises:list", "building-factory-2", "enterprise.view", False),
        ),
    ),
    (
        _("Campaigns and lists"),
        (
            (_("Campaigns"), "campaigns:list", "list-check", "campaigns.view", False),
            (_("Problem lists"), "lists:overview", "flag", "lists.view", False),
            (_("Measure list"), "measures:list", "file-spreadsheet", "measures.view", False),
            (_("Library"), "library:list", "file-text", "laws.view", False),
        ),
    ),
    (
        _("Checks and supervision"),
        (
            (_("Sweeps"), "inspections:sweeps", "search", "sweep.view", False),
            (_("Own checks"), "selfchecks:plans", "calendar-due", "selfcheck.view", False),
            (_("Remote checks"), "remote:list", "eye", "remote.view", False),
            (_("Book of enforcement"), "enforcement:list", "report", "enforcement.view", False),
            (_("Supervision"), "supervision:listed", "gavel", "listed.view", False),
            (_("Accidents"), "accidents:list", "alert-octagon", "accidents.view", False),
            (_("Plans for enterprises"), "treatment:plans", "file-text", "remedy.view", False),
            (_("Defects"), "defects:list", "settings", "defect.view", False),
        ),
    ),
    (
        _("Figures and papers"),
        (
            (_("Analysis"), "statistics:analysis", "chart-bar", "statistics.view", False),
            (_("Direct reporting"), "filings:list", "file-spreadsheet", "filings.view", False),
            (_("Assessments"), "assessments:list", "stairs-up", "rankings.view", False),
            (_("Papers"), "bulletins:situation", "file-text", "bulletins.situation", False),
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
    standing = policy.standing(by)
    known = _navs.get(standing)
    if known is None:
        nav = _nav(by)
        _navs.put(standing, known := (nav, _number(all_shown(nav))), NAV_SECONDS)
    return {
        "nav": known[0],
        "nav_number": known[1],
        "palette_url": address("search") + "?part=1",
        "search_url": address("search"),
    }


#: Navigations of people with different posts that a process remembers.
NAVS_MAX = 5_000
#: A rule may ask the database for more than posts; no line is missing for longer than this.
NAV_SECONDS = 60
_navs: Memory[tuple[list[Group], int]] = Memory(NAVS_MAX)
_numbers = count()


@lru_cache(maxsize=NAVS_MAX)
def _number(_shown: Hashable) -> int:
    """One for each that shows something else: most people of a kind have the same."""
    return next(_numbers)


def _nav(by: Actor) -> list[Group]:
    """Where ``by`` can go: nothing of it depends on more than what their posts allow today."""
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
    return usual.first([*nav, *_house(accounts.nav(by), by)], by)


def _house(groups: list[Group], by: Actor) -> list[Group]:
    """The group of those who organise, with the pages by which an office sets its house."""
    items = office.items(by)
    if not items:
        return groups
    if not groups:
        return [Group(_("Organisation"), items)]
    last = groups[-1]
    return [*groups[:-1], Group(last.label, [*last.items, *items])]
