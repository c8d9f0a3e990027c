"""Every route × every post: nothing opens without a declared right, and no foreign row shows.

A new page or endpoint is found here by itself. What opens a row by its number is also asked for
rows of another area, another sector and another enterprise, as soon as its app has some in
``tests/rights/foreign.py``.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from tests.rights.routes import PUBLIC, Route, routes

pytestmark = pytest.mark.django_db
ROLES = (
    "office",
    "leader",
    "inspector",
    "rectifier",
    "grid",
    "duty",
    "viewer",
    "system_admin",
    "security_admin",
    "auditor",
)
ADMINISTRATORS = ROLES[-3:]
PAGES = [route for route in routes() if not route.is_api]
API = [route for route in routes() if route.is_api]


@pytest.fixture
def someone(settings: Any) -> Any:
    """Makes a person of a role who answers for one prefecture, and a browser with them in it."""
    from anlan.kernel.accounts.tests.people import Browser, make_person
    from anlan.kernel.regions.models import Region

    settings.MFA_OFF = True
    settings.PASSWORD_HASHERS = ["anlan.kernel.accounts.tests.hashing.QuickArgon2"]
    kunming = Region.objects.get(code="530100")

    def make(role: str, **more: Any) -> Browser:
        make_person(f"a-{role.replace('_', '-')}", role, area=kunming, **more)
        browser = Browser()
        assert browser.sign_in(f"a-{role.replace('_', '-')}").status_code == 302
        return browser

    return make


@pytest.mark.once
@pytest.mark.parametrize("route", PAGES, ids=str)
def test_S13_every_page_declares_a_permission_that_exists(route: Route) -> None:
    from anlan.kernel.accounts import gate, policy

    assert route.permission is not None, f"{route.name}: mark its view @requires or @public"
    if route.permission == gate.PUBLIC:
        assert route.name in PUBLIC, f"{route.name} is public; say why in tests/rights/public.txt"
    else:
        assert route.name not in PUBLIC, f"{route.name} isn't public any more"
        assert route.permission in policy.permissions(), f"no app declares {route.permission}"


@pytest.mark.once
@pytest.mark.parametrize("route", API, ids=str)
def test_S13_every_endpoint_asks_who_is_there(route: Route) -> None:
    """Each operation has an ``auth``, except the documents of the API itself."""
    view = inspect.unwrap(route.view)
    found = next(
        (
            cell.cell_contents
            for cell in (getattr(view, "__closure__", None) or ())
            if hasattr(cell.cell_contents, "operations")
        ),
        None,
    )
    if found is None:
        # openapi.json and the like: shown to those who are signed in, or marked.
        answer = Client().get(route.path())
        assert answer.status_code in (301, 302, 401, 403, 404), route.name
        return
    for operation in found.operations:
        assert operation.auth_callbacks, f"{route.name} {operation.methods}: no auth"


@pytest.mark.once
@pytest.mark.parametrize("route", [r for r in PAGES if r.name not in PUBLIC], ids=str)
@pytest.mark.parametrize("method", ["get", "post"])
def test_S13_strangers_are_sent_to_sign_in(route: Route, method: str) -> None:
    answer = getattr(Client(), method)(route.path())
    if answer.status_code == 405:
        return  # The page knows no such method, whoever asks.
    assert answer.status_code == 302, (route.name, answer.status_code)
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.once
@pytest.mark.parametrize("route", API, ids=str)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_S13_strangers_get_nothing_from_the_api(route: Route, method: str) -> None:
    answer = Client().generic(method.upper(), route.path(), "{}", content_type="application/json")
    assert answer.status_code in (301, 302, 401, 403, 404, 405), (route.name, answer.status_code)


def permitted() -> set[str]:
    """What the only person here may use."""
    from anlan.kernel.accounts import held, policy
    from anlan.kernel.accounts.models import User

    by = held.actor(User.objects.get(), today=_today())
    return {permission for permission in policy.permissions() if policy.may(by, permission)}


@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_S13_nobody_gets_past_a_permission_they_lack(someone: Any, role: str) -> None:
    """Whoever may not use a page's permission is refused, whatever number they ask for."""
    browser = someone(role)
    may, wrong = permitted(), []
    for route in PAGES:
        if route.name in PUBLIC or str(route.permission) in may:
            continue
        for method in (browser.get, browser.post):
            status = method(route.path()).status_code
            if status not in (403, 405):
                wrong.append((route.name, method.__name__, status))
    assert not wrong


