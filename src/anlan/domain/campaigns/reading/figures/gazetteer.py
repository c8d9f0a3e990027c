"""The places that a text may name: the register's down to counties, as papers call them.

full names, and those that a place had in the time of its papers (渝北区, 萧山市); 甘孜州 for 甘孜藏族自治州
short names of provinces and prefectures; stems of counties where only one is called so
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
_PEOPLES = re.compile(
    r"(?:壮|苗|彝|白|傣|景颇|哈尼|傈僳|藏|羌|回|蒙古|布依|侗|土家|朝鲜|黎|哈萨克|柯尔克孜|维吾尔|土|撒拉|瑶|满|佤|"
    r"拉祜|纳西|独龙|怒|水|仡佬|畲|仫佬|毛南|达斡尔|锡伯|裕固|东乡|保安|各)族|蒙古|哈萨克|柯尔克孜"
)
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
        "大庆",
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
#: What people of the place call their city.
_SAID_SHORT = {"哈市": "哈尔滨市", "呼市": "呼和浩特市", "乌市": "乌鲁木齐市", "齐市": "齐齐哈尔市"}
#: Counties and districts whose names are words without 县, 市 or 区: 公安交警 isn't of 公安县.
_COUNTIES_ALSO_WORDS = frozenset((
    "公安", "合作", "和平", "东方", "共和", "延长", "同心", "平原", "兴隆", "大方", "大城", "友谊", "通道", "中方", "明水",
    "万年", "平定", "大关", "民权", "民乐", "武功", "康乐", "新民", "高台", "开化", "林口", "大通", "石城", "和政", "安福",
    "永和", "永安", "长安", "平安", "大安", "太和", "海安", "新安", "文成", "集贤", "临时", "建设",
    "解放", "光明", "前进", "友好", "富裕", "中原", "工农", "爱民", "南部", "河西", "东城", "西城", "站前", "东风", "龙江",
    "宝塔", "上街", "海港", "卫东", "西市", "港口", "城关", "城东", "城西", "城北", "城中", "二七", "中站", "金水", "立山",
    "全州", "安全", "安宁", "红旗", "新华", "胜利", "新城", "开发", "文明", "团结", "永新", "进步", "人民", "新建", "广场",
))  # fmt: skip
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


#: Where nothing was named yet.
NOWHERE = Place("", 0, "")


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
def cities(*, also_words: bool = False) -> dict[str, Place]:
    """Prefectures without their 市 (烟台, 大连), where no province and no word is called so.

    also_words: with those that are words, too (自贡, 大同), for where a title begins.
    """
    named, short = gazetteer()
    found: dict[str, Place] = {}
    for name, places in named.items():
        if len(places) == 1 and places[0].level == 2 and name[-1] == "市":
            stem = name[:-1]
            plain = also_words or stem not in _ALSO_WORDS
            if len(stem) >= 2 and stem not in short and plain:
                found[stem] = places[0]
    for said, name in _SAID_SHORT.items():
        found[said] = named[name][0]
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
        if len(places) == 1 and stem not in cities() and stem not in _COUNTIES_ALSO_WORDS
    }


@cache
def stems() -> dict[str, Place]:
    """Counties and districts by their stems, where only one is called so and no city or word is."""
    found: dict[str, set[Place]] = {}
    for name, places in gazetteer()[0].items():
        if len(name) > 2 and name[-1] in "市县区旗" and not name.endswith("新区"):
            for place in places:
                if place.level == 3 and not place.past:
                    stem = _PEOPLES.sub("", re.sub(r"(?:自治[县旗]|[市县区旗])$", "", name))
                    found.setdefault(stem, set()).add(place)
    taken = cities(also_words=True).keys() | gazetteer()[1].keys() | _COUNTIES_ALSO_WORDS
    return {
        stem: next(iter(places)) for stem, places in found.items()
        if len(places) == 1 and len(stem) >= 2 and stem not in taken
    }  # fmt: skip


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


def resolve(name: str, province: str, prefecture: str) -> Place | None:
    """The place of this name, chosen by what was named before it; none where it stays open."""
    places = gazetteer()[0].get(name, ())
    for wanted in ("prefecture", "province"):
        held = prefecture if wanted == "prefecture" else province
        near = [place for place in places if held and getattr(place, wanted) == held]
        if near:
            return near[0]
    return places[0] if len(places) == 1 else None
