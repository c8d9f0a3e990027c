"""Where and when: the region, the period and the actor that a place in a line inherits.

A figure's time is the last one named before it, as far as that holds:

    2022年8月10日至10月28日, 上半年      until the paragraph ends
    2022年, …                          until the heading, unless it only says when a paper came out
    2022年以来, 自2021年1月起             until the paragraph ends; its end is the campaign's or the document's
    2022年4月 (a single month or day)   until the sentence ends, or the next one that says 这次
    三年行动以来, 三年来                   the campaign, as far as the document can see
    较2019年, 6月20日前, 2021年为…阶段    nothing: a base, a deadline, a stage
    春运期间                            the days that the document calls so
    截至10月27日                        until the paragraph ends; since the campaign, or the year, began
    近日                               the month before the paper's own, until the paragraph ends
    一季度, 6月底前 in a paper of no year  the words themselves; last year is over once 今年5月底 is named
    nothing named                      the time of the heading above, else the campaign of the document so far, else its year
"""

from __future__ import annotations

import itertools
import re

from . import campaigns, frames, regions
from .frames import Frame
from .gazetteer import Place
from .layout import Line, in_brackets
from .periods import Span, When, is_baseline

_CAMPAIGN_SINCE = re.compile(
    r"(?:行动|整治|攻坚|大排查|大检查|会战)”?(?:工作)?(?:\([^)\n]{0,16}\))?自?(?:全面|正式|部署|组织)?(?:开展|实施|启动|部署)?以来|[三两]年来|(?:行动|整治)期间"
)
_COMPANY = re.compile(r"\s*[\u4e00-\u9fff]{2,12}?(?:公司|集团)")
_PAPER = re.compile(r"印发|制定|出台|修订|颁布|施行")
_OPENING = frozenset("。,;: \n")
_THIS_TIME = re.compile(
    r"\s*(?:从)?(?:这次|此次|本次|其间|期间|其中|现场|检查组|督[查导]组|执法人员|当[天日]|活动(?:当[天日]|现场|中)|另|共|累计|合计|并|发现|查处|排查|出动|责令|立案)"
)
_UP_TO_NOW = re.compile(r"截至目前|截止目前|迄今")
#: 近日,督查组检查了5家企业: the month before the paper's own.
_LATELY = re.compile(r"(?<![\u4e00-\u9fff])近日|(?<![\u4e00-\u9fff\d])日前(?=,)")
_SEASON = re.compile(rf"的?(?:{frames.SEASON})")
_DURING = re.compile(
    rf"(?P<name>{frames.EVENT})[\u4e00-\u9fff]{{0,4}}?期间|(?:[本此这]次|本轮)[\u4e00-\u9fff]{{0,4}}?(?P<this>{frames.EVENT})"
)
#: 从隐患类别看,…: what the paragraph before counted, by its parts.
_GOES_ON = re.compile(
    r"\s*(?:[(]?[一二三四五六七八九十\d]{1,2}[)、.]\s*)?(?:[从分按就][\u4e00-\u9fff]{1,10}?(?:看|分|划分|统计|分析),?)"
)
#: 其中:…, 发生道路交通事故179起: a paragraph that has no subject of its own.
_PART_OF = re.compile(r"\s*(?:其中|(?:未|没有)?发生|造成)")
#: 当天,检查组检查了5家企业: the day named last.
_THAT_DAY = re.compile(r"(?<![^,。;\n\s])(?:活动|会议|检查)?当[天日]")
#: 截至3月末,在建工地218个: what is there on that day.
_STANDS = re.compile(r"[末底]?,[^,。;\d]{0,10}?(?:在建|现有|共有|登记|注册|持证|存量|尚有|仍有)")
_ACCIDENTS = re.compile(r",?[^。;\d]{0,30}?(?:事故|死亡)")
_JOINED = re.compile(r"[、和与及]")
_BOTH = re.compile(r"等?[两二三四五六七八九十\d]{1,2}个?(?:省|市|县|区|州|地)")
_UNTIL = re.compile(r"截[至止]到?$")
#: 27日发布消息, 7月12日电: the day on which it was told, not that on which it was so.
_TOLD = re.compile(
    r"\s?(?:电|讯|消息)|[^,。;\n]{0,30}?(?:发布消息|发布的?|公布|获悉|了解到|新闻发布会|通报称)"
)
#: 占全年控制指标(177人)的48%: the year is that of the aim alone.
_AIM_OF = re.compile(r"(?:控制|考核|目标|任务|计划|指标)")
#: 成立于2009年6月3日: since when it is there, not of when its figures are.
_FOUNDED = re.compile(r"(?:成立|建成?|设立|注册|投产|竣工)于$")
#: 2023年“安全生产月”: the year is part of a name.
_NAME_FOLLOWS = re.compile(r"度?(?:[省市县区全]{0,2})“")
#: A sentence that names so many places is a list of them; none of them holds for the next one.
LIST_MIN = 4
_ACTOR = re.compile(
    r"(?:^|(?<=[,。;:、!“]))(?P<who>[\u4e00-\u9fff、]{0,16}?(?:安委会办公室|安委办|安委会|安办专班|应急管理[厅局部]|人民政府|党委、政府|"
    r"委、省政府|委、市政府|有限(?:责任)?公司|集团|救援总队|督查组|检查组|公安局|住建[厅局]|交通运输[厅局]|监管局|监察局))"
)


