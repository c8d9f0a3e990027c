"""Places: named, or inherited from the paragraph, the heading and the document."""

from __future__ import annotations

import pytest

from anlan.domain.campaigns.reading.figures import read
from anlan.domain.campaigns.reading.figures.gazetteer import gazetteer, resolve


def _region(text: str, words: str, region: str = "") -> str:
    return next(figure.region for figure in read(text, region=region) if words in figure.text)


@pytest.mark.parametrize(
    ("text", "words", "region"),
    [
        ("宝鸡市11家企业完成建设。", "11家", "陕西省宝鸡市"),
        ("南充市南部县检查38家加油站。", "38家", "四川省南充市南部县"),
        ("文山州检查企业12家。", "12家", "云南省文山壮族苗族自治州"),
        ("陕西铜川凤凰建材有限公司修订制度87项。", "87项", "陕西省铜川市"),
        ("全市检查企业12家,烟台市检查企业15家;山东省共检查90家。", "90家", "山东省"),
        ("依据《昆明市燃气管理条例》,检查企业12家。", "12家", "云南省"),
        ("昭通市检查12家。专项整治以来,全省检查90家。", "90家", "云南省"),
        ("全国检查90家。", "90家", "全国"),
        ("烟台检查90家。", "90家", "山东省烟台市"),
        ("推广安全检查90家。", "90家", "云南省"),
        ("在河北、辽宁、湖北等地检查90家。", "90家", "云南省"),
        ("湖南10个、贵州6个、广西5个、河北1个。其余检查90家。", "90家", "云南省"),
        ("昆明市、大理市企业数分别为52家、41家。", "52家", "云南省昆明市"),
        ("在全国、全省检查90家。", "90家", "云南省"),
        ("建成全国首个平台,检查90家。", "90家", "云南省"),
    ],
)
def test_places(text: str, words: str, region: str) -> None:
    assert _region(text, words, "云南省") == region


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("沂水:筑牢安全防线\n今年以来,该县检查企业90家。", "山东省临沂市沂水县"),
        ("平望镇开展检查\n来源:吴江日报\n平望镇检查企业90家。", "江苏省苏州市吴江区"),
        ("龙华区召开会议\n深圳特区报讯 全区检查企业90家。", "广东省深圳市龙华区"),
        ("勉县应急局报告:检查企业90家。", "陕西省汉中市勉县"),
        ("滨州日报 2023年2月6日\n我市贯彻全国和全省会议精神,检查企业90家。", "山东省滨州市"),
        ("唐山市路南区小山街道开展检查\n小山街道检查商户90家。", "河北省唐山市路南区"),
        ("山东省通报。公安交警部门检查企业90家。", "山东省"),
        ("交通运输部:举行新闻发布会\n部领导介绍,共检查企业90家。", "全国"),
    ],
)
def test_a_paper_s_place_by_who_tells_it(text: str, region: str) -> None:
    assert _region(text, "90家") == region


def test_a_heading_changes_the_province() -> None:
    text = "陕西:三年行动扎实有力\n\n  检查企业12家。\n四川:守牢底线\n\n  检查企业15家。"
    assert _region(text, "12家") == "陕西省"
    assert _region(text, "15家") == "四川省"


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        # A heading holds until one of its rank; a heading below it ends nothing.
        (
            "一、信州区\n(一)隐患\n检查12家。\n二、玉山县:\n检查13家。\n三、下一步工作\n检查14家。",
            "信州区 玉山县 ",
        ),
        ("信州区\n检查12家。\n玉山县督查组\n检查13家。\n下一步工作\n检查14家。", "信州区 玉山县 "),
        # Only a name heads a section: neither a sentence nor a row of a table does.
        ("玉山县召开会议\n检查12家。\n信州区\t3\n检查13家。\n检查14家。", "  "),
        # Names without 县 or 区, beside each other or beside their number; 全市 goes back to the paper's.
        ("玉山、横峰分别检查12家、13家,全市检查14家。", "玉山县 横峰县 "),
        ("玉山12家;横峰13家。信州好。检查14家。", "玉山县 横峰县 横峰县"),
        # What two have together is of what both are in; its own office is the paper's.
        ("信州区、玉山县两地罚12家。玉山县检查13家,市级抽查14家。", " 玉山县 "),
        ("玉山县检查12家,在全市率先完成13家。", "玉山县 玉山县 "),
        # A name of its time, abolished since.
        ("上饶县检查12家,广丰县检查13家。\n检查14家。", "上饶县 广丰县 "),
    ],
)
def test_places_below_that_of_the_paper(text: str, regions: str) -> None:
    city = "江西省上饶市"
    title = "上饶市安委办通报\n各县:\n"
    found = {
        str(figure.value): figure.region for figure in read(title + text) if figure.unit == "家"
    }
    assert [found.get(value, city) for value in ("12", "13", "14")] == [
        city + place for place in regions.split(" ")
    ]


