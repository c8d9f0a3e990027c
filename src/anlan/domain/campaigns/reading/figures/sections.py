"""Whose a paper is, and whose and of when its sections are.

泰安市岱岳区安委会关于…通报      a place written out in full is its last one
一、信州区 / 玉山县: / (二)陕西省    a heading that is a place's name holds …
四、下一步工作                    … until a heading of its rank names none
全省, 各市州 beside a county's name   a paper of the level above
湘应急函〔2021〕45号               where no place is named, the number says whose it is
全省共接报…                      and where nothing does, the paper's own word for its place
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import regions, tellers
from .frames import Frame
from .gazetteer import NATION, NOWHERE, Place, gazetteer, resolve, stem_of
from .layout import Line
from .periods import Span, is_baseline, whens

#: How a heading's rank is written, whatever the order in which a paper uses them.
_RANKS = (
    re.compile(r"\s*第?[一二三四五六七八九十]{1,3}(?:部分)?[、.,:]?(?=\S)"),
    re.compile(r"\s*\([一二三四五六七八九十]{1,3}\)[、.]?"),
    re.compile(r"\s*\d{1,2}[、.](?!\d)"),
    re.compile(r"\s*\(\d{1,2}\)[、.]?"),
)
_RANKS_BEGIN = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d))"
)
#: What may follow a place's name in the heading of its section.
_ONLY_NAMED = re.compile(
    r"(?:$|[:。(—\s])|(?:[\u4e00-\u9fff]{0,6}(?:情况|问题|隐患|清单|方面|片区|督导组|检查组|督查组)(?:$|[:。(\s]))"
)
#: What speaks of the whole again, where headings bear no numbers.
_BACK = re.compile(
    r"下一步|下步|工作要求|有关要求|相关要求|工作建议|总体|[全各][省市县区州]|附件?:?"
)
#: A line that tells where a page comes from heads nothing.
_PAGE = re.compile(r"来源:|责任编辑|作者:|首页")
TITLE_CHARS_MAX = 24
#: A line with an amount is no heading, whatever its number.
_COUNTED = re.compile(r"\d(?:余|多|万|亿)?(?:[起人家条项个次处座件户份%])")


@dataclass(frozen=True)
class Section:
    """What a heading says of all that stands below it, as far as it says it."""

    rank: int
    place: Place | None
    span: Span | None


#: 一、过去一年工作回顾 of a report that a people's congress hears in January.
_PAST_YEAR = re.compile(r"过去(?:的)?一年|去年(?:主要)?工作|(?<!\d)一年来(?:的)?工作")


class Sections:
    """The headings above a line that say where or when, the outermost first."""

    def __init__(self, home: Place, held: Frame) -> None:
        self.home, self.frame = home, held
        self.held: list[Section] = []

    @property
    def place(self) -> Place:
        """Whose a line is that names no place itself."""
        return next((one.place for one in reversed(self.held) if one.place), self.home)

    @property
    def span(self) -> Span | None:
        """Of when a line is that names no time itself."""
        return next((one.span for one in reversed(self.held) if one.span), None)

    def enter(self, text: str, line: Line) -> None:
        """Take this line's heading in, if it is one."""
        rank, opening = _rank(text, line)
        said = text[opening : line.end]
        if not (line.heading or rank >= 0) or "\t" in said:
            return
        place = None if _PAGE.search(said) else self._named(text, opening, line)
        span = self._spanned(text, line) if rank >= 0 and line.heading else None
        if place or span or rank >= 0 or _BACK.match(said):
            self._close(rank)
        if place or span:
            self.held.append(Section(rank, place, span))

    def _close(self, rank: int) -> None:
        """A heading ends those of its own rank and what stands below them."""
        ranks = [one.rank for one in self.held]
        if rank in ranks:
            del self.held[ranks.index(rank) :]

    def _spanned(self, text: str, line: Line) -> Span | None:
        """二、上半年全省煤矿事故情况: all below is of that time, where no figure stands beside it."""
        year = int(self.span.first[:4]) if self.span else self.frame.year
        times = whens(text, line.start, line.end, year, self.frame.own)
        if not times and _PAST_YEAR.search(text[line.start : line.end]) and self.frame.year:
            return Span(str(self.frame.year - 1), str(self.frame.year - 1))
        if len(times) != 1 or times[0].before or times[0].open or len(times[0].span.first) == 8:
            return None
        rest = text[line.start : times[0].start] + text[times[0].end : line.end]
        titled = is_baseline(text, times[0].start, times[0].end) or re.search(r"[《》〔]", rest)
        return None if titled or _COUNTED.search(rest) else times[0].span

    def _named(self, text: str, opening: int, line: Line) -> Place | None:
        end = min(line.end, opening + TITLE_CHARS_MAX)
        found = regions.mentions(text, opening, end, self.home)
        if not found or found[0].start > opening:
            return None
        last = _last_of(text, found, 0)
        place = last.place or self.home
        return place if place.level and _ONLY_NAMED.match(text, last.end, line.end) else None


