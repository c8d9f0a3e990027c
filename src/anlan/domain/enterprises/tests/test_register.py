"""The register: one entry per enterprise, however often and however oddly it is named."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.actor import Actor
from anlan.domain.enterprises import codes, commands, industry, queries
from anlan.domain.enterprises.commands import NewEnterprise, Wanted
from anlan.domain.enterprises.models import (
    Enterprise,
    FormerName,
    IndustryRule,
    SectorChange,
    Status,
)
from anlan.kernel.accounts.models import Jurisdiction, Sector, Unit, UnitKind
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
BY = Actor(None, "cli:test", trusted=True)
OTHER = Actor(None, "cli:other", trusted=True)
CODE = "91350100M000100Y43"
SECOND = "91110000600037341L"


@pytest.fixture
def wuhua(db):
    return Region.objects.get(code="530102")


@pytest.fixture
def panlong(db):
    return Region.objects.get(code="530103")


@pytest.fixture
def sectors(db):
    return {
        code: Sector.objects.get_or_create(code=code, defaults={"name": code})[0]
        for code in ("hazchem", "industry", "fireworks", "coal")
    }


def put(*rows, by=BY, at=AT):
    return commands.put_enterprises(list(rows), by=by, at=at, source="test")


def asked(caught):
    """How many questions were put to the database (writes go in batches of the database's size)."""
    return sum(query["sql"].startswith("SELECT") for query in caught.captured_queries)


class TestCodes:
    def test_a_code_is_right_by_its_check_digit(self):
        assert codes.read(CODE).code == CODE
        assert codes.check_digit(CODE[:17]) == "3"

    @pytest.mark.parametrize("written", ["９１３５０１００m000100y43", " 91350100-M000100Y-43 "])
    def test_width_case_and_dashes_don_t_matter(self, written):
        assert codes.read(written).code == CODE

    @pytest.mark.parametrize("written", ["91350100M000100Y44", "530102001", "91350100I000100Y43"])
    def test_what_can_t_be_right_is_kept_as_stated_only(self, written):
        assert codes.read(written) == ("", written)
        assert codes.read(written).doubtful

    @pytest.mark.parametrize("written", ["", None, "无", "/", "暂无", "N/A"])
    def test_none_is_not_doubtful(self, written):
        assert codes.read(written) == ("", "")

    @given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
    def test_one_wrong_character_is_always_noticed(self, body):
        first = "91530102" + body
        right = first + codes.check_digit(first)
        assert codes.read(right).code == right
        for digit in "0123456789":
            if digit != right[8]:
                assert codes.read(right[:8] + digit + right[9:]).doubtful


class TestPut:
    def test_a_second_time_changes_nothing(self, wuhua, sectors):
        row = NewEnterprise("五华模拟化工有限公司", wuhua.pk, CODE, industry="2614")
        (first,) = put(row)
        before = Enterprise.objects.values().get()
        (second,) = put(row)
        assert (first.outcome, second.outcome) == ("created", "unchanged")
        assert first.id == second.id
        assert Enterprise.objects.values().get() == before
        assert AuditRow.objects.filter(object_type="enterprise").count() == 1

    def test_the_industry_gives_the_sector(self, wuhua, sectors):
        put(NewEnterprise("甲", wuhua.pk, industry="2614"))
        put(NewEnterprise("乙", wuhua.pk, industry="2672"))
        found = dict(Enterprise.objects.values_list("name", "sector_id"))
        assert found == {"甲": "hazchem", "乙": "fireworks"}
        assert set(SectorChange.objects.values_list("sector_id", flat=True)) == set(found.values())

    def test_an_office_s_own_rule_wins_on_its_days(self, sectors):
        IndustryRule.objects.create(
            prefix="26", sector=sectors["industry"], valid_from=date(2026, 1, 1)
        )
        assert industry.sectors_of(["2614"], date(2025, 12, 31)) == {"2614": "hazchem"}
        assert industry.sectors_of(["2614"], date(2026, 1, 1)) == {"2614": "industry"}

    def test_another_name_under_the_code_is_a_renaming(self, wuhua, sectors):
        put(NewEnterprise("旧名称公司", wuhua.pk, CODE))
        (result,) = put(NewEnterprise("新名称公司", wuhua.pk, CODE))
        assert result.outcome == "updated"
        assert FormerName.objects.get().name == "旧名称公司"
        # A workbook that still has the old name means the same enterprise.
        (match,) = commands.match([Wanted("旧名称公司", wuhua.pk, wuhua.path)], by=BY, at=AT)
        assert match.id == result.id

    def test_brackets_of_another_width_are_no_renaming(self, wuhua):
        put(NewEnterprise("云南(模拟)公司", wuhua.pk))
        put(NewEnterprise("云南（模拟）公司", wuhua.pk))
        assert Enterprise.objects.count() == 1
        assert not FormerName.objects.exists()

    def test_rows_of_one_set_that_mean_the_same_become_one(self, wuhua):
        results = put(
            NewEnterprise("甲公司", wuhua.pk),
            NewEnterprise("甲 公司", wuhua.pk, CODE),
            NewEnterprise("甲公司", wuhua.pk, CODE, address="东风路"),
        )
        assert len({result.id for result in results}) == 1
        entry = Enterprise.objects.get()
        assert (entry.credit_code, entry.code_missing, entry.address) == (CODE, False, "东风路")

    def test_a_bad_row_is_refused_alone(self, wuhua):
        good, bad, worse = put(
            NewEnterprise("好", wuhua.pk),
            NewEnterprise("  ", wuhua.pk),
            NewEnterprise("远", -1),
        )
        assert good.outcome == "created"
        assert (
            (bad.outcome, bad.code) == (worse.outcome, worse.code) == ("refused", "entry_refused")
        )
        assert bad.message
        assert worse.message

    def test_a_doubtful_code_is_kept_for_correcting(self, wuhua):
        put(NewEnterprise("甲", wuhua.pk, "91350100M000100Y44"))
        entry = Enterprise.objects.get()
        assert (entry.credit_code, entry.code_missing) == (None, True)
        assert entry.stated_code == "91350100M000100Y44"

    def test_a_set_takes_as_many_statements_as_a_row_of_it(self, wuhua):
        def count(prefix, size):
            rows = [NewEnterprise(f"{prefix}{n}", wuhua.pk) for n in range(size)]
            with CaptureQueriesContext(connection) as caught:
                put(*rows)
            return asked(caught)

        assert count("一", 300) == count("二", 3)


class TestMatch:
    def wanted(self, area, *names, **more):
        return [Wanted(name, area.pk, area.path, **more) for name in names]

    def test_it_makes_what_isn_t_there_and_finds_it_again(self, wuhua):
        first = commands.match(self.wanted(wuhua, "甲", "乙", "甲", ""), by=BY, at=AT)
        again = commands.match(self.wanted(wuhua, "甲", "乙"), by=BY, at=AT)
        assert [m and m.created for m in first] == [True, True, False, None]
        assert [m.id for m in again] == [first[0].id, first[1].id]
        assert not any(m.created for m in again)
        assert Enterprise.objects.filter(code_missing=True).count() == 2

    def test_the_same_name_elsewhere_is_another_site(self, wuhua, panlong):
        (one,) = commands.match(self.wanted(wuhua, "老街加油站"), by=BY, at=AT)
        (two,) = commands.match(self.wanted(panlong, "老街加油站"), by=BY, at=AT)
        assert one.id != two.id

    def test_a_row_for_the_county_finds_the_one_in_its_township(self, wuhua):
        township = Region.objects.filter(parent=wuhua).first()
        (one,) = commands.match(self.wanted(township, "甲"), by=BY, at=AT)
        (two,) = commands.match(self.wanted(wuhua, "甲"), by=BY, at=AT)
        assert one.id == two.id

    def test_two_in_townships_are_not_guessed_between(self, wuhua):
        first, second = Region.objects.filter(parent=wuhua)[:2]
        made = commands.match(self.wanted(first, "甲") + self.wanted(second, "甲"), by=BY, at=AT)
        (third,) = commands.match(self.wanted(wuhua, "甲"), by=BY, at=AT)
        assert third.created
        assert third.id not in {m.id for m in made}

    def test_a_code_is_stronger_than_a_name(self, wuhua, panlong):
        (one,) = commands.match(self.wanted(wuhua, "甲", credit_code=CODE), by=BY, at=AT)
        (two,) = commands.match(self.wanted(panlong, "甲改名", credit_code=CODE), by=BY, at=AT)
        assert one.id == two.id
        (three,) = commands.match(self.wanted(wuhua, "甲", credit_code=SECOND), by=BY, at=AT)
        assert three.id != one.id

    def test_a_code_that_turns_up_later_is_given_to_the_site(self, wuhua):
        (one,) = commands.match(self.wanted(wuhua, "甲"), by=BY, at=AT)
        (two,) = commands.match(self.wanted(wuhua, "甲", credit_code=CODE), by=BY, at=AT)
        assert one.id == two.id
        assert Enterprise.objects.get().credit_code == CODE

    def test_a_doubtful_code_is_said(self, wuhua):
        (one,) = commands.match(self.wanted(wuhua, "甲", credit_code="123"), by=BY, at=AT)
        assert one.doubtful_code
        assert Enterprise.objects.get().stated_code == "123"

    def test_many_rows_take_few_statements(self, wuhua):
        rows = self.wanted(wuhua, *(f"企业{n % 500}" for n in range(10_000)))
        with CaptureQueriesContext(connection) as caught:
            found = commands.match(rows, by=BY, at=AT)
        assert len({m.id for m in found}) == 500
        assert asked(caught) <= 4
        with CaptureQueriesContext(connection) as caught:
            assert [m.id for m in commands.match(rows, by=BY, at=AT)] == [m.id for m in found]
        assert asked(caught) == len(caught) - 2 <= 4

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["", CODE, SECOND]))))
    def test_one_code_is_one_entry_and_each_row_has_one(self, rows):
        from django.db import transaction

        wuhua = Region.objects.get(code="530102")
        with transaction.atomic():
            wanted = [Wanted(name, wuhua.pk, wuhua.path, code) for name, code in rows]
            found = commands.match(wanted, by=BY, at=AT)
            again = commands.match(wanted, by=BY, at=AT)
            stated = {}
            for (_name, code), match in zip(rows, found, strict=True):
                assert match is not None
                if code:
                    assert stated.setdefault(code, match.id) == match.id
            assert [m.id for m in again] == [m.id for m in found]
            transaction.set_rollback(True)

    test_one_code_is_one_entry_and_each_row_has_one = pytest.mark.django_db(
        test_one_code_is_one_entry_and_each_row_has_one
    )


