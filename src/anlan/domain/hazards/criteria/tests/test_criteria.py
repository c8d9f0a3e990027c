"""Candidates for major hazards: few, by date, and never a heading sold as a clause."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.domain.hazards.criteria import Basis, candidates, candidates_of_many
from anlan.domain.hazards.criteria.table import clauses, synonyms, words_of

TODAY = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[6]
SHARED = Path(os.environ.get("ANLAN_SHARED") or ROOT.parent / "shared")
LEDGER = SHARED / "data" / "hazards_zh" / "hazard_ledger_zh.csv"


@pytest.mark.parametrize(
    ("sector", "text", "clause"),
    [
        ("industry", "喷漆室未装可燃气体报警装置，通风不良", "第七条第（七）项"),
        (
            "industry",
            "污水池有限空间作业未审批，未先通风后检测，现场无监护人",
            "第十三条第（二）项",
        ),
        ("industry", "木粉尘除尘器无锁气卸灰装置", "第十一条第（六）项"),
        ("hazchem", "液氨装卸仍用金属软管充装，未采用万向管道充装系统", "第7项"),
        ("construction", "3号楼塔式起重机未办理使用登记即投入使用", "第八条第（1）项"),
        ("construction", "外架北侧整层未设连墙杆", "第七条第（2）项"),
        ("gas", "中压燃气管道上方被临时板房占压", "第六条第（1）项"),
        ("mine", "尾矿库浸润线埋深小于控制值", "尾矿库（7）"),
        ("trade", "冷库包装间空调采用液氨直接蒸发制冷", "第十二条第（一）项"),
    ],
)
def test_a_description_finds_its_clause(sector, text, clause):
    assert clause in [found.clause for found in candidates(text, sector, TODAY)]


@pytest.mark.parametrize(
    ("sector", "text"),
    [
        ("fire", "灭火器压力不足，已过检验期"),
        ("industry", "配电箱未接地，箱门缺失"),
        ("construction", "安全带未高挂低用"),
        ("hazchem", "主要负责人未签字确认操作规程"),
        ("construction", "基坑周边安全距离标识缺失"),
        ("education", "校车停放混乱"),
        ("industry", "安全出口指示灯不亮"),
    ],
)
def test_an_everyday_finding_is_left_alone(sector, text):
    assert candidates(text, sector, TODAY) == []


def test_another_sectors_clause_is_not_offered():
    text = "矿井通风系统为串联通风"
    assert candidates(text, "coal", TODAY)
    assert candidates(text, "education", TODAY) == []


def test_a_version_holds_from_its_day_and_no_earlier():
    text = "采煤工作面上隅角瓦斯积聚，甲烷浓度超过2.0%"
    assert candidates(text, "coal", date(2026, 6, 30)) == []
    (found, *_rest) = candidates(text, "coal", date(2026, 7, 1))
    assert "令第21号" in found.standard


def test_a_replaced_version_holds_up_to_its_last_day():
    text = "商场未按规定设置自动喷水灭火系统，火灾自动报警系统瘫痪"
    assert candidates(text, "fire", date(2025, 10, 31))
    assert candidates(text, "fire", date(2025, 11, 1)) == []


def test_a_subject_is_never_shown_as_a_clause():
    text = "液氨卸车未采用万向管道充装系统"
    before = candidates(text, "hazchem", date(2026, 9, 29))
    after = candidates(text, "hazchem", date(2026, 9, 30))
    assert [(found.basis, found.note) for found in before] == [(Basis.CLAUSE, "")]
    assert [found.basis for found in after] == [Basis.CLAUSE, Basis.TOPIC]
    assert all(found.note for found in after)
    for clause in clauses():
        assert clause.basis is not Basis.CLAUSE or "细项未" not in clause.text


def test_the_packaged_tables_agree_with_each_other():
    keywords = {word for clause in clauses() for word in clause.keywords}
    assert len(clauses()) == 454
    assert not words_of("common") & words_of("telling")
    assert {keyword for _word, keyword in synonyms()} <= keywords


@given(st.text(max_size=80), st.sampled_from([None, "coal", "fire", "other"]))
def test_each_hit_is_in_force_and_has_its_words(text, sector):
    for found in candidates(text + "未持证上岗", sector, TODAY, limit=3):
        assert found.keywords
        assert found.score >= 0.8


def test_many_at_once_get_what_each_gets_alone():
    texts = ("喷漆室未装可燃气体报警装置，通风不良", "矿井通风系统为串联通风", "灭火器过期", "")
    rows = [(text, sector, TODAY) for text in texts for sector in ("industry", "coal", "fire")]
    alone = [candidates(*row) for row in rows]
    assert list(candidates_of_many(rows * 2)) == alone * 2
    assert any(alone)
    assert not all(alone)


def test_real_descriptions_get_few_suggestions():
    """Of real findings graded ordinary by their inspectors, hardly any may be suggested major."""
    if not LEDGER.exists():
        pytest.skip("shared material is absent")
    with LEDGER.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = candidates_of_many((row["description"], "construction", TODAY) for row in rows)
    suggested = [row for row, hits in zip(rows, found, strict=True) if hits]
    assert 1 <= len(suggested) <= len(rows) * 0.05
    assert all("连墙件" in row["description"] for row in suggested)