def rank_of(text: str, line: Line) -> int:
    """The rank of a line's number, the highest nought, or -1."""
    return _rank(text, line)[0]


def _rank(text: str, line: Line) -> tuple[int, int]:
    """The rank of a line's number, or -1, and where its words begin."""
    if _RANKS_BEGIN.match(text, line.start, line.end):
        for rank, shape in enumerate(_RANKS):
            if hit := shape.match(text, line.start, line.end):
                return rank, hit.end()
    spaces = re.compile(r"\s*").match(text, line.start, line.end)
    return -1, spaces.end() if spaces else line.start


def _last_of(text: str, found: list[regions.Mention], index: int) -> regions.Mention:
    """云南省曲靖市富源县, 高新区(新北区): a place written out is the last one of its row."""
    held = found[index]
    for mention in found[index + 1 :]:
        between = text[held.end : mention.start]
        inside = (
            held.place is not None and mention.place is not None
            and mention.place.path != held.place.path and mention.place.path.startswith(held.place.path)
        )  # fmt: skip
        if not inside or not _WITHIN.fullmatch(between):
            break
        held = mention
    return held


#: 常州国家高新区(新北区): a zone that is a district, too.
_WITHIN = re.compile(r"(?:[\u4e00-\u9fff]{0,6}区\()?")


#: A paper whose head names as many provinces, and calls none its own, is of the whole country.
SEVERAL = 2
#: Who speaks for the whole country, and what only a region says of itself.
_NATIONAL = re.compile(
    r"国务院|国新办|应急管理部|公安部|住房和?城乡建设部|国家[^,。]{2,10}局|全国|(?:交通运输|工业和信息化|水利|农业农村|教育|文化和旅游|商务|生态环境|自然资源)部(?!门)"
)
_OWN_REGION = re.compile(r"[全我本][省市县区州旗]|[省市县区]委|[省市县区]安委")
_OWN_CITY = re.compile(r"全市|我市|本市|市委|市政府|市安委|市级")
_OWN_TOWN = re.compile(r"[全我本该][镇乡]|(?:全|我|本|该)街道")
#: So far a paper is searched for whose it is.
HEAD_CHARS = 4000
TELLS_CHARS = 700
_OFFICE = r"(?:[\u4e00-\u9fff]{0,8}(?:局|委员会|安委会|安委办|统计)|人民政府|政府|市委)"
_OWN_COUNTY = re.compile(
    r"[全我]县|县(?=委|政府|人民政府|长|人大|政协|安委|应急|直|级)|[全我]区|(?<![地社校园片山厂治])区(?=委|政府|人民政府|长|人大|政协|安委|应急|直|级)"
)


def first_place(text: str, given: str, *, taiwan: bool = False) -> Place:
    """What the document as a whole speaks of, when the caller hasn't said so.

    taiwan: whether it counts its years as Taiwan does; its 全國 is that island then.
    """
    if given:
        named, short = gazetteer()
        place = short.get(given) or (named.get(given) or (None,))[0]
        return place or Place(given, 1, given)
    titled = _head(text)
    named_first = [
        mention for mention in regions.mentions(text, 0, min(len(text), 700))
        if mention.place is not None and text[mention.end : mention.end + 2] != "生产"
        and not _LEARNT.search(text, max(0, mention.start - 8), mention.start)
        and _is_whose(text, mention, titled)
    ]  # fmt: skip
    head = [(mention.start, mention.place) for mention in named_first if mention.place]
    if taiwan and not head:
        return gazetteer()[1]["台湾"]
    nation = _NATIONAL.search(text[:700])
    own = _OWN_REGION.search(text[:1500])
    if nation and ((not head and not own) or (head and nation.start() < head[0][0] and not own)):
        return Place(NATION, 0, "")
    several = {place.province for _, place in head if place.province}
    if len(several) >= SEVERAL and not _OWN_REGION.search(text[:1500]):
        return Place(NATION, 0, "")
    if own and own.start() < TELLS_CHARS and len(several) < SEVERAL:
        # 全国“百日清零行动”…我省: whose own place it speaks of isn't the nation.
        named_first = [one for one in named_first if one.place and one.place.level]
    if named_first and (place := _last_of(text, named_first, 0).place):
        return _whose(text, tellers.settled(text, place))
    if place := tellers.county(text):
        return _whose(text, place)
    for told in (False, True):
        for mention in regions.mentions(text, 0, min(len(text), HEAD_CHARS), tellers=told):
            if (
                mention.place is not None
                and mention.place.level
                and not _LEARNT.search(text, max(0, mention.start - 8), mention.start)
                and _is_whose(text, mention, titled)
            ):
                return _whose(text, tellers.settled(text, mention.place))
    place = _by_number(text) or (tellers.province(text) if own or not nation else None)
    return place or (Place(NATION, 0, "") if nation else _by_word(text))


