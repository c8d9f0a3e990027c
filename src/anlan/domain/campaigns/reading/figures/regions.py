"""Which place a sentence speaks of: named in it, or inherited from what stands before.

What inherits from what, the nearest first:

    a place named earlier in the paragraph (昆明市…; 全市 stays with it)
    省, 全省, 我省, 省安委办 …              back to the place of the section
    全县, 市级, 县应急局                      back to the paper's own place
    枣庄、菏泽两市, 韶关等9市                 what they are in: the section's place
    清河市, 城关镇, which no register holds     by its written name (coined.py)
    a heading that is a place's name          until a heading of its rank (sections.py)
    全国, 国务院 …                            the nation, where no province stands beside it
    the place the caller gave, or the one that the document is of (sections.py)
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .coined import TOWN as TOWN
from .coined import coined
from .gazetteer import (
    NATION,
    NOWHERE,
    Place,
    cities,
    counties,
    gazetteer,
    resolve,
    stems_below,
)

PROVINCE_WORDS = re.compile(
    r"全省|我省|本省|省委|省政府|省安委|省安办|省级|全区各地|省人大|省应急|省有关|省直|全自治区|各市州|各市\(州\)|各州市|各市没有"
)
NATION_WORDS = re.compile(
    r"(?<![^在年月,。;:、\s(对“])全国(?!首|率先|唯一|最|先进|人大|推广|前列|试点|第|性|、全省|政协|示范|出台|安全生产(?:专项整治|治本攻坚)|“)"
)
CITY_WORDS = re.compile(r"市(?:城管|应急|安委|委、市政府|住建|公安|消防|级部门)|全市")
#: 在全市率先建成, 居全省第一: among whom a place is first, not where it is.
_RANKED_IN = re.compile(
    r"率先|首[位个创家例批次]|最[高低多少大好]|唯一|第[一二三四五六七八九十\d]|前[列茅三\d]|领先"
)
SUFFIXES = "省市州县区旗盟会"
#: Zones that the register of regions doesn't hold: what is said of them is the section's.
ZONES = re.compile(r"(?:高新|经开|开发|保税|示范|工业园|高新技术|经济技术开发|经济开发)区")
#: What a place calls itself.
OWN_NAMES = {"本港": "香港", "本澳": "澳门"}
#: Behind one of these a place begins that is named with two signs: 、歙县, but not 市和县区.
_BEGINS = frozenset(",。;:、()\n\t ")

#: Who tells it and from where isn't what it is about: 新华社北京4月4日电, 大连日报.
_TOLD_FROM = re.compile(
    r"(?:\d{1,2}月)?\d{1,2}日\s?(?:电|讯|消息)|[日晚晨早商时]报|都市报|特区报|新闻(?:网|传媒|社)|融媒|电视台|广播|在线|信息港|网(?:讯|消息|\d|\s)|生产建设兵团"
)
#: One of many (贵州六盘水等12个省区).
_AMONG_OTHERS = re.compile(r"(?:、[\u4e00-\u9fff]{2,5}){0,14}等(?!级|待|方面|特)")
_SO_MANY = re.compile(r"\d{1,2}个?(?:省|市|县|区|州|地)")


@dataclass(frozen=True)
class Mention:
    """A place named, or pointed at, in the text."""

    start: int
    end: int
    place: Place | None  # None: back to the province of the section.
    back: bool = False  # ... or to the nation, where the section is of no province.


#: A title begins before this.
TITLE_BEGINS = 40
#: 泰兴虹桥镇: a county is named so before one of its towns.
_TOWN = re.compile(r"(?![县市区])[\u4e00-\u9fff]{1,3}(?:镇|乡|街道)(?![镇村]|政府)")


#: 分宜交警, 余姚消防: a county is named so before one of its offices, where only one is called so.
_OFFICE = re.compile(r"交警|消防|公安|应急|交通|住建|城管|安监|市场监管|融媒|法院|检察|海事|供电")


def _county_of_office(text: str, place: int, end: int) -> Mention | None:
    county = counties().get(text[place : place + 2])
    if county is None or not _OFFICE.match(text, place + 2, end):
        return None
    return Mention(place, place + 2, county)


def _county_of_town(text: str, place: int, end: int) -> Mention | None:
    county = counties().get(text[place : place + 2])
    if county is None or not _TOWN.match(text, place + 2, end):
        return None
    return Mention(place, place + 2, county)


def _city(text: str, place: int, end: int, short: dict[str, Place]) -> Mention | None:
    """大连, 连云港; not the 西安 in 山西安全生产 or the 广安 in 推广安全."""
    opens = place < TITLE_BEGINS and not text[:place].strip()
    for length in (4, 3, 2):
        word = text[place : min(end, place + length)]
        where = cities(also_words=opens).get(word)
        if where is None or len(word) < length:
            continue
        after = text[place + length : place + length + 2]
        if after[:1] in ("区", "县", "镇", "乡"):
            return None  # 朝阳区 isn't of 朝阳市.
        if (word[-1] == "安" and after[:1] in "全装置排检静监防" and after != "全市") or after[
            :1
        ] in "路久":
            return None
        if any(text[max(0, place + 1 - size) : place + 1] in short for size in (2, 3)):
            return None
        return Mention(place, place + length, where)
    return None


def _is_teller(text: str, hit: Mention, end: int) -> bool:
    told = _TOLD_FROM.match(text, hit.end, end)
    return told is not None or text[max(0, hit.start - 3) : hit.start].rstrip().endswith("发自")


def mentions(
    text: str, start: int, end: int, around: Place = NOWHERE, *, tellers: bool = False
) -> list[Mention]:
    """Every place named in this stretch, in order, except in titles of documents.

    around: whose the stretch is, which says which of two places of one name is meant, and which
    ones go by their stem. With `tellers` also those of a newspaper or of a dateline.
    """
    found: list[Mention] = []
    named, short = gazetteer()
    province, prefecture = around.province, around.prefecture
    unknown = coined(text)
    titles = [match.span() for match in re.finditer(r"《[^》]*》", text[start:end])]
    place = start
    while place < end:
        if any(low <= place - start < high for low, high in titles):
            place += 1
            continue
        if rest := _OTHERS.match(text, place, end):
            place = rest.end()
            found.append(Mention(rest.start(), place, None, back=True))
            continue
        hit = _own(text, place, around) or _at(text, place, end, named, short, province, prefecture)
        hit = hit or _by_stem(text, place, start, end, around) or _behind(text, place, found)
        hit = hit or _coined(text, place, end, around, unknown)
        if hit is None:
            place += 1
            continue
        if _RANKED_IN.match(text, hit.end, end) and text[hit.start] == "全":
            place = hit.end
            continue
        if hit.place is not None and not tellers and _is_teller(text, hit, end):
            place = hit.end
            continue
        if hit.place is not None and (among := _AMONG_OTHERS.match(text, hit.end, end)):
            place = hit.end
            if _SO_MANY.match(text, among.end(), end):
                # 韶关、河源等9市: of all of them, so of what they are in.
                place = among.end()
                found.append(Mention(hit.start, place, None, back=True))
            continue
        if _of_a_firm(text, hit, found[-1].place if found else around, end):
            place = hit.end
            continue
        found.append(hit)
        if hit.place is not None and (hit.place.province or not hit.place.level):
            province = hit.place.province or province
            prefecture = hit.place.prefecture
        place = hit.end
    return found


#: 其他省份18起: of none that was named, so of what all are in.
_OTHERS = re.compile(
    r"(?:其他|其余)(?:各)?(?:省份|省区市?|地区|[市县区州](?=[\d共均未没、,各发无]))"
)
_FIRM = re.compile(r"[\u4e00-\u9fff]{1,14}?(?:有限(?:责任)?公司|集团|股份|厂(?!房))")


def _of_a_firm(text: str, hit: Mention, held: Place | None, end: int) -> bool:
    """位于天元区…的株洲某机械有限公司: the firm's name takes nobody from the district to its city."""
    return (
        hit.place is not None and held is not None
        and not hit.place.path.endswith(text[hit.start : hit.end])
        and held.path.startswith(hit.place.path) and _FIRM.match(text, hit.end, end) is not None
    )  # fmt: skip