@pytest.mark.parametrize("role", ROLES)
def test_a_rule_depends_on_nothing_but_posts_and_what_they_cover(
    someone: Any, role: str, django_assert_num_queries: Any
) -> None:
    """``policy.may`` remembers by these, so a rule may not ask the database for more."""
    from anlan.kernel.accounts import held, policy
    from anlan.kernel.accounts.models import User

    someone(role)
    user = User.objects.get()
    for permission in sorted(policy.permissions()):
        by = held.actor(user, today=_today())
        held.grants(by)
        if policy._rules[permission] not in policy._asking:
            with django_assert_num_queries(0, info=permission):
                policy.rule_of(permission, by)
        expected = not policy.is_nothing(policy.rule_of(permission, by))
        # The second answer is a remembered one.
        assert [policy.may(by, permission) for _time in range(2)] == [expected] * 2, permission


@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_S14_a_number_that_is_nobodys_opens_nothing(someone: Any, role: str) -> None:
    """No page breaks on it, and none says anything but that there is nothing to see.

    Whoever lacks its permission is refused before a number is looked at, by the test above.
    """
    browser = someone(role)
    may, wrong = permitted(), []
    for route in PAGES:
        if route.name in PUBLIC or not route.takes or str(route.permission) not in may:
            continue
        for method in (browser.get, browser.post):
            answer = method(route.path())
            status = answer.status_code
            # Back to a list that names no such number is an answer too.
            back = status == 302 and not any(
                str(route.stand_in(name)) in answer.headers["Location"] for name in route.takes
            )
            if not back and status not in (400, 403, 404, 405, 409, 410, 422):
                wrong.append((route.name, method.__name__, status))
    assert not wrong


class Answer(NamedTuple):
    """Of a page without a number; three laws look at it."""

    route: Route
    status: int
    kept: str


#: By role.
ANSWERS: dict[str, list[Answer]] = {}


@pytest.fixture
def answers(someone: Any, role: str) -> list[Answer]:
    """Asked once in a process: nothing is there but the person, so they would be the same again."""
    if role not in ANSWERS:
        browser, found = someone(role), []
        # A public page might sign out; the others stand before it.
        for public in (False, True):
            for route in PAGES:
                if not route.takes and (route.name in PUBLIC) == public:
                    answer = browser.get(route.path())
                    kept = answer.headers.get("Cache-Control", "")
                    found.append(Answer(route, answer.status_code, kept))
            assert public or browser.is_in, "some page signs out: those after it told nothing"
        ANSWERS[role] = found
    return ANSWERS[role]


@pytest.mark.parametrize("role", ROLES)
def test_S14_no_page_breaks_for_any_role(answers: list[Answer], role: str) -> None:
    fine = (200, 302, 400, 403, 404, 405)
    assert not [
        (one.route.name, one.status)
        for one in answers
        if one.route.name not in PUBLIC and one.status not in fine
    ]


#: Public geography without figures, and what a phone shows on its home screen.
MAY_BE_KEPT = {"hazards:shapes", "hazards:shape", "ui:manifest"}


@pytest.mark.once
@pytest.mark.parametrize("role", ROLES)
def test_S34_no_page_of_anybody_may_be_kept(answers: list[Answer], role: str) -> None:
    assert not [
        (one.route.name, one.kept)
        for one in answers
        if one.route.name not in MAY_BE_KEPT and "no-store" not in one.kept
    ]


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_S16_administrators_open_no_page_of_the_business(answers: list[Answer], role: str) -> None:
    organisation = {"accounts", "units", "people", "settings", "audit", "notices", "jobs"}
    business = [
        one
        for one in answers
        if one.route.name not in PUBLIC
        and str(one.route.permission).split(".")[0] not in organisation
    ]
    assert business
    assert not [one.route.name for one in business if one.status == 200]


@pytest.mark.once
@pytest.mark.parametrize("route", PAGES, ids=str)
def test_S12_no_unsafe_request_without_its_token(route: Route) -> None:
    answer = Client(enforce_csrf_checks=True).post(route.path())
    assert answer.status_code in (302, 403, 404, 405), (route.name, answer.status_code)
    if answer.status_code == 302:
        assert route.name not in PUBLIC


def _today() -> Any:
    from django.utils import timezone

    return timezone.localdate()