#: 吸取江苏响水…事故教训: where it happened isn't whose the paper is.
_LEARNT = re.compile(r"(?:吸取|汲取|借鉴)[^,。;]{0,4}$")
#: What comes behind a place's name where the place itself speaks.
_SPEAKS = re.compile(_OFFICE)


def _is_whose(text: str, mention: regions.Mention, titled: int) -> bool:
    """A place that no register holds is a paper's own in its title, or where its office speaks."""
    known = mention.place is None or mention.place.province or not mention.place.level
    return bool(known) or mention.start < titled or _SPEAKS.match(text, mention.end) is not None


_WHOLE = re.compile(
    r"全(?P<of>[省市县区旗州])(?![域间别块民长])|[我本](?P<own>[省市县区旗州])(?=[共内各有的,])"
)
_WHOLE_LEVELS = {"省": 1, "市": 2, "州": 2, "县": 3, "区": 3, "旗": 3}


def _by_word(text: str) -> Place:
    """A paper that nowhere says whose it is, but speaks of 全省: of that, by its own word."""
    hit = _WHOLE.search(text[:HEAD_CHARS])
    if hit is None:
        return NOWHERE
    return Place(f"全{hit['of'] or hit['own']}", _WHOLE_LEVELS[hit["of"] or hit["own"]], "")


#: The first sign of a paper's number says whose it is: 湘应急函〔2021〕45号.
_SIGNS = {
    "京": "北京", "津": "天津", "冀": "河北", "晋": "山西", "蒙": "内蒙古", "辽": "辽宁", "吉": "吉林", "黑": "黑龙江",
    "沪": "上海", "苏": "江苏", "浙": "浙江", "皖": "安徽", "闽": "福建", "赣": "江西", "鲁": "山东", "豫": "河南",
    "鄂": "湖北", "湘": "湖南", "粤": "广东", "桂": "广西", "琼": "海南", "渝": "重庆", "川": "四川", "黔": "贵州",
    "滇": "云南", "云": "云南", "藏": "西藏", "陕": "陕西", "甘": "甘肃", "青": "青海", "宁": "宁夏", "新": "新疆",
}  # fmt: skip
_NUMBERED = re.compile(
    rf"(?:^|[\n \u3000(])({'|'.join(_SIGNS)})(?=[\u4e00-\u9fff]{{1,8}}[〔\[](?:19|20)\d\d)"
)


def _by_number(text: str) -> Place | None:
    hit = _NUMBERED.search(text[:700])
    if hit is None:
        return None
    return gazetteer()[1][_SIGNS[hit[1]]]


def _head(text: str) -> int:
    """Where the second line that says anything ends, or the first sentence: the title and who it is sent to."""
    at = lines = 0
    while at < len(text) and lines < 2:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if "。" in text[at:end]:
            break
        lines += bool(text[at:end].strip())
        at = end + 1
    return min(at, len(text))


def _whose(text: str, place: Place) -> Place:
    """A city's paper that names one of its counties first is still the city's."""
    titled = any(mention.place == place for mention in regions.mentions(text, 0, _head(text)))
    of_city = place.level == 2 and _OWN_CITY.search(text[:1500])
    of_province = re.search(r"全省|我省|本省|省级|各市", text[:1500])
    if place.level > 1 and of_province and not (titled or of_city):
        return gazetteer()[1].get(stem_of(place.province)) or place
    if place.level == 3 and place.path.endswith("市"):
        name = place.path.removeprefix(place.province + place.prefecture)
        office = re.search(rf"{name}{_OFFICE}", text[:1500])
        if titled or office or tellers.papers_of(text, stem_of(name)):
            return place  # 广德市应急管理局, 宁国日报: a city below a city says 全市 of itself.
    if _OWN_TOWN.search(text[:1500]):
        return place
    if place.level != 3 or not _OWN_CITY.search(text[:1500]) or _OWN_COUNTY.search(text[:1500]):
        return place
    return resolve(place.prefecture, place.province, place.prefecture) or place