def test_a_date_before_the_place_takes_it() -> None:
    figures = read("2020年5月,西安市应急管理局平台投入使用。", region="陕西省")
    assert figures[0].region == "陕西省西安市"


def test_a_name_in_two_provinces_is_settled_by_what_was_named() -> None:
    twice = next(
        name for name, places in gazetteer()[0].items() if len({p.province for p in places}) > 1
    )
    assert resolve(twice, "", "") is None
    place = gazetteer()[0][twice][0]
    assert resolve(twice, place.province, place.prefecture) == place


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("本报北京7月12日电 全国检查90家。", "全国"),
        ("新华社北京7月12日电 国务院安委办检查90家。", "全国"),
        ("黑龙江省发生事故1起。\n山东省发生事故1起。\n共检查90家。", "全国"),
        ("无为市发生1起。全市检查90家。", "安徽省芜湖市"),
        ("检查情况通报\n各单位:\n全省检查90家。\n吕梁市检查30家。", "山西省"),
        ("近日检查90家。来源:大连日报", "辽宁省大连市"),
        ("自贡国庆安全平稳\n检查90家。", "四川省自贡市"),
        ("分宜交警发布消息\n检查90家。", "江西省新余市分宜县"),
        ("山西柳林一矿检查90家。", "山西省吕梁市柳林县"),
        ("泰安市岱岳区安委会通报\n检查90家。", "山东省泰安市岱岳区"),
        ("云南省曲靖市富源县总结\n全县检查90家。全省第一。", "云南省曲靖市富源县"),
        ("关于浏阳市工作情况的报告\n全市检查90家。", "湖南省长沙市浏阳市"),
        ("常州国家高新区(新北区)管委会简报\n园区检查90家。", "江苏省常州市新北区"),
        ("咸宁市检查12家,高于全省。\n全市检查90家。", "湖北省咸宁市"),
    ],
)
def test_what_a_document_as_a_whole_speaks_of(text: str, region: str) -> None:
    assert _region(text, "90家") == region


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        # Nobody's register holds these: the title's is the paper's own, another one's name is its own.
        (
            "清河市2025年总结\n清河市安委办检查12家。\n临江县排查13处;石门区排查14处。\n全市处罚15起。",
            "清河市 临江县 石门区 清河市",
        ),
        ("东林县:小切口\n家住城关镇的李大爷说好。今年以来,东林县检查12家。", "东林县"),
        # A city that ends on 城 is one where its name stands twice and nothing is said of cities.
        ("全省检查12家。春城市检查13家,其中春城市处罚14起。", "全省 春城市 春城市"),
        ("全省检查12家。大城市检查13家,大城市管理处罚14起。", "全省 全省 全省"),
        # What has the form of a name but is a word: a part of a works, all of a kind, any of them.
        ("全县检查12家。储罐区检查13家,各县区检查14家,贫困县检查15家。", "全县 全县 全县 全县"),
        ("全县检查12家。加油区检查13家,加油站检查14家。", "全县 全县 全县"),
        # The register knows the first, and whose the towns below it are.
        ("玉山县检查12家。怀玉镇检查13家。", "江西省上饶市玉山县 江西省上饶市玉山县"),
    ],
)
def test_places_that_no_register_holds(text: str, regions: str) -> None:
    counted = [figure for figure in read(text) if figure.unit in ("家", "处", "起")]
    assert " ".join(figure.region for figure in counted) == regions


def test_all_of_a_prefecture_is_no_county_of_that_name() -> None:
    """全州 is 全州县 in Guilin, too; in a prefecture's paper it is all of the prefecture."""
    text = "楚雄州2024年上半年工作情况\n2024-07-10\n2024年以来,全州累计发生事故23起。"
    assert {figure.region for figure in read(text)} == {"云南省楚雄彝族自治州"}
