"""Our own sentences in many styles, with every figure that a person reads in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import opencc
import pytest

from anlan.domain.campaigns.reading.figures import Figure, read

ISSUED, REGION = date(2024, 6, 30), "山东省"


def _table() -> list[tuple[str, list[tuple[str, str, str]]]]:
    sentences: list[tuple[str, list[tuple[str, str, str]]]] = []
    lines = Path(__file__).with_name("data") / "sentences.tsv"
    for line in lines.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition("\t")
        if kind == "S":
            sentences.append((rest, []))
        elif kind == "F":
            value, unit, words = rest.split("\t")
            sentences[-1][1].append((value, unit, words))
    return sentences


TABLE = _table()


def _shown(figure: Figure) -> tuple[str, str, str]:
    end = f"..{figure.end_value}" if figure.end_value is not None else ""
    return f"{figure.value}{end}", figure.unit, figure.text


def test_there_are_enough_sentences() -> None:
    assert len(TABLE) >= 60
    assert sum(len(figures) for _, figures in TABLE) >= 180


@pytest.mark.parametrize(("sentence", "figures"), TABLE, ids=[row[0][:16] for row in TABLE])
def test_sentence(sentence: str, figures: list[tuple[str, str, str]]) -> None:
    read_here = read(sentence, issued=ISSUED, region=REGION)
    assert [_shown(figure) for figure in read_here] == figures
    for figure in read_here:
        assert sentence[figure.start : figure.end] == figure.text


#   sentence, words of the figure, and what it means there
CONTEXT = [
    ("2024年1—5月,全省发生事故312起,死亡268人,同比分别下降12.4%和9.8%。", "9.8%",
     {"period": "2024-01/2024-05", "direction": "down", "baseline": "2023-01/2023-05", "kind": "change", "names": "死亡"}),
    ("8月份,全省共接报各类事故56起,同比下降8.2%,环比上升3.7%。", "上升3.7%",
     {"period": "2024-08", "direction": "up", "baseline": "环比", "names": "事故"}),
    ("一季度,全市发生事故45起、死亡19人,同比减少6起、增加2人。", "增加2人",
     {"period": "2024-01/2024-03", "direction": "up", "kind": "change", "names": "死亡人数"}),
    ("较2019年,事故起数和死亡人数下降20%。", "下降20%", {"baseline": "2019", "direction": "down"}),
    ("昆明市今年上半年查处违法行为1236起。", "1236起", {"region": "云南省昆明市", "period": "2024-01/2024-06"}),
    ("南充市南部县检查企业12家,全市检查企业310家。", "310家", {"region": "四川省南充市"}),
    ("会议在烟台市召开。全省检查企业12家。", "12家", {"region": "山东省"}),
    ("去年,全国发生事故2万余起。", "2万余起", {"region": "全国", "period": "2023", "bound": ">="}),
    ("培训从业人员12.6万人次,其中特种作业人员3.1万人次。", "3.1万人次", {"names": "培训特种作业人员"}),
    ("累计抽查125个市级部门、608个县级部门、1088家企业。", "1088家企业", {"names": "抽查企业"}),
    ("实施隐患整改不超过30天,覆盖率不低于95%。", "不低于95%", {"bound": ">=", "names": "覆盖率"}),
    ("全省整改率近70%。", "近70%", {"bound": "<~"}),
    ("活动近3万余次。", "近3万余次", {"bound": "<~,>="}),
    ("2022年以来,排查隐患5万多条。", "5万多条", {"period": "2022-01/2024-06", "bound": ">="}),
    ("力争到2025年事故起数较2020年再下降10%。", "下降10%", {"kind": "target", "period": "2025", "baseline": "2020"}),
    ("其中:煤矿2起4人,非煤矿山5起6人。", "6人", {"names": "非煤矿山死亡人数"}),
    ("全省事故起数、死亡人数同比“双下降”,降幅分别为18.2%和15.6%。", "15.6%",
     {"names": "死亡人数", "direction": "down", "kind": "change"}),
    ("在危险化学品领域,关闭16家、重组11家。", "11家", {"names": "危险化学品重组"}),
    ("9月1日至15日,全市出动执法人员1860人次。", "1860人次", {"period": "2024-09-01/2024-09-15"}),
    ("从2020年4月至2022年12月开展三年行动。\n自2021年1月起,排查单位103.1万家。", "103.1万家",
     {"period": "2021-01/2022-12"}),
    ("事故起数下降27.4%、死亡人数下降11.3%。", "11.3%", {"names": "死亡人数", "direction": "down"}),
    ("发生火灾37起,损失46万元,同比分别上升8.8%、下降12.1%。", "12.1%", {"names": "损失", "direction": "down"}),
    ("一般隐患9865项、重大隐患43项,整改率分别为92%和28.5%。", "28.5%", {"names": "重大隐患整改率"}),
    ("隐患房屋3588栋(城镇828栋、农村2760栋)。", "2760栋", {"names": "农村隐患房屋"}),
    ("达标的矿山,占持证矿山的74.8%。", "74.8%", {"names": "达标矿山占持证"}),
    ("上半年受理举报30件,是去年同期的1.45倍。上半年,举报隐患82件。", "82件", {"period": "2024-01/2024-06"}),
    ("一、过去一年工作回顾\n检查企业12家。", "12家", {"period": "2023"}),
    ("7月10日,召开会议。\n当天,检查企业12家。", "12家", {"period": "2024-07-10"}),
    ("2022年8月10日至10月28日,检查12家。", "12家", {"period": "2022-08-10/2022-10-28"}),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "words", "meant"), CONTEXT, ids=[row[1] for row in CONTEXT])
def test_context(sentence: str, words: str, meant: dict[str, str]) -> None:
    found = [
        figure for figure in read(sentence, issued=ISSUED, region=REGION) if words in figure.text
    ]
    assert found, "not read"
    for name, value in meant.items():
        if name == "names":
            assert set(value) <= set(found[0].indicator), found[0].indicator
        else:
            assert getattr(found[0], name) == value, name


#   what only looks like a figure
NOTHING = [
    "联系人:张某,电话:0871-68025578,手机13812345678,邮箱:abc126@126.com。",
    "依据《中华人民共和国安全生产法》第一百零三条第二款、GB 30871-2022第5.2条。",
    "一是加强领导。二是压实责任。三是严格执法。",
    "1.强化责任落实。\n2.深化专项整治。\n(三)加强保障。",
    "坚持一把手负总责,杜绝一刀切,打通最后一公里,落实双重预防机制。",
    "利用5G、二维码等技术,冰机103-LB突然跳车。",
    "党的二十大和十九届五中全会精神。",
    "会议于14:30在3号楼第二会议室召开,见附件1、表2。",
    "引入第三方机构,第一时间处置,第二批整改。",
    "在五台县、七台河市、五大连池市、三门峡市和三台县召开会议。",
    "三轮车、四轮电动车和二维码。",
    "值班电话12350,拨打119、120。",
    "安监总局令第77号,GB/T 33000-2016,AQ 3013-2008。",
    "千方百计防范,万无一失,一个单位也不放过,一批隐患。",
]


@pytest.mark.parametrize("sentence", NOTHING)
def test_no_figure(sentence: str) -> None:
    assert read(sentence, issued=ISSUED, region=REGION) == []


def test_a_second_copy_is_read_once() -> None:
    notice = "各州、市人民政府,省级有关部门,各有关单位,现将有关事项通知如下并请遵照执行:\n2019年3月25日\n全省建成4个瓦斯治理示范矿井,抽查检查不低于50矿次,关闭落后矿山150座。"
    once = read(notice)
    assert [figure.value for figure in once] == [20190325, 4, 50, 150]
    assert read(f"{notice}\n附件下载:\n{notice}") == once


def test_values_are_exact() -> None:
    (figure,) = read("罚款1.1万元。")
    assert figure.value == 11000
    assert isinstance(figure.value, int)
    (figure,) = read("整改率84.11%。")
    assert figure.value == Decimal("84.11")


def _wide(sentence: str) -> str:
    signs = {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "%": "％"}
    return "".join(
        char
        if char == ","
        and sentence[index - 1].isdigit()
        and sentence[index + 1 : index + 2].isdigit()
        else signs.get(char, char)
        for index, char in enumerate(sentence)
    )


@pytest.mark.parametrize(
    "change", [_wide, opencc.OpenCC("s2t").convert], ids=["full width", "Traditional"]
)
def test_signs_and_script_change_nothing(change: Callable[[str], str]) -> None:
    for sentence, _ in TABLE:
        other = change(sentence)
        if len(other) != len(sentence):
            continue
        was = [(f.value, f.unit, f.start, f.end, f.bound) for f in read(sentence, issued=ISSUED)]
        now = [(f.value, f.unit, f.start, f.end, f.bound) for f in read(other, issued=ISSUED)]
        assert now == was, other