class TestOne:
    def test_a_taken_code_is_named(self, wuhua, refused):
        commands.save(None, NewEnterprise("甲", wuhua.pk, CODE), by=BY, at=AT)
        with refused("credit_code_taken"):
            commands.save(None, NewEnterprise("乙", wuhua.pk, CODE), by=BY, at=AT)

    def test_somebody_else_was_first(self, wuhua, refused):
        row = commands.save(None, NewEnterprise("甲", wuhua.pk), by=BY, at=AT)
        commands.rename(row.pk, "乙", by=BY, at=AT)
        with refused("entry_moved_on"):
            commands.save(row.pk, NewEnterprise("丙", wuhua.pk), by=BY, at=AT, version=row.version)

    def test_a_move_takes_the_path_along(self, wuhua, panlong):
        row = commands.save(None, NewEnterprise("甲", wuhua.pk), by=BY, at=AT)
        commands.move(row.pk, panlong.pk, by=BY, at=AT)
        assert Enterprise.objects.get().path == panlong.path

    def test_a_merge_needs_two_people_and_keeps_names_and_code(self, wuhua, refused):
        people = [Actor(number, f"p{number}", trusted=True) for number in (1, 2)]
        first = commands.save(None, NewEnterprise("甲厂", wuhua.pk, CODE), by=BY, at=AT)
        second = commands.save(None, NewEnterprise("甲化工厂", wuhua.pk), by=BY, at=AT)
        commands.propose_merge(first.pk, second.pk, by=people[0], at=AT)
        with refused("not_allowed"):
            commands.decide_merge(first.pk, True, by=people[0], at=AT)
        commands.decide_merge(first.pk, True, by=people[1], at=AT)
        first.refresh_from_db()
        assert (first.status, first.merged_into_id) == (Status.MERGED, second.pk)
        assert set(queries.family(second.pk)) == {first.pk, second.pk}
        for row in (
            Wanted("甲厂", wuhua.pk, wuhua.path),
            Wanted("", 0, "")._replace(
                name="随便", area_id=wuhua.pk, path=wuhua.path, credit_code=CODE
            ),
        ):
            (match,) = commands.match([row], by=BY, at=AT)
            assert match.id == second.pk

    def test_a_search_finds_names_former_names_and_codes(self, wuhua):
        row = commands.save(
            None, NewEnterprise("五华（模拟）化工有限公司", wuhua.pk, CODE), by=BY, at=AT
        )
        commands.rename(row.pk, "滇中新材料公司", by=BY, at=AT)
        commands.save(None, NewEnterprise("别家", wuhua.pk), by=BY, at=AT)
        for text in ("滇中 新材料", "模拟化工", "(模拟)", CODE[:8], CODE.lower()):
            assert [found.pk for found in Enterprise.objects.search(text)] == [row.pk], text
        assert not Enterprise.objects.search("化工 没有").exists()


