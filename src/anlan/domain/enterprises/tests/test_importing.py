"""A bureau's register comes in as a workbook: each row is accounted for, before and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anlan.base.actor import Actor
from anlan.domain.enterprises import codes, commands, importing
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.importing import running
from anlan.domain.enterprises.importing.departments import Departments
from anlan.domain.enterprises.models import Batch, Enterprise, FormerName, Line, Mapping
from anlan.domain.enterprises.tests.test_pages import person
from anlan.kernel.accounts.models import Role, Sector, Unit
from anlan.kernel.jobs import queue
from anlan.kernel.jobs.models import Job
from anlan.kernel.papers.sheets import read_workbook
from anlan.kernel.regions.models import Region

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
BY = Actor(None, "cli:test", trusted=True)
HEADS = "序号,统一社会信用代码,企业名称,所属街道,地址,行业类别,主管部门,登记状态"


def code(n: int) -> str:
    """The n-th credit code of 五华区."""
    first = f"91530102MA{n:07}"
    return first + codes.check_digit(first)


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.MFA_OFF = True


@pytest.fixture
def wuhua(db: None) -> Region:
    Sector.objects.get_or_create(code="industry", defaults={"name": "工贸"})
    return Region.objects.get(code="530102")


@pytest.fixture
def office(wuhua: Region) -> Client:
    return person("office", Role.OFFICE, wuhua)


def put(*rows: NewEnterprise) -> list[int | None]:
    return [one.id for one in commands.put_enterprises(list(rows), by=BY, at=AT, source="test")]


def send(client: Client, body: str | bytes, name: str = "册.csv", **more: Any) -> Batch:
    content = body.encode() if isinstance(body, str) else body
    answer = client.post(
        reverse("enterprises:import"), {"file": SimpleUploadedFile(name, content), **more}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Batch.objects.select_related("file", "unit", "area").latest("made_at")


def work() -> Job:
    """The worker does what was asked last."""
    return queue.run_inline(Job.objects.latest("created_at"))


def press(client: Client, page: str, batch: Batch, **given: Any) -> Batch:
    answer = client.post(reverse(f"enterprises:{page}", args=[batch.pk]), given)
    assert answer.status_code == 302, answer.content.decode()
    assert work().state == "done"
    batch.refresh_from_db()
    return batch


def sent_by_hand(body: str, tmp_path: Path, area: Region, **more: Any) -> Batch:
    file = tmp_path / "册.csv"
    file.write_text(body)
    unit = Unit.objects.filter(area=area).first()
    assert unit is not None
    return importing.prepare((file.name, file), unit=unit, area=area, by=BY, at=AT, **more)


def told(batch: Batch) -> dict[int, tuple[str, bool, str]]:
    """By row: what becomes of it, whether it is doubtful, and why."""
    return {one.row: (one.outcome, one.doubtful, one.reason) for one in batch.lines.all()}


def test_from_a_bureaus_workbook_to_the_register_and_back(office: Client, wuhua: Region) -> None:
    kept, renamed = put(
        NewEnterprise("昆明甲化工有限公司", wuhua.pk, code(1), address="人民路1号"),
        NewEnterprise("昆明乙丙机械厂", wuhua.pk, code(2), scale="small"),
    )
    before = list(Enterprise.objects.order_by("pk").values())
    body = "\n".join((
        "五华区企业名册,,,,,,,",
        HEADS,
        f"1,{code(1)},昆明甲化工有限公司,,,,,存续",
        f"2,{code(2)},昆明乙丙机械有限公司,,科技路2号,C34,五华区应急局,存续",
        f"3,{code(3)},昆明丁食品有限公司,,新路3号,农副食品加工业,,在业",
        f"4,{code(3)},昆明丁食品有限公司,,新路3号,,,",
        "5,91530102MA0000004X,昆明戊餐馆,,,,,",
        f"6,昆明己厂,{code(6)},,,,,",
        f"7,{code(7)},昆明庚公司,火星街道,,,,",
        f"8,{code(1)},云南旺达餐饮店,,,,,",
        "合计,8,,,,,,",
    ))  # fmt: skip
    batch = press(office, "batch_plan", send(office, body), name="市监局")
    page = office.get(reverse("enterprises:batch", args=[batch.pk])).content.decode()

    found = told(batch)
    assert {row: one[0] for row, one in found.items()} == {
        3: "equal", 4: "changed", 5: "created", 6: "doubled", 7: "created", 8: "refused",
        9: "refused", 10: "refused",
    }  # fmt: skip
    assert batch.tried["aside"] == 1
    assert found[4][1]
    assert "昆明乙丙机械厂" in found[4][2], "a new name is told with the old one"
    assert found[7][1], "a wrong check digit"
    assert "昆明甲化工有限公司" in found[10][2]
    assert "科技路2号" in page
    assert list(Enterprise.objects.order_by("pk").values()) == before, "nothing is in yet"

    press(office, "batch_run", batch)
    assert {row: one[:2] for row, one in told(batch).items()} == {
        row: one[:2] for row, one in found.items()
    }, "the dry run said so"
    first, second = Enterprise.objects.get(pk=kept), Enterprise.objects.get(pk=renamed)
    assert (first.address, first.version) == ("人民路1号", 1), "an empty cell takes nothing away"
    assert (second.name, second.scale, second.industry) == ("昆明乙丙机械有限公司", "small", "34")
    assert Enterprise.objects.get(stated_code="91530102MA0000004X").credit_code is None
    again = press(office, "batch_run", press(office, "batch_plan", send(office, body)))
    assert (again.created, again.changed, again.refused) == (0, 0, 3)
    assert again.source == "市监局", "the mapping that was saved"

    press(office, "batch_undo", batch)
    fields = [f.attname for f in Enterprise._meta.concrete_fields if f.name not in (
        "version", "updated_at")]  # fmt: skip
    assert list(Enterprise.objects.order_by("pk").values(*fields)) == [
        {name: row[name] for name in fields} for row in before
    ]
    assert not FormerName.objects.exists()
    assert (batch.status, batch.kept) == (Batch.Status.UNDONE, [])


def test_what_somebody_worked_with_since_stays_and_is_named(office: Client, wuhua: Region) -> None:
    body = f"{HEADS}\n" + "".join(
        f"{n},{code(n) if n < 4 else ''},昆明{n}号厂,,,,,\n" for n in range(1, 5)
    )
    batch = press(office, "batch_run", press(office, "batch_plan", send(office, body)))
    one, other, third, last = Enterprise.objects.order_by("pk")
    commands.rename(one.pk, "昆明一号厂", by=BY, at=AT)
    commands.make_unit(other.pk, by=BY, at=AT)
    commands.propose_merge(last.pk, third.pk, by=BY, at=AT)
    press(office, "batch_undo", batch)
    assert set(Enterprise.objects.values_list("pk", flat=True)) == {
        one.pk, other.pk, third.pk, last.pk}  # fmt: skip
    assert batch.kept == [one.pk, other.pk, third.pk, last.pk]
    page = office.get(reverse("enterprises:batch", args=[batch.pk])).content.decode()
    assert reverse("enterprises:page", args=[other.pk]) in page


def test_rows_to_mend_come_back_as_a_workbook(office: Client, tmp_path: Path) -> None:
    body = f"{HEADS}\n1,{code(1)},,,,,,\n2,{code(2)},昆明二厂,,,,,\n"
    batch = press(office, "batch_plan", send(office, body))
    answer = office.get(reverse("enterprises:batch_mend", args=[batch.pk]))
    file = tmp_path / "mend.xlsx"
    file.write_bytes(answer.content)
    with read_workbook(file, file.name) as book:
        heads, row = [one.values for one in book.sheets[0].rows()][:2]
    assert "企业名称" in heads
    assert code(1) in row
    assert code(2) not in row
    # Mended and sent again it goes in; the red column is no field.
    mended = press(office, "batch_plan", send(office, answer.content, "mend.xlsx"))
    assert mended.tried["refused"] == 1


def test_a_row_of_a_foreign_area_is_refused_alone(office: Client, wuhua: Region) -> None:
    panlong = Region.objects.get(code="530103")
    (foreign,) = put(NewEnterprise("昆明外一厂", panlong.pk, code(9), address="旧址"))
    body = (
        f"企业名称,统一社会信用代码,区县,地址\n昆明外二厂,{code(8)},盘龙区,甲路\n"
        f"昆明外一厂,{code(9)},,乙路\n昆明本地厂,{code(7)},五华区,丙路\n"
    )
    batch = press(office, "batch_run", press(office, "batch_plan", send(office, body)))
    assert [one[0] for one in told(batch).values()] == ["refused", "refused", "created"]
    assert Enterprise.objects.get(pk=foreign).address == "旧址"


def test_an_import_that_was_killed_goes_on_and_no_row_is_in_twice(
    wuhua: Region, office: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH_ROWS", 2)
    rows = [f"{code(n)},昆明{n}厂" for n in (1, 2, 3, 1, 4, 5, 2, 6)]
    batch = sent_by_hand("统一社会信用代码,企业名称\n" + "\n".join(rows), tmp_path, wuhua)
    calls = []

    def die(_cursor: dict[str, Any]) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise MemoryError

    with pytest.raises(MemoryError):
        importing.run(batch.pk, by=BY, save_cursor=die)
    assert Enterprise.objects.count() == 3
    done = importing.run(batch.pk, by=BY)
    assert (done.created, done.doubled, done.rows) == (6, 2, 8)
    assert Enterprise.objects.count() == 6
    assert [one.row for one in Line.objects.order_by("pk")] == list(range(2, 10))
    assert importing.run(batch.pk, by=BY).created == 6


def test_statements_stay_as_many_whatever_the_rows(
    wuhua: Region, office: Client, tmp_path: Path
) -> None:
    asked = []
    office.get(reverse("enterprises:import"))  # what a session asks once
    for rows in (5, 60):
        body = "\n".join(f"{code(rows * 1000 + n)},昆明{rows}-{n}厂" for n in range(rows))
        batch = sent_by_hand(f"统一社会信用代码,企业名称\n{body}", tmp_path, wuhua)
        steps: tuple[Callable[[], Any], ...] = (
            partial(importing.try_out, batch, by=BY), partial(importing.run, batch.pk, by=BY),
            partial(importing.undo, batch.pk, by=BY, at=AT),
        )  # fmt: skip
        counted = []
        for step in steps:
            with CaptureQueriesContext(connection) as caught:
                step()
            counted.append(len(caught.captured_queries))
        with CaptureQueriesContext(connection) as caught:
            assert office.get(reverse("enterprises:batch", args=[batch.pk])).status_code == 200
        asked.append([*counted, len(caught.captured_queries)])
    assert asked[0] == asked[1]


def test_a_table_without_a_name_is_refused_where_it_is_to_be_mended(office: Client) -> None:
    batch = send(office, f"{HEADS}\n1,{code(1)},昆明一厂,,,,,\n")
    name = next(
        one["index"] for one in batch.plan["tables"][0]["columns"] if one["field"] == "name"
    )
    for given, said in (
        ({"t0-here": "1", "t0-in": "1", f"t0c{name}": ""}, 422),
        ({"t0-here": "1", "t0-in": "1", "t0c0": "name"}, 422),
        ({"t0-here": "1"}, 422),
    ):
        answer = office.post(reverse("enterprises:batch_plan", args=[batch.pk]), given)
        assert answer.status_code == said, given
    assert office.post(reverse("enterprises:import")).status_code == 422
    assert not Mapping.objects.exists()


def department(name: str, area: Region) -> Unit:
    return Unit.objects.create(
        code=f"d{Unit.objects.count()}", name=name, kind="department", area=area, path=area.path,
        valid_from=AT.date(),
    )  # fmt: skip


def test_a_short_name_is_the_areas_own_department_where_only_one_fits(wuhua: Region) -> None:
    city = Region.objects.get(code="530100")
    mine = {
        short: department(name, wuhua).pk
        for short, name in {
            "应急局": "五华区应急管理局", "住建局": "五华区住房和城乡建设局",
            "区市监局": "昆明市五华区市场监督管理局", "五华文旅局": "五华区文化和旅游局",
        }.items()
    }  # fmt: skip
    department("昆明市应急管理局", city)
    above = department("昆明市生态环境局", city)
    for name in ("五华区交通运输局", "五华区交通运营管理局"):
        department(name, wuhua)
    found = Departments.near(wuhua)
    for said, pk in mine.items():
        assert [one.pk for one in found.called(said, wuhua.path)] == [pk], said
    assert [one.pk for one in found.called("生态环境局", wuhua.path)] == [above.pk]
    assert len(found.called("交运局", wuhua.path)) == 2
    assert not found.called("财神局", wuhua.path)
    # The city's own entries are its own bureau's.
    assert [one.name for one in Departments.near(city).called("应急局", city.path)] == [
        "昆明市应急管理局"
    ]


def test_what_the_register_does_not_keep_is_told_with_why_and_short_names_are_taken(
    office: Client, wuhua: Region
) -> None:
    office.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    own = department("五华区应急管理局", wuhua)
    for name in ("五华区交通运输局", "五华区交通运营管理局"):
        department(name, wuhua)
    heads = HEADS + ",法定代表人,联系电话,风险等级"
    body = (
        f"{heads}\n1,{code(1)},昆明甲化工有限公司,,人民路1号,,应急局,存续,张三,13800000000,红色\n"
        f"2,{code(2)},昆明乙食品有限公司,,人民路2号,,交运局,存续,李四,13800000001,蓝色\n"
    )
    batch = send(office, body)
    page = office.get(reverse("enterprises:batch", args=[batch.pk])).content.decode()
    assert "aren&#39;t kept with an enterprise" in page or "aren't kept with an enterprise" in page
    plan = importing.Plan.of(batch.plan)
    chosen = {f"t{n}-{name}": "1" for n in range(len(plan.tables)) for name in ("here", "in")}
    chosen |= {f"t{n}c{one.index}": one.field for n, table in enumerate(plan.tables)
               for one in table.columns}  # fmt: skip
    batch = press(office, "batch_plan", batch, **chosen)
    page = office.get(reverse("enterprises:batch", args=[batch.pk])).content.decode()
    shown = page[page.index("Not taken from the workbook") :][:1500]
    for heading in ("法定代表人", "联系电话", "风险等级"):
        assert heading in shown
    assert "13800000000" not in shown
    doubts = told(batch)
    assert "五华区交通运输局、五华区交通运营管理局" in doubts[3][2]
    assert not doubts[2][1], doubts[2]
    batch = press(office, "batch_run", batch)
    assert Enterprise.objects.get(name="昆明甲化工有限公司").regulator_id == own.pk
    assert Enterprise.objects.get(name="昆明乙食品有限公司").regulator_id is None
