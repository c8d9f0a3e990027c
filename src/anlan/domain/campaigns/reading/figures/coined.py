"""Places that no register holds: new, renamed, a town, or one that a sample made up.

清河市2025年安全生产工作总结      at the head of a title or of a clause, behind 据, 在, 其中, 关于
石门区排查隐患, 金沙州亡人最多      the form of a name and nothing that is a word: 城区, 全市, 作业区, 大城市
加油区 beside 加油站              what is said of other things, too, isn't a name
"""

from __future__ import annotations

import re
from functools import lru_cache

from .gazetteer import Place, cities, gazetteer

TOWN = 4
#: What a kind of place is called, and how far down it stands.
_LEVELS = {
    "省": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "区": 3, "旗": 3, "镇": TOWN, "乡": TOWN, "街道": TOWN,
}  # fmt: skip
#: Signs that no name holds: those that count, point, join and say what is done.
_NO_NAME = (
    "自全各本我该某每另其这那有个多少数几两一二三四五六七八九十百千万的了和与及或在从向对将把被由为是"
    "以按据等已未不再并也都均非跨省市县区旗镇乡村街道级您他"
)
#: What stands before 区, 市 … in a word: 城区, 库区, 超市, 贫困县, 集镇, 返乡, 红旗, 联盟.
_WORDS_END = {
    "区": "小新社园地片厂景校牧林矿库辖城郊灾港战特专能禁罐业范护治工活险产储存宅发理务办公商民居住聚集控制管盲死误"
    "疫养殖展览流税验化油卸装车货料堆电开洼峡湿暖热带火候服诊病教学采掘井泊停闲建设洞坝渔牲农点目政济心部域",
    "市": "点部范海超集夜股门上楼都街早开闹灯菜贸花罢入退辖直屋",
    "县": "困范点部市郡属辖邻强",
    "镇": "城集重心点范村冰坐特工古名强",
    "乡": "城家返水老回还同故他异思",
    "旗": "红国锦彩党军团战升",
    "盟": "联加同结",
    "州": "神各",
    "省": "节反缺得",
    "街道": "主要",
}
#: A name behind one of these, or where a line or clause begins: 据东林县, 家住城关镇, 其中春城市.
_BEFORE = (
    r"(?:(?<![^\s,。;:、!?()“《])(?:[一二三四五六七八九十\d]{1,2}[、.]\s*)?"
    r"(?:其中,?|据|在|由|对|为|经|关于|家住|位于|来自|今年以来,?|截至目前,?)?)"
)
#: What makes a word of what would be a name: 石门区域, 春城市场, 集镇化.
_BEHIND = r"(?!政(?!府|协)|[域间别块长场民容值面份级去略化帜舰亲镇乡村区市县]|道(?!路))"
_FORM = re.compile(
    rf"{_BEFORE}(?P<name>(?P<stem>[\u4e00-\u9fff]{{2,3}}?)(?P<kind>街道|[省市州盟县区旗镇乡])){_BEHIND}"
)
#: 大城市, 城市管理: a city whose name ends so is named twice, and of cities as such nothing is said.
_OF_CITIES = re.compile(
    r"管理|建设|更新|运行|安全|生命|地下|燃气|轨道|道路|规划|供水|排水|内涝|综合|居民|公共|基础|桥梁|高层|发展|功能|治理|环境|群"
)
_CITIES_LEAD = "大中小新旧老代型际抓强建副护推使让因"
#: So many forms are looked at in one paper.
FORMS_MAX = 200


@lru_cache(maxsize=2)
def coined(text: str) -> dict[str, Place]:
    """Places of this text by their names, which the gazetteer hasn't."""
    named = gazetteer()[0]
    found: dict[str, Place] = {}
    refused: set[str] = set()
    for hit in _FORM.finditer(text):
        name = hit["name"]
        if name in found or name in refused:
            continue
        if len(found) + len(refused) >= FORMS_MAX:
            break
        if len(named.get(name, ())) == 1 or not _is_name(text, hit["stem"], hit["kind"]):
            refused.add(name)
            continue
        found[name] = Place(name, _LEVELS[hit["kind"]], "")
    return found


def _is_name(text: str, stem: str, kind: str) -> bool:
    name = stem + kind
    if any(sign in _NO_NAME for sign in stem) or stem[-1] in _WORDS_END[kind]:
        return False
    if stem[-1] + kind in gazetteer()[1] or stem[-1] + kind in cities():
        return False  # 建成贵州
    if kind == "市" and stem[-1] == "城":
        lone = len(stem) != 2 or stem[0] in _CITIES_LEAD or text.count(name) < 2
        if lone or any(_OF_CITIES.match(text, at.end()) for at in re.finditer(name, text)):
            return False
    # 加油区 where 加油站 stands, too: a word, not a name.
    uses = re.findall(f"{stem}(.)", text)
    return all(use == kind[0] or use in "省市州盟县区旗镇乡街,。、;" for use in uses)
