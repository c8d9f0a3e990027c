"""Of which campaign a paper tells, and up to when its results count.

从2020年4月至2022年12月,…三年行动     by the dates that the paper says
(2024—2026年) behind 治本攻坚三年行动   … or by its years
安全生产治本攻坚三年行动                by its name, where the paper says no dates
自4月15日起,开展大排查大整治行动         begun then; until the paper's own month

A paper that comes out while its campaign runs counts what was done (检查, 整改, 罚款) until the last
month that it gives statistics of, else until its own; what belongs to the plan itself (its parts,
tasks, bodies, slogans) is of the whole campaign. Afterwards all is of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .model import Find
from .periods import Span, When, is_baseline

#: Campaigns of the whole country, for papers that name one without its dates: how they are called,
#: from when to when, and how long afterwards papers still sum them up.
CAMPAIGNS = (
    (re.compile(r"治本攻坚"), "202401", "202612"),
    (re.compile(r"专项整治三年行动|安全生产[^。\n]{0,8}三年行动|三年行动"), "202004", "202212"),
)
HEAD = 600
#: So many lines of a paper may stand above its first sentence and with it.
HEAD_ROWS = 6
#: A campaign, or a drive of a paper's own place.
_NAMED = re.compile(r"行动|整治|攻坚|大检查|大排查|会战")
#: So far a paper says when its campaign began.
SAYS_CHARS = 900
#: A span of months so long is the campaign's, wherever it stands.
LONG_MONTHS = 18
#: A month that statistics end with is what the paper counts until, if it is so near to its own.
STATISTICS_LAG = 2
_CAMPAIGN_WORD = re.compile(r"行动|整治|攻坚|计划|规划")
_BEFORE_BRACKET = re.compile(r"(?:行动|整治|攻坚|方案|计划|规划)[(“”]{1,2}$")
_CARRIES_OUT = re.compile(
    r"[^。;\n\d]{0,60}?(?:开展|启动|实施|部署|组织|进行|为期)[^。;\n\d]{0,24}?(?:行动|会战|大排查|大检查|大整治|攻坚|专项整治)"
)
#: “11·24”事故发生后,立即开展大排查: what an accident was the occasion of begins with its month.
_AFTERWARDS = re.compile(
    r"[^。;\n\d]{0,30}?(?:事故|火灾|爆炸)(?:发生)?(?:之?后|以来|教训)[^。;\n\d]{0,50}?(?:开展|启动|部署|组织|进行)"
    r"[^。;\n\d]{0,30}?(?:行动|会战|大?排查|大?检查|大?整治|攻坚)"
)
_COUNTS = re.compile(r"[^。\n]{0,60}?\d")
_UNTIL = re.compile(r"截[至止]到?$")
#: What belongs to the plan, whenever its paper came out: its parts and tasks, and bodies by their noun.
_OF_THE_PLAN = re.compile(r"任务|方案|专题|阶段|专班|工作制度|领导小组|工作组|专项小组|量化")
_BODIES = re.compile(r"州市|县(?!级|委|长)|市\(|地市|设区市|省级部门|市级部门|行业领域|重点领域")
#: … unless something was done with them.
_DONE = re.compile(
    r"检查|抽查|排查|督[查导]|整改|整治|处罚|罚款|培训|宣传|查处|责令|关闭|完成|投入|覆盖|新增|建成|演练|立案"
)
RESULTS = frozenset(
    [
        "count",
        "rate",
        "change",
        "money",
        "physical",
        "zero_in_words",
        "universal_in_words",
        "rank_in_words",
    ]
)


def found(text: str, dates: Sequence[When], year: int, until: str) -> Span | None:
    """The campaign of this paper, as far as it says or names one."""
    for when in dates:
        months = when.ranged and len(when.span.first) == 6 and len(when.span.last) == 6
        if months and _months(when.span.first, when.span.last) >= LONG_MONTHS:
            return when.span
    for when in dates:
        years = when.ranged and len(when.span.first) == 4
        long = years and int(when.span.last) - int(when.span.first) >= 2
        if long and int(when.span.last) <= year + 5 and _is_one(text, when):
            known = _known(text, year)
            alike = known and (known.first[:4], known.last[:4]) == (when.span.first, when.span.last)
            return known if alike else when.span
    return _known(text, year) or _short(text, dates, until)


def _known(text: str, year: int) -> Span | None:
    """A paper about a campaign that all know needn't say when it is."""
    for name, first, last in CAMPAIGNS:
        of_its_time = not year or int(first[:4]) <= year <= int(last[:4]) + 1
        if of_its_time and name.search(text[:HEAD]):
            return Span(first, last)
    return None