def _coined(
    text: str, place: int, end: int, around: Place, unknown: dict[str, Place]
) -> Mention | None:
    """临江县, which no register holds; a town of a place that it holds is that place's."""
    for length in (5, 4, 3):
        where = unknown.get(text[place : place + length]) if place + length <= end else None
        if where is not None and not (around.province and where.level == TOWN):
            return Mention(place, place + length, where)
    return None


#: What a paper calls its own place and its own offices, by the last sign of its name.
_OWN = re.compile(
    r"[全我本](?P<of>[县区旗市])(?![域间别级直长民外])|(?<![\u4e00-\u9fff])(?P<office>[县区旗市])(?:级|直|安委|安办|应急|住建|公安|消防|交通|政府|委)"
)


def _own(text: str, place: int, around: Place) -> Mention | None:
    """全县, 我区, 县应急局 in a county's paper, 市级 in a city's; 全市 in that of a city which is a county."""
    if around.level < 2 or text[place] not in "全我本县区旗市":
        return None
    hit = _OWN.match(text, place)
    if hit is None or (hit["of"] or hit["office"]) != _called(around):
        return None
    return Mention(place, hit.end(), around)


def _called(place: Place) -> str:
    return "市" if place.level == 2 else place.path[-1]


#: Before and behind a name without its 县 or 区 in a list or before its number: 云阳、开州各3起, 渝北5起.
_STEM_BEGINS = re.compile(r"[,。;:、(和及与在是有为\s]")
_STEM_ENDS = re.compile(
    r"[、和及与]|[各分]别?|等(?=地|\d|[县市区])|(?=\d)|[:(](?=[^)]{0,8}\d)|(?:发生|查处|检查|排查|死亡)(?=[^,。;]{0,6}\d)"
)