class Context:
    """What every place of one line inherits. The province of the section comes from outside."""

    def __init__(
        self, text: str, line: Line, sentences: list[tuple[int, int]], held: Frame,
        section: Place, whens: list[When], year: Span | None = None, day: Span | None = None,
        before: Span | None = None,
    ) -> None:  # fmt: skip
        self.before = before  # Of when the paragraph before was, for one that parts its numbers.
        self.day = day  # The last day that an earlier paragraph named: 当天 is that one.
        self.year = year  # A year that an earlier paragraph of this section named.
        self.text, self.line, self.sentences = text, line, sentences
        self.held, self.section, self.whens = held, section, whens
        self.named = regions.mentions(text, line.start, line.end, section)
        self.mentions = self._together(self.named)
        self.listed = self._listed()

    def _together(self, found: list[regions.Mention]) -> list[regions.Mention]:
        """枣庄、菏泽两市罚款合计612万元: of neither by itself, so of what both are in."""
        kept: list[regions.Mention] = []
        for mention in found:
            joined = kept and _JOINED.fullmatch(self.text, kept[-1].end, mention.start)
            if joined and _BOTH.match(self.text, mention.end):
                mention = regions.Mention(kept[-1].start, mention.end, None, back=True)
                while kept and _JOINED.fullmatch(self.text, kept[-1].end, mention.start):
                    mention = regions.Mention(kept.pop().start, mention.end, None, back=True)
                kept = [one for one in kept if one.start < mention.start]
            kept.append(mention)
        return kept

    def _listed(self) -> set[int]:
        """Where mentions stand that are some of many: 湖南10个,云南、四川各8个,贵州6个."""
        found: set[int] = set()
        for start, end in self.sentences:
            inside = [m for m in self.mentions if start <= m.start < end and m.place is not None]
            if len({m.place.path for m in inside if m.place and m.place.level}) >= LIST_MIN:
                found |= {m.start for m in inside}
        return found

    def sentence(self, place: int) -> tuple[int, int]:
        for start, end in self.sentences:
            if start <= place < end:
                return start, end
        return self.line.start, self.line.end

    def region(self, place: int, *, leading: bool = False) -> str:
        """The last place named before, in this line; else the section's."""
        start, end = self.sentence(place)
        held = self.section
        if leading and (first := self._first_after(place, end, start)):
            return first
        for mention in self.mentions:
            if mention.start >= place + 1:
                break
            if mention.start < start and mention.start in self.listed:
                continue
            if mention.place is None and self._share_of_all(mention, start):
                continue
            if mention.place is None:
                held = self.section if self.section.level or mention.back else held
            elif mention.place.level == 0:
                if mention.start >= start and not self._beside_province(mention):
                    held = mention.place
            else:
                held = mention.place
        opens = _COMPANY.match(self.text, start, end)
        named_here = any(start <= mention.start <= place for mention in self.mentions)
        return self.section.path if opens and not named_here else held.path

    def _share_of_all(self, mention: regions.Mention, start: int) -> bool:
        """西峰区查处112起,占全市近三成: the share is still that district's; that of three is the city's."""
        before = {m.place for m in self.mentions if m.place and start <= m.start < mention.start}
        return len(before) == 1 and self.text[mention.start - 1] == "占"

    def apiece(self, values: list[int]) -> list[str]:
        """晋江市、南安市事故起数分别为52起、41起: the places of so many values, in their order."""
        start, _ = self.sentence(values[0])
        said = max(self.text.rfind(word, start, values[0]) for word in ("分别", "依次"))
        row = [m for m in self.named if start <= m.start < said and m.place is not None]
        row = row[-len(values) :]
        joined = all(
            re.fullmatch(r"[、和及与]", self.text[a.end : b.start])
            for a, b in itertools.pairwise(row)
        )
        if len(row) != len(values) or not joined or self.text[row[0].start - 1] in "、和与及":
            return []
        return [mention.place.path for mention in row if mention.place is not None]

    def _cut_off(self, when: When) -> bool:
        """截至10月27日,…: what a paragraph counts is counted until that day."""
        return _UNTIL.search(self.text, max(0, when.start - 4), when.start) is not None

    def times_apiece(self, values: list[int]) -> list[str]:
        """1月、2月、3月起数依次为4起、6起、9起: the times of so many values, in their order."""
        start, _ = self.sentence(values[0])
        row = [when for when in self.whens if start <= when.start < values[0]][-len(values) :]
        joined = all(
            re.fullmatch(r"[、和及与]", self.text[a.end : b.start])
            for a, b in itertools.pairwise(row)
        )
        return [when.span.iso for when in row] if len(row) == len(values) and joined else []

    def _first_after(self, place: int, end: int, start: int) -> str:
        """A date that opens a sentence takes the place that the sentence then names."""
        if any(start <= mention.start < place for mention in self.mentions):
            return ""
        path, last = "", -1
        for mention in self.mentions:
            if place <= mention.start < end and mention.place is not None:
                if path and mention.start > last:
                    break
                if not mention.place.level and self._beside_province(mention):
                    return ""
                path, last = mention.place.path, mention.end
            elif place <= mention.start < end and not path:
                return ""
        return path

    def _beside_province(self, mention: regions.Mention) -> bool:
        """全国、全省: the nearer one counts."""
        return any(
            other.place is None and 0 <= other.start - mention.end <= 2 for other in self.mentions
        )

    def period(self, place: int) -> Span:
        """The last time named before in the sentence; a year holds until the paragraph ends."""
        start, _ = self.sentence(place)
        carried: tuple[int, Span] | None = None
        moved_on = False
        for when in reversed(self.whens):
            if (
                when.start >= place
                or (when.before and (not when.span.words or when.end <= start))
                or is_baseline(self.text, when.start, when.end)
                or self._in_title(when.start)
            ):
                continue
            if when.end <= start and re.search(
                r"到$", self.text[max(0, when.start - 1) : when.start]
            ):
                continue
            if in_brackets(self.text, self.line, when.start, place):
                continue
            if campaigns.risen_from(self.text, when, place):
                year = str(int(when.span.last[:4]) + 1)
                carried = (when.start, frames.since(year, self.held))
                break
            if len(when.span.first) == 8 and not when.ranged and _TOLD.match(self.text, when.end):
                continue
            aimed = re.search(r"(?<!截)[到至]$", self.text[max(0, when.start - 2) : when.start])
            to_come = when.span.last[:4] >= str(self.held.year)
            if aimed and to_come and re.search(r"[;;。]", self.text[when.end : place]):
                continue
            if when.span.words in ("今年", "本年") and self.held.default.words:
                break  # 关于一季度…的通报: of a paper of a quarter 今年 says no more.
            if len(when.span.first) == 4 and when.digits and _SEASON.match(self.text, when.end):
                continue  # 2022年春运 is a name.
            if len(when.span.first) == 4 and not when.ranged and self._names(when):
                continue
            if re.match(
                r"为|召开的|印发的|的(?!\d)|规范性|同期的?[\d一二三四五六七八九十]",
                self.text[when.end : when.end + 5],
            ):
                continue
            if _AIM_OF.match(self.text, when.end) and re.search(
                r"[)的,。;]", self.text[when.end : place]
            ):
                continue
            if _FOUNDED.search(self.text, max(0, when.start - 4), when.start):
                continue
            if when.end <= start and moved_on and not when.digits:
                continue  # 去年只有七成,今年5月底达到100%。… : last year is over there.
            single = not when.ranged and not when.open and len(when.span.first) > 4 and when.digits
            told = _THIS_TIME.match(self.text, start) or self._cut_off(when)
            if single and when.end <= start and not told:
                moved_on = moved_on or bool(when.span.words)
                continue
            lead = self.text[self.line.start : when.start].rstrip("自从").rstrip(" ")
            aside = when.open and bool(lead) and lead[-1] not in _OPENING
            if when.end <= start and (aside or self._issues(when)):
                continue
            carried = (when.start, self._span(when))
            break
        for hit in _CAMPAIGN_SINCE.finditer(self.text, self.line.start, place):
            if carried is None or hit.start() > carried[0]:
                carried = (hit.start(), self.held.done or self.held.default)
        for hit in _THAT_DAY.finditer(self.text, self.line.start, place):
            day = self.last_day(hit.start())
            if day and (carried is None or hit.start() >= carried[0]):
                carried = (hit.start(), day)
        for hit in _LATELY.finditer(self.text, self.line.start, place):
            if len(self.held.own) >= 6 and (carried is None or hit.start() >= carried[0]):
                month = frames.back(self.held.own[:6], 1)
                carried = (hit.start(), Span(month, month))
        for hit in _DURING.finditer(self.text, self.line.start, place):
            named = self.held.named.get(hit["name"] or hit["this"])
            if named and (carried is None or hit.start() >= carried[0]):
                carried = (hit.start(), named)
        for hit in _UP_TO_NOW.finditer(self.text, self.line.start, place):
            months = [w for w in self.whens if w.end <= hit.start() and len(w.span.first) == 6]
            if months and not months[-1].ranged and self.held.campaign is not None:
                carried = (hit.start(), frames.since(months[-1].span.first, self.held))
            elif not months and carried and (now := campaigns.to_now(carried[1], self.held.own)):
                carried = (hit.start(), now)
        if carried is None and self.before is not None and self._goes_on(self.before):
            return self.before
        return carried[1] if carried else self.year or self.held.default

    def _goes_on(self, before: Span) -> bool:
        """Whether this paragraph parts, or takes up, what the one before counted."""
        parted = len(before.first) == 8 and _GOES_ON.match(self.text, self.line.start) is not None
        return parted or _PART_OF.match(self.text, self.line.start) is not None

    def last_day(self, place: int | None = None) -> Span | None:
        """The last single day named before this place, or in all of the line."""
        end = self.line.end if place is None else place
        days = [
            when.span for when in self.whens
            if len(when.span.first) == 8 and not when.ranged and not when.open and not when.before
            and when.end <= end and not self._cut_off(when)
            and not re.match(r"\s?(?:电|讯|消息)", self.text[when.end : when.end + 3])
        ]  # fmt: skip
        return days[-1] if days else self.day

    def plain_year(self) -> Span | None:
        """The year that holds after this paragraph: its last 2022年, not 2022年以来."""
        last: Span | None = self.year
        if self.line.heading:
            return self._planned()
        for when in self.whens:
            if self._in_title(when.start) or is_baseline(self.text, when.start, when.end):
                continue
            if not when.digits and when.span.first == (self.year or self.held.default).first:
                continue  # 全年 says the year again.
            plain = len(when.span.first) == 4 and not (when.ranged or when.open) and when.digits
            if when.open and len(when.span.first) == 4 and self.held.campaign is None:
                # 今年以来 opens an account, too, where no campaign is told of.
                lead = self.text[self.line.start : when.start].strip()
                last = self._span(when) if not lead or lead[-1] in _OPENING else last
                continue
            told = plain and self.text[when.end : when.end + 1] == ","
            if told and not self._opens(when):
                continue  # …。2022年,全市事故起数下降: that sentence alone.
            last = when.span if told and not self._issues(when) else None
        if _CAMPAIGN_SINCE.search(self.text, self.line.start, self.line.end):
            return None
        return last

    def _opens(self, when: When) -> bool:
        """2022年,… at the head of its paragraph opens an account; a sentence of accidents is none."""
        _, end = self.sentence(when.start)
        return _ACCIDENTS.match(self.text, when.end, end) is None

    def _planned(self) -> Span | None:
        """三、2022年工作打算: what stands below is of that year."""
        words = self.text[self.line.start : self.line.end]
        plain = [when for when in self.whens if len(when.span.first) == 4 and not when.ranged]
        alone = re.fullmatch(r"[\s一二三四五六七八九十、.()\d]*?\d{4}年度?\s*", words)
        if len(plain) == 1 and (alone or re.search(r"打算|思路|计划|任务|目标|安排", words)):
            return plain[0].span
        return None

    def _names(self, when: When) -> bool:
        """6月16日,…举行2023年“安全生产月”活动: the day stands before it, the year only names."""
        start, _ = self.sentence(when.start)
        return _NAME_FOLLOWS.match(self.text, when.end) is not None and any(
            start <= other.start < when.start and other.span.first.startswith(when.span.first)
            for other in self.whens
        )

    def _issues(self, when: When) -> bool:
        """2021年,…印发…: when a paper came out says nothing of what comes after it."""
        return _PAPER.search(self.text, when.end, self.sentence(when.start)[1]) is not None

    def _span(self, when: When) -> Span:
        told = self.held.default
        if self._cut_off(when) and not (when.ranged or when.open or when.span.words):
            return self._counted_until(when)
        if when.open and len(when.span.first) == 4 and told.first[:6] == f"{when.span.first}01":
            return told  # 今年1月至3月25日…。今年以来: the paper's own span.
        if when.open and not when.span.words and (last := self._stops(when)):
            return campaigns.until(when.span.first, last)
        if when.open and not when.span.words:
            return frames.since(when.span.first, self.held)
        return when.span

    def _stops(self, when: When) -> Span | None:
        """截至4月底,今年以来检查…: until then, not until the paper's own month."""
        start, end = self.sentence(when.start)
        last = [one.span for one in self.whens if start <= one.start < end and self._cut_off(one)]
        told = bool(last) and len(last[0].last) >= 6 and last[0].last[:6] >= when.span.first[:6]
        return last[0] if told else None

    def _counted_until(self, when: When) -> Span:
        """截至10月27日: since the campaign or the year began, or the start that the sentence names.

        In a paper of one month or week it is the day itself.
        """
        start, _ = self.sentence(when.start)
        begun = [
            one.span.first for one in self.whens if one.open and start <= one.start < when.start
        ]
        told = self.held.so_far
        whole = len(told.first) == 4 or told is not self.held.default or told == self.held.campaign
        if _STANDS.match(self.text, when.end):
            return when.span
        if not (begun or whole or (told.first[4:6] == "01" and told.last[4:6] != "01")):
            return when.span
        return campaigns.until(begun[-1] if begun else told.first, when.span)

    def _in_title(self, place: int) -> bool:
        opened = self.text.rfind("《", self.line.start, place)
        return opened >= 0 and self.text.find("》", opened, place) < 0

    def actor(self, place: int) -> str:
        """Who is said to have done it: the last body named in the paragraph."""
        last = ""
        for hit in _ACTOR.finditer(self.text, self.line.start, place):
            last = hit["who"].lstrip("、")
        return last
