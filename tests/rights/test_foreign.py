"""S14: rows of another area, sector or enterprise show on no route to no post, nor in a count.

Each page is fetched before and after foreign rows are planted, and must stay the same to the
byte; each address with a number is asked for a foreign one, and must answer as for nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.utils import timezone

from tests.rights.routes import PUBLIC, Route, routes

BUSINESS = ("office", "leader", "inspector", "rectifier", "grid", "duty", "viewer")
#: Endpoints too: a page's session opens them.
PAGES = [route for route in routes() if route.name not in PUBLIC]
#: Setting up a factor shows a new secret each time, and no row.
LISTS = [route for route in PAGES if not route.takes and not route.name.startswith("mfa_")]
OWN, FOREIGN = "OWNWORD", "FOREIGNWORD"
#: Where the foreign row lies for somebody limited by area, by sector, to one firm.
FOREIGN_BY = {
    "area": {"area": "530300", "sector": "hazchem"},
    "sector": {"area": "530100", "sector": "coal"},
    "enterprise": {"area": "530100", "sector": "hazchem"},
}
#: Where a limit comes from is one filter, and what a post may do another: every post limited by its
#: area, as most are, and under the others an office and whoever usually has such a limit.
POSTS = [
    *(("area", role) for role in BUSINESS),
    *(
        ("sector", "office"),
        ("sector", "viewer"),
        ("enterprise", "office"),
        ("enterprise", "rectifier"),
    ),
]
#: On PostgreSQL two of them: the filters are the same there.
ON_BOTH = (("area", "office"), ("area", "grid"))
LIMITED = pytest.mark.parametrize(
    ("kind", "role"),
    [pytest.param(*post, marks=() if post in ON_BOTH else pytest.mark.once) for post in POSTS],
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def moment(settings: Any) -> Any:
    import time_machine

    from anlan.kernel.accounts.tests.people import NOON

    settings.MFA_OFF = True
    settings.PASSWORD_HASHERS = ["anlan.kernel.accounts.tests.hashing.QuickArgon2"]
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def stand() -> Any:
    """Signs in somebody limited in one way who has a row of their own."""
    from anlan.kernel.accounts.tests.people import Browser
    from tests.rights import foreign

    def make(kind: str, role: str) -> Browser:
        own = foreign.plant(OWN, area=foreign.HOME, sector="hazchem", at=timezone.now())
        foreign.limited(kind, role, own)
        browser = Browser()
        assert browser.sign_in("me").status_code == 302
        return browser

    return make


@LIMITED
def test_S14_no_list_page_file_or_count_tells_of_a_foreign_row(
    stand: Any, kind: str, role: str
) -> None:
    from tests.rights import foreign

    browser = stand(kind, role)
    before = {route.name: body(browser, route) for route in LISTS}
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY[kind])
    if kind == "area":
        foreign.plant_people(planted, area=FOREIGN_BY[kind]["area"])
    after = {route.name: body(browser, route) for route in LISTS}
    leaks = [name for name, text in after.items() if FOREIGN in text]
    assert not leaks, "these name a foreign row"
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, "these changed with a row that isn't theirs to see"


@LIMITED
def test_S14_a_foreign_number_opens_as_little_as_nobodys(stand: Any, kind: str, role: str) -> None:
    from tests.rights import foreign

    browser = stand(kind, role)
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY[kind])
    numbers = dict(planted.numbers)
    if kind == "area":
        foreign.plant_people(planted, area=FOREIGN_BY[kind]["area"])
    opened = []
    for route in PAGES:
        number = _number(route, numbers)
        if route.name in (
            "accounts:unit",
            "accounts:rename_unit",
            "succession:merge",
            "succession:end",
        ):
            number = planted.unit
        elif route.permission and route.permission.startswith("people."):
            number = planted.person
        if number is None or "pk" not in route.takes or not _fits(route, number):
            continue
        for method in (browser.get, browser.post):
            answer = method(route.path(pk=number))
            nobody = method(route.path())
            same = answer.status_code == nobody.status_code
            if FOREIGN in answer.content.decode(errors="replace") or not same:
                opened.append((route.name, method.__name__, answer.status_code, nobody.status_code))
    assert not opened


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_S16_administrators_see_no_word_of_the_business(stand: Any, role: str) -> None:
    from anlan.kernel.accounts.tests.people import Browser, make_person
    from anlan.kernel.regions.models import Region
    from tests.rights import foreign

    planted = foreign.plant(FOREIGN, area="530100", sector="hazchem", at=timezone.now())
    make_person("me", role, area=Region.objects.get(code="530000"))
    browser = Browser()
    browser.sign_in("me")
    # What was put on record names what it is about, and that page is the auditor's work.
    lists = [route for route in LISTS if route.name != "accounts:audit"]
    assert not [route.name for route in lists if FOREIGN in body(browser, route)]
    for route in PAGES:
        number = _number(route, planted.numbers)
        if number is not None and "pk" in route.takes and _fits(route, number):
            assert FOREIGN not in browser.get(route.path(pk=number)).content.decode(
                errors="replace"
            )


def test_the_own_row_is_seen_so_the_matrix_is_not_empty(stand: Any) -> None:
    browser = stand("area", "office")
    seen = [route.name for route in LISTS if OWN in body(browser, route)]
    assert {
        "hazards:list", "enterprises:list", "reports:list", "lists:items", "lists:promotions",
    } <= set(seen)  # fmt: skip


#: Which planted row an endpoint opens, by its address; the others open hazards.
OF_API = {
    "bulletins/": "bulletins", "assessments/schemes/": "assessments:scheme",
    "assessments/rankings/": "assessments:ranking", "assessments/scores/": "assessments:score",
    "filings/": "filings", "accidents/": "accidents",
}  # fmt: skip


def _number(route: Route, numbers: dict[str, Any]) -> Any:
    """The foreign number that a route may take: by its namespace, for an endpoint by its kind."""
    if route.is_api and "pk" in route.takes:
        address = route.path()
        for part, name in OF_API.items():
            if f"/api/v1/{part}" in address and name in numbers:
                return numbers[name]
        kind = type(route.converters["pk"]).__name__
        return numbers["hazards" if kind.startswith("UUID") else "enterprises"]
    return numbers.get(route.name, numbers.get(route.name.split(":")[0]))


def _fits(route: Route, number: Any) -> bool:
    kind = type(route.converters["pk"]).__name__
    return kind.startswith("Int" if isinstance(number, int) else "UUID")


def body(browser: Any, route: Route) -> str:
    """What a page says, without what differs each time: tokens, numbers of requests."""
    answer = browser.get(route.path())
    content = b"".join(answer) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = sorted(name for name in archive.namelist() if name.startswith(("xl/", "word/")))
            content = b"\n".join(archive.read(name) for name in names)
    text = content.decode(errors="replace")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "", text)
    text = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"', "", text)
    return f"{answer.status_code}\n{text}"
