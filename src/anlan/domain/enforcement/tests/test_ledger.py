"""The monthly table of enforcement is a sum of entries: each counts once, and goes as it came."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from anlan.base.ids import uuid7
from anlan.base.refusal import MovedOn, NotAllowed, NotFound, Refusal, RequestReused
from anlan.domain.enforcement.refusals import EnforcementRefused

if TYPE_CHECKING:
    from anlan.domain.enforcement.tests.desk import Desk

pytestmark = pytest.mark.django_db
ONE_OF_EACH = {
    "inspection": {"violations": ("未按规定设置警示标志", "灭火器过期")},
    "site_measures": {"halted": True},
    "rectify_order": {},
    "coercive": {},
    "case_filing": {},
    "inquiry": {},
    "spot_penalty": {"warned": True},
    "penalty": {"fine": 3_000_050, "heads": 1, "head_fine": 500_000, "suspended": 1, "revoked": 2,
                "close": True},
    "closure": {},
    "joint": {},
    "exposure": {},
    "transfer": {"persons": 2},
    "to_discipline": {},
    "training": {"persons": 35},
    "drill": {},
    "tipoff": {},
    "reward": {"reward": 50_000},
}  # fmt: skip


def test_one_entry_of_each_kind_fills_the_monthly_table(desk: Desk) -> None:
    from anlan.domain.enforcement.kinds import KINDS
    from anlan.domain.enforcement.tests.desk import bad

    assert {*ONE_OF_EACH, "recheck"} == KINDS.keys()
    made = {kind: desk.enter(kind, **said) for kind, said in ONE_OF_EACH.items()}
    desk.enter("recheck", rectified=desk.open()[:1])
    desk.pay(made["penalty"], 1_000_000)
    assert desk.ledger() == {
        "paper": 9, "violation": 2, "violation_rectified": 1, "halted": 1, "suspended": 1,
        "revoked": 2, "close_proposed": 1, "closed": 1, "fined_unit": 1, "fined_head": 1,
        "fine": 3_500_050, "collected": 1_000_000, "joint": 1, "exposed": 1, "transferred": 1,
        "transferred_persons": 2, "to_discipline": 1, "trained": 35, "drill": 1, "tipoff": 1,
        "rewarded": 1, "reward": 50_000,
    }  # fmt: skip
    assert desk.ledger(paper=["penalty"]) == {"paper": 1}
    assert desk.ledger("530102", sector=["hazchem"]) == desk.ledger()
    assert desk.ledger("530103") == {}
    assert bad() == []


def test_an_enterprise_counts_once_a_month_in_what_counts_enterprises(desk: Desk) -> None:
    first = desk.fined()
    second = desk.enter("spot_penalty", fine=100_000)
    desk.fined(enterprise=desk.other.pk, halted=True)
    assert desk.ledger()["fined_unit"] == 2
    desk.withdraw(first)
    assert desk.ledger()["fined_unit"] == 2, "the other decision stands"
    desk.withdraw(second)
    assert desk.ledger() == {"paper": 1, "fine": 3_000_000, "fined_unit": 1, "halted": 1}


def test_heads_alone_punish_no_unit_and_who_is_in_no_register_counts_by_the_entry(
    desk: Desk,
) -> None:
    from anlan.kernel.regions.queries import by_code

    area = by_code("530102").pk
    desk.enter("penalty", heads=2, head_fine=100)
    assert desk.ledger() == {"paper": 1, "fined_head": 2, "fine": 100}
    closed = [
        desk.enter("closure", "office", area_id=area, party=name, sector="fireworks")
        for name in ("无证烟花零售点", "无证储存点")
    ]
    assert desk.ledger(sector=["fireworks"]) == {"closed": 2}
    desk.withdraw(closed[0], "office")
    assert desk.ledger("530102")["closed"] == 1


def test_entries_are_withdrawn_only_when_nothing_rests_on_them(desk: Desk) -> None:
    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.models import Entry
    from anlan.domain.enforcement.tests.desk import bad

    found = desk.enter("inspection", violations=("通道堵塞", "线路私拉"))
    recheck = desk.enter("recheck", rectified=desk.open())
    fine = desk.fined()
    paid = desk.pay(fine, 2_999_999)
    for entry in (found, fine):
        with pytest.raises(EnforcementRefused) as refused:
            desk.withdraw(entry)
        assert refused.value.data["field"] == "reason"
    assert bad() == []
    call = desk.call()
    for _time in range(2):
        assert commands.withdraw_payment(paid, reason="录错", **call) == fine.pk
    with pytest.raises(NotFound):
        commands.withdraw_payment(paid, reason="录错", **desk.call())
    desk.withdraw(fine)
    desk.withdraw(recheck)
    assert len(desk.open()) == 2
    desk.withdraw(found)
    assert desk.ledger() == {}
    assert desk.open() == ()
    assert Entry.objects.exclude(withdrawn_at=None).count() == 3
    assert bad() == []


def test_a_recheck_is_not_withdrawn_over_what_was_found_again(desk: Desk) -> None:
    desk.enter("inspection", violations=("通道堵塞",))
    recheck = desk.enter("recheck", rectified=desk.open())
    again = desk.enter("inspection", violations=("通道堵塞",))
    with pytest.raises(EnforcementRefused):
        desk.withdraw(recheck)
    assert desk.ledger() == {"paper": 3, "violation": 2, "violation_rectified": 1}
    desk.withdraw(again)
    desk.withdraw(recheck)
    assert desk.ledger() == {"paper": 1, "violation": 1}


def test_what_was_found_at_a_merged_entry_is_rectified_at_its_successor(desk: Desk) -> None:
    from anlan.domain.enterprises.models import Enterprise

    desk.enter("inspection", violations=("通道堵塞",), enterprise=desk.other.pk)
    Enterprise.objects.filter(pk=desk.other.pk).update(merged_into=desk.firm)
    desk.enter("recheck", rectified=desk.open(desk.other))
    assert desk.ledger() == {"paper": 2, "violation": 1, "violation_rectified": 1}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("penalty", {}, "fine"),
    ("penalty", {"fine": -1}, "fine"),
    ("penalty", {"fine": 10**13}, "fine"),
    ("penalty", {"head_fine": 100}, "heads"),
    ("penalty", {"number": " 〔〕"}, "number"),
    ("inspection", {"fine": 100}, "fine"),
    ("inspection", {"enterprise": None}, "firm"),
    ("inspection", {"violations": ("x" * 501,)}, "violations"),
    ("inspection", {"violations": ("通道 堵塞", "通道堵塞")}, "violations"),
    ("recheck", {"rectified": (4711,)}, "rectified"),
    ("training", {}, "persons"),
    ("reward", {"reward": 0}, "reward"),
    ("closure", {"enterprise": None}, "area"),
    ("nothing", {}, "kind"),
]


@pytest.mark.parametrize(("kind", "more", "field"), WRONG)
def test_a_slip_names_the_field_to_mend_and_leaves_nothing(
    desk: Desk, kind: str, more: dict[str, Any], field: str
) -> None:
    from anlan.domain.enforcement import commands

    new = desk.new("inspection" if kind == "nothing" else kind, **more)
    if kind == "nothing":
        from dataclasses import replace

        new = replace(new, kind=kind)
    with pytest.raises(EnforcementRefused) as refused:
        commands.enter([new], **desk.call())
    assert refused.value.data["field"] == field
    assert desk.ledger() == {}


def test_days_ahead_or_long_past_are_refused(desk: Desk) -> None:
    for on in (desk.today + timedelta(1), desk.today.replace(year=desk.today.year - 11, day=1)):
        with pytest.raises(EnforcementRefused) as refused:
            desk.enter("drill", on=on)
        assert refused.value.data["field"] == "on"
    fine = desk.fined()
    for on in (desk.today + timedelta(1), desk.today - timedelta(1)):
        with pytest.raises(EnforcementRefused):
            desk.pay(fine, 100, on=on)


def test_the_same_paper_counts_once_and_a_repeat_is_harmless(desk: Desk) -> None:
    from dataclasses import replace

    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.models import Entry

    new, call = desk.new("penalty", fine=100), desk.call()
    for _time in range(2):
        commands.enter([new], **call)
    with pytest.raises(RequestReused):
        commands.enter([replace(new, fine=200)], **call)
    with pytest.raises(MovedOn):
        commands.enter([replace(new, number="另一号")], **desk.call())
    # Written in another width it is the same number.
    again = replace(new, pk=uuid7(), number=new.number.replace("（", "(").replace("）", ")"))
    with pytest.raises(EnforcementRefused) as refused:
        commands.enter([again], **desk.call())
    assert refused.value.data["field"] == "number"
    # Of another unit, or once the first is withdrawn, it is another paper.
    commands.enter([replace(again, pk=uuid7())], **desk.call("city"))
    desk.withdraw(Entry.objects.get(pk=new.pk))
    commands.enter([again], **desk.call())
    drill = desk.new("drill", what="疏散演练")
    commands.enter([drill], **desk.call())
    with pytest.raises(EnforcementRefused):
        commands.enter([replace(drill, pk=uuid7())], **desk.call())


def test_a_fine_is_paid_in_parts_and_never_beyond(desk: Desk) -> None:
    from anlan.domain.enforcement.models import Entry

    fine = desk.fined(100_050, heads=1, head_fine=50)
    desk.pay(fine, 100_000)
    for amount in (101, 0, -5):
        with pytest.raises(EnforcementRefused) as refused:
            desk.pay(fine, amount)
        assert refused.value.data["field"] == "amount"
    desk.pay(fine, 100)
    row = Entry.objects.get(pk=fine.pk)
    assert (row.paid, row.owed) == (100_100, 0)
    with pytest.raises(EnforcementRefused):
        desk.pay(desk.enter("inquiry"), 100)


def test_S14_who_does_not_answer_for_it_enters_and_withdraws_nothing(desk: Desk) -> None:
    from anlan.domain.enforcement import commands
    from anlan.kernel.regions.queries import by_code

    away = by_code("530103").pk
    for who, more in (
        ("stranger", {}), ("inspector", {"enterprise": desk.away.pk}),
        ("inspector", {"area_id": away, "enterprise": None}),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            commands.enter([desk.new("drill", **more)], **desk.call(who))
    for who in ("viewer", "firm"):
        with pytest.raises((NotFound, NotAllowed)):
            commands.enter([desk.new("drill")], **desk.call(who))
    mine = desk.fined()
    paid = desk.pay(mine, 100)
    for who in ("stranger", "firm", "other_firm"):
        with pytest.raises(NotFound):
            desk.withdraw(mine, who)
        with pytest.raises(NotFound):
            desk.pay(mine, 100, who)
        with pytest.raises(NotFound):
            commands.withdraw_payment(paid, reason="x", **desk.call(who))
    for who in ("viewer", "leader"):
        with pytest.raises(NotAllowed):
            desk.withdraw(mine, who)
    # The office of the area may, though another unit entered it.
    commands.withdraw_payment(paid, reason="录错", **desk.call("city"))
    desk.withdraw(mine, "city")


def test_an_office_enters_what_a_unit_of_its_area_did_and_nobody_else_s(desk: Desk) -> None:
    from anlan.domain.enforcement import commands
    from anlan.kernel.facts.models import Fact

    cast = desk.cast
    bureau = cast.unit("bureau", "五华区应急管理局", "department", "530102")
    new = desk.new("penalty", fine=100, unit=bureau.pk)
    for who, unit in (
        ("inspector", bureau), ("stranger", bureau), ("office", cast.units["elsewhere"]),
        ("office", cast.units["firm"]), ("office", cast.units["city"]),
    ):  # fmt: skip
        with pytest.raises((NotFound, NotAllowed)):
            commands.enter([desk.new("penalty", fine=100, unit=unit.pk)], **desk.call(who))
    commands.enter([new], **desk.call("office"))
    kinds = Fact.objects.filter(kind__code__startswith="enforcement.")
    assert set(kinds.values_list("unit_id", flat=True)) == {bureau.pk}
    # The same number of the office itself is another paper; of the bureau it is the same.
    desk.enter("penalty", "office", number=new.number, fine=100)
    with pytest.raises(EnforcementRefused):
        desk.enter("penalty", "office", number=new.number, fine=100, unit=bureau.pk)


@pytest.mark.once
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_in_whatever_order_the_ledger_is_the_sum_of_the_rows(
    desk: Desk, seed: int
) -> None:
    """The law: after every step the sums equal what is recomputed from the rows."""
    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.models import Entry, Payment
    from anlan.domain.enforcement.tests.desk import bad

    dice = random.Random(seed)
    firms = [desk.firm, desk.other, desk.away]
    days = [desk.today - timedelta(days=n) for n in (0, 1, 31, 40)]
    done = 0

    def enter() -> None:
        kind = dice.choice([*ONE_OF_EACH, "recheck", "inspection", "penalty"])
        said: dict[str, Any] = dict(ONE_OF_EACH.get(kind, {}))
        firm = dice.choice(firms)
        if kind == "recheck":
            still = desk.open(firm)
            said["rectified"] = tuple(dice.sample(still, dice.randint(0, len(still))))
        if kind == "inspection":
            said["violations"] = tuple(dice.sample(["甲", "乙", "丙", "丁"], 2))
        desk.enter(kind, "city", enterprise=firm.pk, on=dice.choice(days), **said)

    def withdraw() -> None:
        rows = list(Entry.objects.filter(withdrawn_at=None))
        if rows:
            desk.withdraw(dice.choice(rows), "city")

    def pay() -> None:
        rows = list(Entry.objects.filter(withdrawn_at=None, fine__gt=0))
        if rows:
            desk.pay(dice.choice(rows), dice.choice([1, 500_000, 3_500_050]), "city")

    def unpay() -> None:
        rows = list(Payment.objects.filter(withdrawn_at=None))
        if rows:
            commands.withdraw_payment(dice.choice(rows).pk, reason="录错", **desk.call("city"))

    for step in range(60):
        act = dice.choice([enter, enter, enter, withdraw, pay, unpay])
        try:
            act()
        except Refusal:
            continue
        done += 1
        if step % 6 == 0:
            assert bad() == [], (seed, step, act)
    assert done > 20
    assert bad() == []
    for entry in Entry.objects.filter(withdrawn_at=None).order_by("-on", "-pk"):
        for paid in entry.payments.filter(withdrawn_at=None):
            commands.withdraw_payment(paid.pk, reason="录错", **desk.call("city"))
    # What was found again must go before the recheck of the first finding.
    while left := Entry.objects.filter(withdrawn_at=None).count():
        for entry in Entry.objects.filter(withdrawn_at=None).order_by("-entered_at"):
            try:
                desk.withdraw(entry, "city")
            except Refusal:
                continue
        assert Entry.objects.filter(withdrawn_at=None).count() < left
    assert bad() == []
    assert all(desk.ledger(month=day) == {} for day in days)


@pytest.mark.once
def test_a_workbook_of_entries_costs_the_same_whatever_its_length(desk: Desk) -> None:
    from anlan.domain.enforcement import commands
    from anlan.domain.enforcement.facts import PAPERS
    from anlan.kernel.facts import ledger

    firms = desk.firms(30, word="长册")
    counts = []
    for part in (firms[:3], firms[3:]):
        rows = [desk.new("penalty", enterprise=firm.pk, fine=100, violations=("无证",))
                for firm in part]  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            commands.enter(rows, **desk.call())
        counts.append(len(seen))
    assert counts[1] <= counts[0], counts
    counts = []
    for part in (firms[:3], firms[3:]):
        rechecks = [desk.new("recheck", enterprise=firm.pk, rectified=desk.open(firm))
                    for firm in part]  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            commands.enter(rechecks, **desk.call())
        counts.append(len(seen))
    assert counts[1] <= counts[0], counts
    # Flows are posted as sums of a place and day, not one by one.
    assert ledger.standing(Q(kind__code=PAPERS)).count() == 4
