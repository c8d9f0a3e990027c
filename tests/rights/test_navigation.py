"""The navigation of each post: begins with what it uses, and still leads to all it may see."""

from __future__ import annotations

import re
from typing import Any

import pytest

from anlan.config import usual
from anlan.kernel.accounts.models import Role

WORK = "/work/"
GRID = ["/work/", "/hazards/new/", "/hazards/", "/inbox/", "/sweeps/", "/"]
FIRM = ["/work/", "/hazards/new/", "/hazards/", "/self-checks/", "/inbox/", "/"]


def _nav(client: Any, path: str = WORK) -> tuple[list[str], list[str], bool]:
    """Addresses that show at once, those folded, and whether the fold is open."""
    text = client.get(path).content.decode()
    nav = re.search(r'<nav class="nav".*?</nav>', text, re.S)
    assert nav
    first, _, rest = nav[0].partition('<details class="nav-more"')
    return (
        re.findall(r'<a href="([^"]+)"', first),
        re.findall(r'<a href="([^"]+)"', rest),
        rest.startswith(" open"),
    )


def _person(cast: Any, *roles: Role) -> Any:
    from anlan.domain.hazards.tests.stage import EPOCH, ROOT
    from anlan.kernel.accounts import commands as accounts

    user = cast.person("walker", "office", roles[0])
    for role in roles[1:]:
        accounts.grant_post(
            user.pk, cast.units["office"], role, by=ROOT, at=EPOCH, valid_from=EPOCH.date()
        )
    return user


def test_a_grid_worker_sees_what_is_used_and_finds_the_rest_below(
    cast: Any, client_of: Any
) -> None:
    first, folded, opened = _nav(client_of(_person(cast, Role.GRID)))
    assert first == GRID
    assert len(folded) >= usual.FOLDED_MIN
    assert not opened
    assert not set(first) & set(folded)


def test_an_enterprises_officer_sees_what_is_used(cast: Any, client_of: Any) -> None:
    first, folded, _opened = _nav(client_of(cast.users["firm"]))
    assert first == FIRM
    assert folded


@pytest.mark.parametrize("key", ["office", "inspector", "leader", "viewer"])
def test_an_office_sees_all_its_lines_at_once(key: str, cast: Any, client_of: Any) -> None:
    first, folded, _opened = _nav(client_of(cast.users[key]))
    assert len(first) > len(GRID)
    assert not folded


def test_who_also_works_in_an_office_sees_all_lines(cast: Any, client_of: Any) -> None:
    _first, folded, _opened = _nav(client_of(_person(cast, Role.GRID, Role.INSPECTOR)))
    assert not folded


def test_two_small_posts_see_what_either_uses(cast: Any, client_of: Any) -> None:
    first, _folded, _opened = _nav(client_of(_person(cast, Role.GRID, Role.RECTIFIER)))
    assert len(first) == len(set(GRID) | set(FIRM))


@pytest.mark.once
@pytest.mark.parametrize("role", [Role.GRID, Role.RECTIFIER])
def test_folding_takes_nothing_away(
    role: Role, cast: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(_person(cast, role))
    first, folded, _opened = _nav(client)
    monkeypatch.setattr(usual, "USUAL", {})
    every, none, _opened = _nav(client)
    assert not none
    assert {*first, *folded} == {*every, "/inbox/"}
    for url in folded:
        assert client.get(url).status_code == 200, url


@pytest.mark.once
def test_the_fold_is_open_where_one_stands_in_it(cast: Any, client_of: Any) -> None:
    client = client_of(_person(cast, Role.GRID))
    _first, folded, _opened = _nav(client)
    for url in folded:
        assert _nav(client, url)[2], url


def test_the_search_finds_folded_pages_too(cast: Any, client_of: Any) -> None:
    client = client_of(_person(cast, Role.GRID))
    assert "/enterprises/" in _nav(client)[1]
    assert 'href="/enterprises/"' in client.get("/search/?q=Enterpr").content.decode()


def test_a_phone_has_the_first_four_at_its_foot(cast: Any, client_of: Any) -> None:
    text = client_of(_person(cast, Role.GRID)).get(WORK).content.decode()
    foot = re.search(r'<nav class="tabbar".*?</nav>', text, re.S)
    assert foot
    assert re.findall(r'<a href="(/[^"]*)"', foot[0]) == GRID[:4]


def test_only_posts_and_pages_that_exist_are_named() -> None:
    from anlan.ui.addresses import address

    assert set(usual.USUAL) <= {str(role) for role in Role}
    for names in usual.USUAL.values():
        assert len(names) == len(set(names))
        assert all(address(name).startswith("/") for name in names)


def test_the_search_opens_numbers_of_any_kind_leads_on_to_lists_and_reads_pinyin(
    cast: Any, client_of: Any
) -> None:
    from django.utils import timezone

    from anlan.kernel.loop.models import Case
    from tests.rights.foreign import plant

    planted = plant("试验", area="530102", sector="hazchem", at=timezone.now())
    number = Case.objects.get(pk=planted.defect).number
    office = client_of(cast.users["office"])

    def found(client: Any, text: str, **headers: str) -> str:
        return client.get("/search/", {"q": text, "part": "1"}, headers=headers).content.decode()

    assert f'href="/defects/{planted.defect}/"' in found(office, number[:-2].lower())
    assert 'href="/accidents/?q=%E8%AF%95%E9%AA%8C"' in found(office, "试验")
    assert "/defects/0" not in found(client_of(cast.users["stranger"]), number)
    chinese = {"accept-language": "zh-hans"}
    assert 'href="/work/"' in found(office, "dbsx", **chinese)
    assert 'href="/accidents/new/"' in found(office, "shangbao", **chinese)
    assert 'href="/accidents/new/"' not in found(client_of(cast.users["viewer"]), "sbsg", **chinese)