def test_the_regulator_is_the_nearest_department_of_the_sector(wuhua, sectors):
    kunming = wuhua.parent
    units = {}
    for area in (kunming, wuhua):
        units[area.pk] = Unit.objects.create(
            code=f"T{area.code}",
            name=area.name,
            kind=UnitKind.DEPARTMENT,
            area=area,
            path=area.path,
        )
        if area == kunming:
            Jurisdiction.objects.create(
                unit=units[area.pk], area=area, path=area.path, sector=sectors["hazchem"]
            )
    Jurisdiction.objects.create(
        unit=units[wuhua.pk], area=wuhua, path=wuhua.path, sector=sectors["coal"]
    )
    put(
        NewEnterprise("甲", wuhua.pk, sector_id="hazchem"),
        NewEnterprise("乙", wuhua.pk, sector_id="coal"),
    )
    rows = [Enterprise.objects.get(plain_name=name) for name in ("甲", "乙")]
    found = queries.regulators(rows, date(2026, 11, 20))
    assert [found[row.pk] for row in rows] == [units[kunming.pk].pk, units[wuhua.pk].pk]


def test_gbt4754_is_whole():
    levels = [row.level for row in industry.table().values()]
    assert [levels.count(level) for level in (1, 2, 3, 4)] == [20, 97, 473, 1381]
    assert [row.code for row in industry.chain("2614")] == ["C", "26", "261", "2614"]
    assert all(
        row.parent in industry.table() or row.level == 1 for row in industry.table().values()
    )
    assert set(industry.default_sectors()) <= set(industry.table())
