"""Which place a sentence speaks of: named in it, or inherited from what stands before.

What inherits from what, the nearest first:

    a place named earlier in the paragraph (昆明市…; 全市 stays with it)
    省, 全省, 我省, 省安委办 …              back to the place of the section
    全县, 市级, 县应急局                      back to the paper's own place
    枣庄、菏泽两市, 韶关等9市                 what they are in: the section's place
    a heading that is a place's name          until a heading of its rank (sections.py)
    全国, 国务院 …                            the nation, where no province stands beside it
    the place the caller gave, or the one that the document is of (sections.py)
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

NATION = "全国"
PROVINCE_WORDS = re.compile(
    r"全省|我省|本省|省委|省政府|省安委|省安办|省级|全区各地|省人大|省应急|省有关|省直|全自治区|各市州|各市\(州\)|各州市|各市没有"
)
NATION_WORDS = re.compile(
    r"(?<![^在年月,。;:、\s(对“])全国(?!首|率先|唯一|最|先进|人大|推广|前列|试点|第|性|、全省|政协|示范|出台|“)"
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
_ETHNIC = re.compile(
    r"(?:(?:[^市州县省]{1,4}族)+|哈萨克|柯尔克孜|克孜勒苏|蒙古)自治(?P<suffix>州|县)$"
)
_PEOPLES = re.compile(
    r"(?:壮|苗|彝|白|傣|景颇|哈尼|傈僳|藏|羌|回|蒙古|布依|侗|土家|朝鲜|黎|哈萨克|柯尔克孜|维吾尔|土|撒拉|瑶|满|佤|"
    r"拉祜|纳西|独龙|怒|水|仡佬|畲|仫佬|毛南|达斡尔|锡伯|裕固|东乡|保安|各)族|蒙古|哈萨克|柯尔克孜"
)

#: Who tells it and from where isn't what it is about: 新华社北京4月4日电, 大连日报.
_TOLD_FROM = re.compile(
    r"(?:\d{1,2}月)?\d{1,2}日\s?(?:电|讯|消息)|[日晚晨早商时]报|都市报|新闻(?:网|传媒|社)|电视台|广播|网(?:讯|消息|\d)|生产建设兵团"
)
#: One of many (贵州六盘水等12个省区).
_AMONG_OTHERS = re.compile(r"(?:、[\u4e00-\u9fff]{2,5}){0,14}等(?!级|待|方面|特)")
_SO_MANY = re.compile(r"\d{1,2}个?(?:省|市|县|区|州|地)")
#: Names of prefectures that are words of their own, too.
_ALSO_WORDS = frozenset(
    [
        "白银",
        "来宾",
        "朝阳",
        "开封",
        "大同",
        "和田",
        "平凉",
        "海东",
        "海西",
        "海北",
        "自贡",
        "安康",
        "保山",
        "中卫",
        "巴中",
        "黄山",
        "普洱",
        "玉树",
        "阜新",
        "双鸭山",
        "新北",
        "台北",
        "台中",
        "台南",
    ]
)
#: No paper that is read here is older: what was abolished before isn't looked for.
PAPERS_SINCE = "2000"
#: Taiwan's cities and counties, which the register of regions holds as one province.
_TAIWAN = "台北市 新北市 桃园市 台中市 台南市 高雄市 基隆市 新竹市 嘉义市 新竹县 苗栗县 彰化县 南投县 云林县 嘉义县 屏东县 宜兰县 花莲县 台东县 澎湖县"


@dataclass(frozen=True)
class Place:
    """A region as it is written out from its province down (四川省南充市南部县)."""

    path: str
    level: int
    province: str
    prefecture: str = ""
    #: Abolished or renamed since.
    past: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Mention:
    """A place named, or pointed at, in the text."""

    start: int
    end: int
    place: Place | None  # None: back to the province of the section.


@cache
def gazetteer() -> tuple[dict[str, tuple[Place, ...]], dict[str, Place]]:
    """Full names down to counties, and the short names of provinces and prefectures."""
    rows = _rows("regions")
    by_id: dict[str, tuple[str, int, str]] = {}
    named: dict[str, list[Place]] = {}
    past: dict[str, set[Place]] = {}
    short: dict[str, Place] = {}
    for row in rows:
        level = int(row["level"])
        if not 0 < level <= 3:
            continue
        by_id[row["id"]] = (row["name"], level, row["parent"])
        if row["valid_to"] and row["valid_to"] < PAPERS_SINCE:
            continue
        place = _place(by_id, *by_id[row["id"]])
        for name in _spellings(row["name"], level):
            if row["valid_to"]:
                past.setdefault(name, set()).add(replace(place, past=True))
            else:
                named.setdefault(name, []).append(place)
        if row["valid_to"]:
            continue
        if level == 1:
            short[stem_of(row["name"])] = place
        elif level == 2:
            short.setdefault(stem_of(place.province) + _stem(row["name"]), place)
    for row in _rows("names"):
        if row["valid_to"] >= PAPERS_SINCE and row["region"] in by_id:
            _, level, parent = by_id[row["region"]]
            place = _place(by_id, row["name"], level, parent)
            past.setdefault(row["name"], set()).add(replace(place, past=True))
    # 渝北区, 萧山市: papers of their time name them; a name that is in force means who bears it now.
    for name, places in past.items():
        if name not in named:
            named[name] = sorted(places, key=lambda place: place.path)
    island = short["台湾"]
    for name in _TAIWAN.split():
        named[name] = [Place(island.path + name, 2, island.province, name)]
    return {name: tuple(places) for name, places in named.items()}, short


def _rows(name: str) -> csv.DictReader[str]:
    """A table of the register of regions."""
    packed = files("anlan.kernel.regions").joinpath(f"data/{name}.csv.gz").read_bytes()
    return csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8")))


def _place(by_id: dict[str, tuple[str, int, str]], name: str, level: int, parent: str) -> Place:
    """The place of this name, written out below those that it belongs to."""
    names, of = [name], {level: name}
    while parent in by_id:
        above, depth, parent = by_id[parent]
        names.append(above)
        of[depth] = above
    return Place("".join(reversed(names)), level, of.get(1, ""), of.get(2, ""))


def _spellings(name: str, level: int) -> set[str]:
    spellings = {name} if len(name) > 2 or name[-1] == "县" else set()
    ethnic = re.search(r"自治(州|县)$", name)
    if ethnic:
        stem = _PEOPLES.sub("", name[: ethnic.start()])
        if len(stem) >= 2:
            spellings.add(stem + ethnic[1])
    return spellings


def stem_of(name: str) -> str:
    for stem in ("内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门"):
        if name.startswith(stem):
            return stem
    return name.rstrip("省市")


def _stem(name: str) -> str:
    return _PEOPLES.sub("", re.sub(r"(?:自治州|市|地区|盟)$", "", name))


@cache
def cities() -> dict[str, Place]:
    """Prefectures without their 市 (烟台, 大连), where no province and no word is called so."""
    named, short = gazetteer()
    found: dict[str, Place] = {}
    for name, places in named.items():
        if len(places) == 1 and places[0].level == 2 and name[-1] == "市":
            stem = name[:-1]
            if len(stem) >= 2 and stem not in short and stem not in _ALSO_WORDS:
                found[stem] = places[0]
    return found


@cache
def counties() -> dict[str, Place]:
    """Counties without their 县 or 市, where only one is called so."""
    stems: dict[str, list[Place]] = {}
    for name, places in gazetteer()[0].items():
        if len(name) > 2 and name[-1] in "市县" and places[0].level == 3:
            stems.setdefault(name[:-1], []).extend(place for place in places if not place.past)
    return {
        stem: places[0]
        for stem, places in stems.items()
        if len(places) == 1 and stem not in cities()
    }


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
    for length in (4, 3, 2):
        word = text[place : min(end, place + length)]
        where = cities().get(word)
        if where is None or len(word) < length:
            continue
        after = text[place + length : place + length + 2]
        if (word[-1] == "安" and after[:1] in "全装置排检静监防" and after != "全市") or after[
            :1
        ] in "路久":
            return None
        if any(text[max(0, place + 1 - size) : place + 1] in short for size in (2, 3)):
            return None
        return Mention(place, place + length, where)
    return None


def resolve(name: str, province: str, prefecture: str) -> Place | None:
    """The place of this name, chosen by what was named before it; none where it stays open."""
    places = gazetteer()[0].get(name, ())
    for wanted in ("prefecture", "province"):
        held = prefecture if wanted == "prefecture" else province
        near = [place for place in places if held and getattr(place, wanted) == held]
        if near:
            return near[0]
    return places[0] if len(places) == 1 else None


#: Where nothing was named yet.
NOWHERE = Place("", 0, "")


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
    titles = [match.span() for match in re.finditer(r"《[^》]*》", text[start:end])]
    place = start
    while place < end:
        if any(low <= place - start < high for low, high in titles):
            place += 1
            continue
        hit = _own(text, place, around) or _at(text, place, end, named, short, province, prefecture)
        hit = hit or _by_stem(text, place, start, end, around) or _behind(text, place, found)
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
                found.append(Mention(hit.start, place, None))
            continue
        found.append(hit)
        if hit.place is not None:
            province = hit.place.province or province
            prefecture = hit.place.prefecture
        place = hit.end
    return found


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


@cache
def stems_below(name: str) -> dict[str, Place]:
    """The places of this prefecture or province by their names without 市, 县 and 区."""
    stems: dict[str, list[Place]] = {}
    for full, places in gazetteer()[0].items():
        for place in places:
            inside = name in (place.prefecture, place.province) and place.path[-len(name) :] != name
            stem = _PEOPLES.sub("", re.sub(r"(?:自治[州县]|地区|新区|[市县区州盟旗])$", "", full))
            if inside and len(stem) >= 2:
                stems.setdefault(stem, []).append(place)
    return {stem: places[0] for stem, places in stems.items() if len(set(places)) == 1}


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
        for county in named.get(text[place : place + 2], ()):
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
