"""Contradictions and gaps in a document, and sums that hold and must raise nothing."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from anlan.domain.campaigns.reading.arithmetic import GAP, INCONSISTENT, SENTENCES, contradictions
from anlan.domain.campaigns.reading.figures import read

ROOT = Path(__file__).resolve().parents[7]
SEEDS = Path(os.environ.get("ANLAN_SHARED") or ROOT.parent / "shared") / "seeds"


def _found(text: str, region: str = "云南省") -> list[tuple[str, str]]:
    figures = read(text, issued=date(2024, 6, 30), region=region)
    return [(item.code, item.verdict) for item in contradictions(figures, text)]


@pytest.mark.parametrize(
    "text",
    [
        "查处隐患4692项,其中党委政府545项,行业部门1092项,企业3055项。",
        "培训12.6万人次,其中特种作业人员3.1万人次。",
        "提出239项任务,并对其中的164项进行了量化,量化率近70%。",
        "发现隐患36,902处,已整改35,120处,整改率95.2%。",
        "抽查30批次产品,合格27批次,合格率90%。",
        "发生事故45起,同比减少5起,下降10%。",
        "发生事故12起,去年同期15起,同比下降20%。",
        "排查煤矿、非煤矿山、消防3个领域。",
        "涵盖煤矿、消防、工贸等9个领域。",
        "检查企业197万余家,排查隐患217万余项,整改率94.4%。",
        "建成4.4万栋高层建筑微型消防站。",
        "约谈49个县级政府。",
        "整治粉尘企业，每个县市区抽查不少于9家。\n整治液氨企业，每个县市区抽查不少于12家。",
        "2022年,事故起数同比2021年下降10%。",
        "全市5000家企业,实现检查全覆盖。",
        "发生事故18起、死亡20人,其中建筑业9起、死亡10人,工业9起、死亡9人。",
        "46家企业被关停,其中注(吊)销执照16家,变更范围15家,拆除设备32家。",
        "煤矿12处、非煤矿山30处、尾矿库5处,合计47处。",
        "事故起数、死亡人数、受伤人数分别占67.3%、64.8%和81%。",
        "年度执法计划完成率112%。",
        "检查10人以上金属粉尘企业。",
        "全年检查企业863家。\n3家企业未取得标准化证书。",
        "发现隐患32条,整改往年遗留隐患70条。",
        "发现隐患8420处,已整改7915处,未整改505处,整改率94.0%。",
        "较2022年的250起,2023年发生事故230起,下降8%。",
        "从2022年10月至2023年3月开展防控,检查3.2万家次。",
    ],
)
def test_what_holds_raises_nothing(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "code", "verdict"),
    [
        ("查处隐患4692项,其中党委政府1545项,行业部门1092项,企业3055项。", "parts_exceed", INCONSISTENT),
        ("培训3.1万人次,其中特种作业人员12.6万人次。", "parts_exceed", INCONSISTENT),
        ("发现隐患36,902处,已整改30,120处,整改率95.2%。", "share", INCONSISTENT),
        ("抽查30批次产品,合格27批次,合格率96%。", "share", INCONSISTENT),
        ("发生事故45起,同比减少5起,下降20%。", "change", INCONSISTENT),
        ("发生事故12起,去年同期15起,同比下降25%。", "change", INCONSISTENT),
        ("发生事故15起,去年同期12起,同比下降25%。", "direction", INCONSISTENT),
        ("排查煤矿、非煤矿山、消防、工贸、燃气3个领域。", "listed", INCONSISTENT),
        ("发生事故18起、死亡20人,其中建筑业9起、死亡10人,工业9起、死亡12人。", "parts_exceed", INCONSISTENT),
        ("煤矿12处、非煤矿山30处、尾矿库5处,合计57处。", "total", INCONSISTENT),
        ("高处坠落、物体打击、坍塌分别占52.3%、31.6%和24.1%。", "shares_exceed", INCONSISTENT),
        ("重大隐患整改率达到103.5%。", "over_whole", INCONSISTENT),
        ("发现问题56项,已整改61项。", "settled_exceed", GAP),
        ("从2022年10月至2022年3月,检查30家。", "backwards", INCONSISTENT),
        ("发现隐患8420处,已整改7915处,未整改505处,整改率98.0%。", "share", INCONSISTENT),
        ("开展活动近3万余次。", "bounds", INCONSISTENT),
        ("建成7000余栋高层住宅小区。", "classifier", INCONSISTENT),
        ("约谈49个(次)县级政府。", "two_units", GAP),
        ("2022年,事故起数同比2019年下降41.1%。", "fixed_base", GAP),
        ("排查全省1267家重大危险源企业。\n1228家重大危险源企业全部完成建设。", "twice_whole", INCONSISTENT),
        ("已有4.4万栋高层建筑建立消防站。\n摸排投用的高层建筑共5.9万栋。", "twice", GAP),
        ("共排查3.1万家生产经营单位。\n检查企业单位6.7万家。", "visits", INCONSISTENT),
        ("共排查3.1万家生产经营单位。\n督促2.9万家企业完成修订。", "populations", GAP),
        ("共排查9.1万家生产经营单位。\n对所有企业分级,Ⅰ类企业1.7万家、Ⅱ类企业1.2万家。", "classes", GAP),
        ("烟花爆竹生产企业缩减至43家,推动设备全覆盖安装,28家烟花爆竹生产企业完成建设。", "coverage", GAP),
        ("批复同意4座尾矿库销号,6座尾矿库正在履行程序,2座尾矿库已经销号。", "states", GAP),
        ("出台地方法规15项、各类标准14项。\n共形成制度性成果2717条。", "results", GAP),
        (
            "全市发现隐患231309处。\n道路运输领域,排查隐患298处。\n建筑施工领域,整改隐患8344处。\n消防领域,整改隐患1500处。",
            "sectors", GAP,
        ),
        ("专项整治以来,排查隐患5万多条。", "no_as_of", GAP),
    ],
)  # fmt: skip
def test_what_does_not_hold(text: str, code: str, verdict: str) -> None:
    assert (code, verdict) in _found(text)


def test_a_code_against_the_sectors_it_names() -> None:
    text = (
        "全国整治聚焦煤矿、消防等9个行业领域。\n天津:推进三年行动\n"
        "天津市新增仓储物流、油气管道和特种设备3个重点领域,形成“1+2+11”框架。"
    )
    (found,) = contradictions(read(text, issued=date(2023, 5, 18)), text)
    assert found.code == "code_parts"
    assert found.values["sum"] == "12"


def test_every_finding_says_a_sentence() -> None:
    text = "抽查30批次产品,合格27批次,合格率96%。"
    (found,) = contradictions(read(text), text)
    assert found.sentence() == "27 of 30 is 90.00 %, but the document says 96 %."
    assert found.sentence(lambda _: "%(part)s/%(whole)s") == "27/30"
    assert text[found.start : found.end].startswith("30批次")


@pytest.mark.skipif(not SEEDS.exists(), reason="NOT MEASURED: ../shared/seeds isn't here")
def test_the_contradictions_and_gaps_of_the_seeds() -> None:
    """Sections G and H of mission/checks.md, as far as they lie in these documents, and no more."""
    expected = {
        "002": sorted(
            ["code_parts", "twice_whole", "visits", "classifier", "bounds", "classes", "populations",
             "twice", "results", "two_units", "fixed_base", "coverage", "states"]
        ),
        "000": ["no_as_of"],
        "004": [],
    }  # fmt: skip
    for name, codes in expected.items():
        text = (SEEDS / f"{name}.txt").read_bytes().decode("utf-8")
        found = contradictions(read(text), text)
        assert sorted(item.code for item in found) == codes
        assert all(item.code in SENTENCES and item.sentence().endswith(".") for item in found)


def test_what_became_of_the_whole_is_none_of_its_parts() -> None:
    text = "共排查隐患1204项,其中重大隐患31项,整改完成1187项。"
    assert contradictions(read(text), text) == []
    text = "共排查隐患1204项,其中已整改1100项,整改中200项。"
    assert [one.code for one in contradictions(read(text), text)] == ["parts_exceed"]