def _by_stem(text: str, place: int, start: int, end: int, around: Place) -> Mention | None:
    """云阳、开州、万州分别3起: places below that of the paper, beside each other or their number."""
    if not around.level or (place > start and not _STEM_BEGINS.match(text[place - 1])):
        return None
    below = stems_below(around.prefecture or around.province)
    for length in (4, 3, 2):
        where = below.get(text[place : place + length])
        if where is None or not _STEM_ENDS.match(text, place + length, end):
            continue
        return Mention(place, place + length, where)
    return None


def _behind(text: str, place: int, found: list[Mention]) -> Mention | None:
    """江苏响水, 山西柳林寨崖底煤业: right behind its province a county goes by its stem."""
    last = found[-1] if found else None
    if last is None or last.end != place or last.place is None or last.place.level != 1:
        return None
    below = stems_below(last.place.province)
    for length in (4, 3, 2):
        if (where := below.get(text[place : place + length])) and not where.past:
            return Mention(place, place + length, where)
    return None


def _at(
    text: str, place: int, end: int, named: dict[str, tuple[Place, ...]],
    short: dict[str, Place], province: str, prefecture: str,
) -> Mention | None:  # fmt: skip
    for length in range(min(12, end - place), 1, -1):
        word = text[place : place + length]
        if length > 2 and word in named and word[-1] in SUFFIXES + "港门":
            where = resolve(word, province, prefecture)
            if where is not None:
                return Mention(place, place + length, where)
        if word in short and text[place + length : place + length + 1] != "路":
            return Mention(place, place + length, short[word])
    if own := OWN_NAMES.get(text[place : place + 2]):
        return Mention(place, place + 2, short[own])
    if place == 0 or text[place - 1] in _BEGINS:
        if zone := ZONES.match(text, place, end):
            return Mention(place, zone.end(), None)
        if below := _county_of_town(text, place, end) or _county_of_office(text, place, end):
            return below
        # 勉县应急局, 莒县: of two signs, where only one is called so.
        two = named.get(text[place : place + 2], ())
        if len(two) == 1 and not re.match(r"[级区市委直乡域]", text[place + 2 : place + 3]):
            return Mention(place, place + 2, two[0])
        for county in two:
            if prefecture and county.prefecture == prefecture:
                return Mention(place, place + 2, county)
    if city := _city(text, place, end, short):
        return city
    if prefecture and text.startswith("全市", place):
        return Mention(place, place + 2, resolve(prefecture, province, prefecture))
    back = PROVINCE_WORDS.match(text, place, end)
    if back is None and province.endswith("市"):
        back = CITY_WORDS.match(text, place, end)
    if back:
        return Mention(place, back.end(), None)
    nation = NATION_WORDS.match(text, place, end)
    if nation:
        return Mention(place, nation.end(), Place(NATION, 0, ""))
    return None
