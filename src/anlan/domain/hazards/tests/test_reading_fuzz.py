"""Registers of random columns, names and layouts give exactly the hazards put into them."""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import openpyxl
import pytest

from anlan.domain.hazards.reading import Context, ParsedRow, RejectedRow, parse, propose
from anlan.domain.hazards.reading.columns import dictionary, head
from anlan.kernel.papers.sheets import read_workbook

TEXTS = (
    "灭火器压力不足未及时更换", "疏散通道堆放杂物", "电气线路私拉乱接", "安全出口上锁", "配电箱未接地",
    "特种作业人员无证上岗", "应急预案未修订", "护栏缺失", "未按规定开展安全培训", "可燃气体报警器失效",
    "液氨储罐区未设置围堰，存在泄漏风险", "脚手架连墙件缺失，扫地杆未设置",
)  # fmt: skip
VALUES: dict[str, tuple[object, ...]] = {
    "enterprise": ("云南某化工有限公司", "麒麟区第一中学", "宏达加油站", "富源县老厂镇木行煤矿"),
    "place": ("一楼仓库", "1号车间", "K12+300处"), "county": ("麒麟区",), "township": ("中枢街道",),
    "sector": ("危化", "消防"), "category": ("消防安全", "用电安全"), "grade": ("一般", "重大", "一般隐患"),
    "source": ("企业自查",), "measure": ("立即整改", "1.清理\n2.更换"), "responsible_unit": ("县应急局", "某公司"),
    "responsible_person": ("张三", "李四"), "phone": ("13888888888",), "funds": ("0.5万元", "/", None),
    "status": ("已整改", "整改中", "未整改"), "progress": ("已更换", "正在整改", None),
    "closure": ("是", "否", "已销号"), "verifier": ("王五",), "remarks": (None, "无", "需县级协调"),
    "checking_unit": ("县安委办",), "checkers": ("赵六",), "regulator": ("县应急局",), "leader": ("张副县长",),
    "supervising_unit": ("市安委办",), "contingency": ("已制定",), "control": ("设置警戒",),
    "basis": ("GB50016",), "is_major": ("是", "否"), "is_rectified": ("是", "否"), "photo": (None,),
    "credit_code": ("91530000216523456X",),
}  # fmt: skip
LATER = {"deadline": 10, "rectified_on": 5, "verified_on": 6, "closed_on": 7}


def names() -> dict[str, list[str]]:
    """By field, the Chinese names that mean nothing else."""
    source = resources.files("anlan.domain.hazards.reading").joinpath("columns.toml")
    known = dictionary().names
    return {
        code: [
            name
            for name in entry["names"].split()
            if len(known[head(name)]) == 1 and "\u4e00" <= name[0] <= "\u9fff"
        ]
        for code, entry in tomllib.loads(source.read_text("utf-8")).items()
    }


NAMES = names()
WAYS = ("{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}/{0.month}/{0.day}", "{0.year}.{0.month}.{0.day}", "{0:%Y%m%d}")  # fmt: skip


def written(day: date, way: int) -> object:
    if way < len(WAYS):
        return WAYS[way].format(day)
    return day if way == len(WAYS) else (day - date(1899, 12, 30)).days