def _short(text: str, dates: Sequence[When], until: str) -> Span | None:
    """自4月15日起开展大排查大整治行动, 5月至12月集中开展…行动: of a few months."""
    for when in dates:
        if when.start > SAYS_CHARS:
            return None
        if len(when.span.first) == 8 and not when.ranged and _AFTERWARDS.match(text, when.end):
            return Span(when.span.first[:6], max(until, when.span.first[:6]))
        if (
            (when.ranged or when.open) and len(when.span.first) >= 6 and not when.span.words
            and not is_baseline(text, when.start, when.end) and _CARRIES_OUT.match(text, when.end)
        ):  # fmt: skip
            last = when.span.last if when.ranged else until
            return Span(when.span.first, max(last, when.span.first[:6]))
    return None


def _is_one(text: str, when: When) -> bool:
    behind = _CAMPAIGN_WORD.search(text, when.end, when.end + 40) is not None
    return behind or _BEFORE_BRACKET.search(text[max(0, when.start - 12) : when.start]) is not None


def is_headed(text: str, campaign: Span) -> bool:
    """Whether the paper is about a campaign: its head names one, or the sentence that opens it."""
    rows = [row for row in text.split("\n") if row.strip()][:HEAD_ROWS]
    opening = next((row for row in rows[1:] if "。" in row), "").split("。")[0]
    return any(_NAMED.search(row) for row in (*rows[:1], opening)) or len(campaign.first) == 8


def _months(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[4:6]) - int(first[4:6]) + 1


def counted_until(text: str, dates: Sequence[When], until: str) -> str:
    """The last month that this paper gives statistics of (1—6月, 截至6月底), else its own."""
    ends = [
        when.span.last[:6]
        for when in dates
        if len(when.span.last) >= 6
        and not when.span.words
        and (
            when.ranged
            or not when.digits
            or _UNTIL.search(text[max(0, when.start - 3) : when.start])
        )
        and not is_baseline(text, when.start, when.end)
        and 0 <= _months(when.span.last, until) - 1 <= STATISTICS_LAG
        and _COUNTS.match(text, when.end)
    ]
    return max(ends, default=until)


def so_far(campaign: Span, until: str) -> Span:
    """What a running campaign has brought until this month; all of it where it is over."""
    low = campaign.first if len(campaign.first) >= 6 else f"{campaign.first}01"
    high = campaign.last if len(campaign.last) >= 6 else f"{campaign.last}12"
    if not low[:6] <= until < high[:6]:
        return campaign
    return Span(low, until)


def to_now(span: Span, own: str) -> Span | None:
    """前三季度…。截至目前: what was counted since January is counted until the paper's own month."""
    year = len(span.last) == 6 and span.first == f"{own[:4]}01"
    return Span(span.first, own[:6]) if year and span.last < own[:6] else None


_RISEN = re.compile(
    r"年?的?[^。;,]{0,16}?(?:上升|提高|提升|增加|增长|增|扩大|下降|减少|降低|降|减|压减)[到至为]"
)


def risen_from(text: str, when: When, place: int) -> bool:
    """由2024年的9.4项上升到40.1项: the second value is of the time after that year."""
    lead = text[max(0, when.start - 1) : when.start]
    return (
        lead in ("由", "从")
        and len(when.span.first) == 4
        and not when.ranged
        and (_RISEN.match(text, when.end, place) is not None)
    )


def until(first: str, cut_off: Span) -> Span:
    """From this date until the month of a cut-off day; the day itself where that isn't later."""
    low = first if len(first) >= 6 else f"{first}01"
    last = cut_off.last[:6] if len(cut_off.last) >= 6 else f"{cut_off.last}12"
    if low[:6] > last or not cut_off.last.isdigit():
        return cut_off
    whole = low[4:] == "01" and last == f"{low[:4]}12"
    return Span(low[:4], low[:4]) if whole else Span(low, last)


def is_result(find: Find) -> bool:
    """Whether a figure tells what was done, not what the plan consists of."""
    noun = find.hints.get("noun", "")
    of_plan = _OF_THE_PLAN.search(find.indicator + noun) or _BODIES.match(noun)
    return find.kind in RESULTS and not (of_plan and not _DONE.search(find.indicator + noun))
