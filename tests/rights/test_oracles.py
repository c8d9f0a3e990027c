"""S14: filters, searches, pickers, files and error texts tell nothing of a row that isn't theirs.

The rest of this folder asks each address once; here each is asked in the ways in which somebody
would look for a row whose name, number, area or file they know.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from anlan.base.ids import uuid7
from tests.rights.test_foreign import FOREIGN, FOREIGN_BY, LISTS, OWN, body, moment, stand

__all__ = ["moment", "stand"]
pytestmark = pytest.mark.django_db
#: Lists that read filters; the others were compared without any in test_foreign.
NARROWED = [
    route
    for route in LISTS
    if not (route.permission or "").startswith(("accounts", "settings"))
    or route.name in ("search", "pickers:units", "pickers:areas")
]


class Asked:
    """A route with filters, as ``body`` wants it."""

    def __init__(self, route: Any, query: str) -> None:
        self.route, self.query = route, query

    def path(self) -> str:
        return f"{self.route.path()}?{self.query}"


def queries(number: str) -> list[str]:
    """How somebody looks for a row that they know of."""
    return [
        f"q={FOREIGN}&picker_q={FOREIGN}", f"q={FOREIGN}&part=1", f"q={number}",
        "area=530300", "area=530100&sector=coal&state=found&open=1",
        "found_from=2024-06-20&found_to=2024-06-20", "sort=-found", f"object={FOREIGN}&late=1",
        "kind=hazard&source=inspection&status=active",
    ]  # fmt: skip


# Three thousand pages for each post; one of them shows that PostgreSQL searches alike.
@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("area", "office"),
        pytest.param("sector", "viewer", marks=pytest.mark.once),
        pytest.param("enterprise", "rectifier", marks=pytest.mark.once),
    ],
)
def test_S14_no_filter_search_picker_or_export_finds_a_foreign_row(
    stand: Any, kind: str, role: str
) -> None:
    from anlan.kernel.loop.models import Case
    from tests.rights import foreign

    browser = stand(kind, role)
    # The beginning of all numbers that are given out here: somebody may try the ends.
    number = Case.objects.get(kind="hazard").number[:-1]
    # Who has a post like all others' asks in every way; the two others where rights could differ,
    # and PostgreSQL in what it searches, compares and orders by itself.
    ways = queries(number)
    if role != "office":
        ways = ways[:5]
    elif connection.vendor == "postgresql":
        ways = [*ways[:3], *(way for way in ways if way.startswith(("found_from", "sort")))]
    asked = [Asked(route, query) for route in NARROWED for query in ways]
    before = [body(browser, one) for one in asked]  # type: ignore[arg-type]
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY[kind])
    if kind == "area":
        foreign.plant_people(planted, area=FOREIGN_BY[kind]["area"])
    changed = [
        one.path()
        for one, text in zip(asked, before, strict=True)
        if body(browser, one) != text  # type: ignore[arg-type]
    ]
    assert not changed, "these answer otherwise, now that there is a row that isn't theirs"
    if role == "office":
        assert any(OWN in text for text in before), "else nothing was found at all"


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)


def attach(pk: Any) -> Any:
    """A photo at a hazard; returns its id."""
    from anlan.kernel.papers import attachments
    from tests.rights.foreign import CLI

    prepared = attachments.prepare(PNG, "photo.png")
    with transaction.atomic():
        return attachments.attach(prepared, "hazard", pk, "before", by=CLI, at=timezone.now()).pk


@pytest.mark.parametrize("kind", FOREIGN_BY)
def test_S14_a_file_opens_only_with_a_hazard_that_is_ones_own_and_its_own(
    stand: Any, kind: str
) -> None:
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.papers import attachments
    from tests.rights import foreign

    browser = stand(kind, "office")
    own = Hazard.objects.get().pk
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY[kind])
    mine, theirs = attach(own), attach(planted.hazard)

    def get(hazard: Any, file: Any, query: str = "") -> int:
        return browser.get(reverse("hazards:file", args=[hazard, file]) + query).status_code

    assert get(own, mine) == 200
    for query in ("", "?thumb=1"):
        assert get(planted.hazard, theirs, query) == 404, "somebody else's link"
        assert get(own, theirs, query) == 404, "somebody else's file under one's own hazard"
        assert get(planted.hazard, mine, query) == 404
        assert get(own, uuid7(), query) == 404
    with transaction.atomic():
        attachments.withdraw(mine, by=foreign.CLI, at=timezone.now(), reason="x")
    assert get(own, mine) == 404, "what was withdrawn isn't given out"


def plain(answer: Any, *numbers: object) -> tuple[int, str]:
    """Status and text, without the numbers that were asked for and what differs each time."""
    text = answer.content.decode(errors="replace")
    for number in map(str, numbers):
        # A short number stands in each page, for something else.
        text = text.replace(number if len(number) > 4 else f"/{number}/", "#")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "", text)
    text = re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]+"', "", text)
    return answer.status_code, text


@pytest.mark.parametrize("kind", FOREIGN_BY)
def test_S14_a_refusal_says_of_a_foreign_row_what_it_says_of_none(stand: Any, kind: str) -> None:
    """As a value in a form or a call, too: the other row of a merger, the case of a step."""
    from anlan.domain.hazards import steps
    from anlan.domain.hazards.models import Hazard
    from tests.rights import foreign

    browser = stand(kind, "office")
    own = Hazard.objects.select_related("case").get()
    planted = foreign.plant(FOREIGN, at=timezone.now(), **FOREIGN_BY[kind])
    number = Hazard.objects.select_related("case").get(pk=planted.hazard).case.number
    nobody, none = uuid7(), "ZZ-999999"
    base = {"seen": own.case.version, "reason": "x"}

    def merge(into: object) -> Any:
        data = {**base, "request_id": str(uuid7()), "into": str(into)}
        return plain(browser.post(reverse("hazards:step", args=[own.pk, "merge"]), data), into)

    assert merge(number) == merge(none)
    assert merge(planted.hazard) == merge(nobody)

    for page in steps.PAGES:

        def step(pk: object, code: str = page.code) -> Any:
            data = {**base, "request_id": str(uuid7()), "result": "x", "grade": "major"}
            return plain(browser.post(reverse("hazards:step", args=[pk, code]), data), pk)

        assert step(planted.hazard) == step(nobody), page.code

    calls: list[tuple[str, dict[str, Any]]] = [
        ("verification", {}), ("closing", {}), ("voiding", {"reason": "x"}), ("return", {}),
        ("receipt", {}), ("rectification", {"result": "x"}), ("assignment", {"rectifier": "reporter"}),
        ("nonsense", {}),
    ]  # fmt: skip
    for name, sent in calls:

        def call(pk: object, name: str = name, sent: Any = sent) -> Any:
            url = f"/api/v1/hazards/{pk}/{name}/{uuid7()}/"
            return plain(browser.put(url, sent, content_type="application/json"), pk)

        assert call(planted.hazard) == call(nobody), name

    mine = own.enterprise_id

    def join(into: object) -> Any:
        url = reverse("enterprises:propose_merge", args=[mine])
        return plain(browser.post(url, {"into": str(into)}), into)

    if kind != "enterprise":
        assert join(planted.enterprise) == join(987_654_321)
        assert join(f"{FOREIGN}公司") == join("没有这一家")


def test_S14_what_belongs_to_one_person_opens_to_no_other(stand: Any) -> None:
    """Batches of another unit; tokens, filters, posts, notices of another person."""
    from anlan.domain.hazards.models import Batch, BatchFile
    from anlan.kernel.accounts import commands, held
    from anlan.kernel.accounts.models import ApiToken, Post, SavedFilter
    from anlan.kernel.accounts.tests.people import make_person
    from anlan.kernel.notices.models import Notice, Recipient
    from anlan.kernel.regions.models import Region

    browser = stand("area", "office")
    # Even in the same area: these are a unit's and a person's own, not an area's.
    other = make_person("other", "office", area=Region.objects.get(code="530100"))
    now = timezone.now()
    post = Post.objects.get(user=other)
    batch = Batch.objects.create(
        unit=post.unit, status="planned", made_at=now, made_by=FOREIGN, plan={"files": []}
    )
    BatchFile.objects.create(
        batch=batch, order=0, name=f"{FOREIGN}.xlsx", digest="0" * 64, stored="none", size=1
    )
    by = held.actor(other, today=timezone.localdate())
    token, _secret = commands.create_token(FOREIGN, ["hazard.*"], 1, by=by, at=now)
    kept = SavedFilter.objects.create(
        user=other, page="hazards:list", name=FOREIGN, query="late=1", saved_at=now
    )
    notice = Notice.objects.create(kind="loop.assigned", about=str(uuid7()), at=now, fanned_at=now)
    Recipient.objects.create(notice=notice, user_id=other.pk)

    def posted(name: str, pk: object, nobody: object) -> None:
        for method in (browser.get, browser.post):
            there, none = (plain(method(reverse(name, args=[one])), one) for one in (pk, nobody))
            assert there == none, name
            assert FOREIGN not in there[1], name

    for name in ("batch", "batch_plan", "batch_run", "batch_cancel", "batch_undo",
                 "batch_progress", "batch_mend"):  # fmt: skip
        posted(f"hazards:{name}", batch.pk, uuid7())
    posted("accounts:revoke_token", token.pk, uuid7())
    posted("accounts:drop_filter", kept.pk, 987_654_321)
    posted("accounts:away", post.pk, 987_654_321)
    posted("notices:open", notice.pk, uuid7())
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    assert SavedFilter.objects.filter(pk=kept.pk).exists()
    assert Batch.objects.get(pk=batch.pk).status == "planned"
    assert FOREIGN not in browser.get(reverse("hazards:imports")).content.decode()
    assert FOREIGN not in browser.get(reverse("mfa_index")).content.decode()