class Register:
    """One random register: its rows and merges, and what it must give."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rows: list[list[object]] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.hazards: list[tuple[date, str]] = []
        optional = sorted({*VALUES, *LATER})
        self.fields = [
            "found_on", "description", "enterprise",
            *self.dice.sample([f for f in optional if f != "enterprise"], self.dice.randint(2, 13)),
        ]  # fmt: skip
        self.dice.shuffle(self.fields)
        if self.dice.random() < 0.8:
            self.fields.insert(0, "serial")
        self.pad: list[object] = [None] * self.dice.choice([0, 0, 0, 1, 2])
        self.titles()
        self.header()
        self.body()
        self.footer()

    def titles(self) -> None:
        if self.dice.random() < 0.7:
            self.rows.append([*self.pad, "XX县安全生产隐患排查整治台账"])
            self.merges.append((1, len(self.pad) + 1, 1, len(self.pad) + len(self.fields)))
        if self.rows and self.dice.random() < 0.5:
            line = ["填报单位：XX县应急管理局", None, None, "填报时间：2025年1月3日"]
            self.rows.append([*self.pad, *line])

    def header(self) -> None:
        texts: list[object] = [self.dressed(self.dice.choice(NAMES[f])) for f in self.fields]
        top = len(self.rows) + 1
        if self.dice.random() < 0.7 or len(texts) < 7:
            self.rows.append([*self.pad, *texts])
            return
        left = self.dice.randint(1, len(texts) - 4)
        right = left + self.dice.randint(1, 3)
        inside = range(left, right + 1)
        upper = [None if i in inside else t for i, t in enumerate(texts)]
        upper[left] = self.dice.choice(["基本情况", "有关情况", "相关信息"])
        self.rows.append([*self.pad, *upper])
        self.rows.append([*self.pad, *(t if i in inside else None for i, t in enumerate(texts))])
        shift = len(self.pad) + 1
        self.merges.append((top, left + shift, top, right + shift))
        self.merges += [
            (top, i + shift, top + 1, i + shift) for i in range(len(texts)) if i not in inside
        ]

    def dressed(self, name: str) -> str:
        return self.dice.choice(
            [name, name, name, name[:2] + "\n" + name[2:], " ".join(name), f"{name}*", f"{name} "]
        )

    def body(self) -> None:
        way = self.dice.randrange(len(WAYS) + 2)
        start = date(2024, self.dice.randint(1, 12), self.dice.randint(1, 28))
        for number in range(1, self.dice.randint(2, 12)):
            day = start + timedelta(self.dice.randint(0, 40))
            texts = self.dice.sample(TEXTS, self.dice.choice([1, 1, 1, 2, 3]))
            cell = texts[0]
            if len(texts) > 1:
                joint = self.dice.choice(["；", "\n"])
                cell = joint.join(f"{at}.{text}" for at, text in enumerate(texts, 1))
            self.hazards += [(day, text) for text in texts]
            row = [self.value(f, number, day, cell, way) for f in self.fields]
            self.rows.append([*self.pad, *row])

    def value(self, field: str, number: int, day: date, cell: str, way: int) -> object:
        if field in LATER:
            blank = field != "deadline" and self.dice.random() < 0.4
            return None if blank else written(day + timedelta(LATER[field]), way)
        special = {"serial": number, "description": cell, "found_on": written(day, way)}
        return special[field] if field in special else self.dice.choice(VALUES[field])

    def footer(self) -> None:
        for odds, line in (
            (0.4, ["合计", None, None, "若干条"]),
            (0.3, ["填表人：张三", None, "审核人：李四"]),
            (0.2, ["说明：本表每月25日前报送，不得漏报。"]),
        ):
            if self.dice.random() < odds:
                self.rows.append([*self.pad, *line])

    def save(self, path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in self.rows:
            sheet.append(row)
        for merge in self.merges:
            if merge[:2] != merge[2:]:
                sheet.merge_cells(None, *merge)
        book.save(path)


@pytest.mark.parametrize("seed", range(24))
def test_a_random_register_gives_its_hazards_and_nothing_else(seed: int, tmp_path: Path) -> None:
    register = Register(seed)
    path = tmp_path / "a.xlsx"
    register.save(path)
    with read_workbook(path) as book:
        plan = propose(book)
        results = list(parse(book, plan, Context(today=date(2026, 11, 21))))
    rows = [r for r in results if isinstance(r, ParsedRow)]
    assert not [r for r in results if isinstance(r, RejectedRow)]
    assert [(r.found_on, r.description.rstrip("。")) for r in rows] == register.hazards
    assert all(r.enterprise in VALUES["enterprise"] for r in rows)
