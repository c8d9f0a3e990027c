"""Does a document's own arithmetic hold? Checked when it is read, before anyone confirms a figure.

    sums        其中 parts against their whole; 1+2+N against the plans it names
    shares      a rate against the two counts before it
    changes     同比 against both values, or against the difference
    words       near and more than at once; a classifier that doesn't fit; 同比 with a fixed year

Totals, shares of a whole and what was settled are in `totals`, what is said twice of the same thing in `populations`. A contradiction can't hold; a gap can't
be reconciled from the text. Neither is mended: a person decides.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from .figures import Figure, frames
from .figures.folding import fold

#: How much is checked: no notice of a government comes near it.
MOST = 2000
LONGEST = 1_000_000

INCONSISTENT = "inconsistent"
GAP = "gap"


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation: this engine knows nothing of the framework that has it."""
    return text


#: What each finding says, as a sentence with named places.
SENTENCES = {
    "parts_exceed": gettext_noop("The parts add up to %(sum)s, more than the whole of %(whole)s."),
    "parts_fall_short": gettext_noop("The parts are said to make up the whole, but add up to %(sum)s, not %(whole)s."),
    "total": gettext_noop("The numbers listed add up to %(sum)s, but the document gives their total as %(whole)s."),
    "shares_exceed": gettext_noop("The shares add up to %(sum)s %%, more than all."),
    "over_whole": gettext_noop("%(stated)s %% is more than all."),
    "settled_exceed": gettext_noop("%(done)s are said to be settled of %(found)s found: older ones may be among them."),
    "backwards": gettext_noop("The time ends (%(last)s) before it begins (%(first)s)."),
    "share": gettext_noop("%(part)s of %(whole)s is %(computed)s %%, but the document says %(stated)s %%."),
    "change": gettext_noop("From %(before)s to %(now)s is a change of %(computed)s %%, but the document says %(stated)s %%."),
    "direction": gettext_noop("%(now)s against %(before)s is the other direction than the document says."),
    "code_parts": gettext_noop("The code %(code)s names %(stated)s plans of the last kind, but %(base)s sectors and %(new)s new ones make %(sum)s."),
    "listed": gettext_noop("The document says %(stated)s, but lists %(counted)s."),
    "bounds": gettext_noop("“%(text)s” says nearly and more than at once."),
    "classifier": gettext_noop("%(unit)s doesn't count %(noun)s: it is unclear what was counted."),
    "two_units": gettext_noop("%(unit)s is a unit and a number of times at once: it can't be used as a distinct count."),
    "fixed_base": gettext_noop("“Year on year” is used with %(year)s as its base: this is a change against a fixed year."),
    "no_as_of": gettext_noop("The figure has no date up to which it was counted, and the document has none either."),
    "twice_whole": gettext_noop("%(first)s and %(second)s are given for %(noun)s; “all” can't hold for both at one date."),
    "twice": gettext_noop("%(first)s and %(second)s are given for %(noun)s: the scopes seem to differ."),
    "visits": gettext_noop("%(checked)s inspected are more than the %(known)s that exist: the unit is probably visits."),
    "populations": gettext_noop("Nearly the same population is counted as %(values)s under different names."),
    "classes": gettext_noop("All are said to be graded, but the classes add up to %(sum)s of %(whole)s."),
    "coverage": gettext_noop("Full coverage is claimed, but %(part)s of %(whole)s are named: the claim may be of another thing."),
    "states": gettext_noop("%(approved)s approved, but %(later)s in later states: the states overlap in a way the text doesn't say."),
    "sectors": gettext_noop("The sectors named add up to %(sum)s of %(whole)s: they are examples, not the parts of the whole."),
    "results": gettext_noop("The results named add up to %(sum)s, but the total is %(whole)s: the levels seem to differ."),
}  # fmt: skip


@dataclass(frozen=True)
class Contradiction:
    """Figures of one document that can't all be right, or can't be brought together."""

    code: str
    verdict: str
    figures: tuple[Figure, ...]
    values: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> int:
        return min(figure.start for figure in self.figures)

    @property
    def end(self) -> int:
        return max(figure.end for figure in self.figures)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """Why this can't be, in one sentence; the caller brings the language."""
        return translate(SENTENCES[self.code]) % self.values


def contradictions(figures: list[Figure], text: str) -> list[Contradiction]:
    """Everything in these figures that their own document doesn't bear out, in its order."""
    from . import populations, totals

    plain = fold(text)[:LONGEST]
    ordered = sorted(figures, key=lambda figure: (figure.start, figure.end))[:MOST]
    found: list[Contradiction] = []
    for check in (_parts, _shares, _changes, _listed, _words, _undated):
        found += check(ordered, plain)
    found += totals.contradictions(ordered, plain)
    found += populations.contradictions(ordered, plain)
    return sorted(found, key=lambda item: (item.start, item.end))


def plain(value: int | Decimal) -> str:
    """A value as people write it."""
    return f"{value:,}" if isinstance(value, int) else f"{value.normalize():f}"


def sentence_of(text: str, place: int, stops: str = "。!?\n") -> tuple[int, int]:
    """The sentence this place is in."""
    start = max(text.rfind(stop, 0, place) for stop in stops) + 1
    ends = [end for end in (text.find(stop, place) for stop in stops) if end >= 0]
    return start, min(ends, default=len(text))


def _counts(figures: list[Figure]) -> list[Figure]:
    kinds = ("count", "target", "money", "physical")
    return [figure for figure in figures if figure.kind in kinds and figure.end_value is None]


def _parts(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A whole, 其中, and its parts in the same sentence, in the same unit."""
    counts = _counts(figures)
    for hit in islice(re.finditer(r"其中[,:]?|分别[是为]|包括", text), MOST):
        start, end = sentence_of(text, hit.start())
        before = [f for f in counts if start <= f.start and f.end <= hit.start() + 1]
        stop = text.find(";", hit.end(), end)
        parts = [f for f in counts if hit.end() <= f.start and f.end <= (stop if stop > 0 else end)]
        if not before or not parts:
            continue
        yield from _tolls(before, parts, text)
        whole = before[-1]
        same: list[Figure] = []
        for part in parts:
            if part.unit != whole.unit or (same and "其中" in text[same[-1].end : part.start]):
                break
            # 其中重大隐患31项,整改完成1187项: what became of the whole, not a part of it.
            if (
                same
                and _SETTLED.search(text[same[-1].end : part.start])
                and not _SETTLED.search(text[hit.end() : same[0].start])
            ):
                break
            same.append(part)
        if _overlapping(same, text, hit.end()):
            continue
        if not same or whole.value <= 0:
            continue
        total = sum((Decimal(part.value) for part in same), Decimal(0))
        bigger = max(Decimal(part.value) for part in same) > whole.value
        lists = len(same) >= 2 and all(
            re.fullmatch(r"[^。;]{0,24}", text[a.end : b.start])
            for a, b in itertools.pairwise(same)
        )
        if (bigger and _firm(whole)) or (
            lists
            and total > whole.value
            and _apart(total, whole.value)
            and _firm(whole)
            and hit[0] != "包括"
        ):
            yield _found(
                "parts_exceed", (whole, *same), sum=plain(int(total)), whole=plain(whole.value)
            )
        elif (
            hit[0] in ("分别是", "分别为")
            and len(same) >= 2
            and _firm(whole)
            and not whole.bound
            and total != whole.value
        ):
            yield _found(
                "parts_fall_short", (whole, *same), sum=plain(int(total)), whole=plain(whole.value)
            )


_SETTLED = re.compile(r"整改|完成|销号|办结|闭环|处罚|立案|移交|关闭|取缔|验收|已")


def _tolls(before: list[Figure], parts: list[Figure], text: str) -> Iterator[Contradiction]:
    """18起、死亡20人,其中建筑业9起、死亡10人,工业…: each unit has its own sum."""
    wholes = before[-2:]
    units = [whole.unit for whole in wholes]
    if units != ["起", "人"] or [part.unit for part in parts] != units * (len(parts) // 2):
        return
    if len(parts) < 4 or len(text[wholes[0].end : wholes[1].start]) > 4:
        return
    for which, whole in enumerate(wholes):
        row = parts[which::2]
        total = sum((Decimal(part.value) for part in row), Decimal(0))
        if total > whole.value and _firm(whole):
            yield _found("parts_exceed", (whole, *row), sum=plain(total), whole=plain(whole.value))


_DONE_TO = re.compile(
    r"整改|完成|销号|办结|闭环|处罚|立案|移交|关闭|取缔|验收|注销|注\(吊\)销|变更|拆除|搬迁|停产|停业|吊销|暂扣|约谈|曝光|罚款|整顿"
)


def _overlapping(parts: list[Figure], text: str, start: int) -> bool:
    """其中注销16家、变更15家、拆除32家: one firm may have seen all three."""
    done = []
    for part in parts:
        hit = _DONE_TO.search(text[start : part.start])
        done.append(hit[0] if hit else "")
        start = part.end
    return len(parts) > 1 and bool(done[0]) and len(set(done)) > 1


def _firm(figure: Figure) -> bool:
    return figure.bound in ("", "<=", "<~", "<")


def _apart(total: Decimal, whole: int | Decimal) -> bool:
    """Beyond what rounding each part to 万 could do."""
    return abs(total - whole) > max(Decimal(0), Decimal(whole) * Decimal("0.001"))


_SHARE = re.compile(r"率|占|比例|比重")
#: A rate and the word that its part must bear (整改率: 整改).
_OF_RATE = (
    "整改",
    "完成",
    "合格",
    "达标",
    "办结",
    "覆盖",
    "量化",
    "淘汰",
    "立案",
    "到位",
    "通过",
    "占",
)


#: What is left over isn't what the rate is of: 未整改200处.
_LEFT = re.compile(r"(?:未|尚未|剩余|正在|限期)[^,。;、\d]{0,6}$")


def _shares(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A rate that stands behind the two counts it is of."""
    for index, rate in enumerate(figures):
        if rate.kind != "rate" or rate.unit != "%" or rate.bound not in ("", "~", "<~"):
            continue
        start, _ = sentence_of(text, rate.start)
        near = text[max(start, rate.start - 12) : rate.end]
        if not _SHARE.search(near):
            continue
        before = [
            f for f in _counts(figures[:index])
            if f.start >= start and not _LEFT.search(text[max(start, f.start - 8) : f.start])
        ][-2:]  # fmt: skip
        if len(before) < 2 or before[0].unit != before[1].unit:
            continue
        whole, part = before
        word = next((word for word in _OF_RATE if word in near), "")
        named = text[max(start, part.start - 8) : part.end + 6]
        fits = word and (word in named or word == "占")
        if not fits or not 0 < part.value <= whole.value or ";" in text[whole.end : rate.start]:
            continue
        computed = Decimal(part.value) * 100 / Decimal(whole.value)
        slack = _slack(rate, whole, part)
        if abs(computed - Decimal(rate.value)) > slack:
            yield _found("share", (whole, part, rate), part=plain(part.value), whole=plain(whole.value),
                         computed=f"{computed:.2f}", stated=plain(rate.value))  # fmt: skip


def _slack(rate: Figure, *counts: Figure) -> Decimal:
    """How far a stated rate may be off: its own rounding, and bounds of the counts."""
    places = len(str(rate.value).partition(".")[2]) if isinstance(rate.value, Decimal) else 0
    own = Decimal("0.55") if not places else Decimal(10) ** -places * Decimal("0.55")
    if rate.bound or any(count.bound for count in counts):
        own += Decimal(3)
    for count in counts:
        if re.search(r"[万亿]", count.text):
            digits = re.sub(r"\D", "", count.text.split("万")[0].split("亿")[0])
            own += Decimal(100) / Decimal(10) ** max(1, len(digits.lstrip("0")))
    return own


def _changes(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """同比 in percent against both values, or against the value and its difference."""
    counts = _counts(figures)
    for change in figures:
        if change.kind != "change" or change.unit != "%" or not change.direction:
            continue
        start, _ = sentence_of(text, change.start)
        near = [f for f in figures if start <= f.start < change.start]
        values = [f for f in near if f in counts]
        pair = _both(values, text) or _differs(near, values)
        if pair is None:
            continue
        now, before, shown = pair
        if before <= 0:
            continue
        computed = (now - before) * 100 / before
        stated = Decimal(change.value) * (-1 if change.direction == "down" else 1)
        said = {"now": plain(int(now)), "before": plain(int(before)), "computed": f"{computed:.2f}",
                "stated": plain(change.value)}  # fmt: skip
        if computed and (computed < 0) != (stated < 0):
            yield _found("direction", (*shown, change), **said)
        elif abs(abs(computed) - abs(stated)) > _slack(change, *shown):
            yield _found("change", (*shown, change), **said)


def _both(values: list[Figure], text: str) -> tuple[Decimal, Decimal, tuple[Figure, ...]] | None:
    """A value and the same of 去年同期, one behind the other."""
    if len(values) < 2:
        return None
    now, before = values[-2], values[-1]
    said = text[now.end : before.start]
    if now.unit != before.unit or not re.search(r"去年同期|上年同期|去年|上年|20\d\d年", said):
        return None
    if re.search(
        r"(?:较|比|与)[^,。;\d]{0,4}(?:(?:19|20)\d\d年)?[^,。;\d]{0,6}$", text[: now.start][-20:]
    ):
        # 较2022年的250起,2023年发生230起: the base stands first.
        return Decimal(before.value), Decimal(now.value), (now, before)
    return Decimal(now.value), Decimal(before.value), (now, before)


def _differs(
    near: list[Figure], values: list[Figure]
) -> tuple[Decimal, Decimal, tuple[Figure, ...]] | None:
    """45起,同比减少5起,下降10%: the base is the value and its difference."""
    steps = [f for f in near if f.kind == "change" and f.unit != "%"]
    if len(steps) != 1 or not values or values[-1].unit != steps[0].unit:
        return None
    now, step = Decimal(values[-1].value), Decimal(steps[0].value)
    before = now + step if steps[0].direction == "down" else now - step
    return now, before, (values[-1], steps[0])


_LISTED_NOUN = re.compile(r"领域|方面|环节|维度|机制|阶段|体系|区域|要素|原则|类别")


def _listed(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A、B和C3个领域: the names are counted; 等 leaves the list open."""
    for figure in figures:
        if figure.kind not in ("count", "structure") or not 3 <= figure.value <= 20:
            continue
        if not _LISTED_NOUN.search(figure.text) or figure.bound or "“" in figure.text:
            continue
        start, _ = sentence_of(text, figure.start, "。!?\n,;:")
        words = text[start : figure.start].rpartition("的")[2]
        if "、" not in words or re.search(r"[“”()《》\d]", words):
            continue
        names = [
            name
            for name in re.split(r"、|(?<=[\u4e00-\u9fff]{3})[和及](?=[\u4e00-\u9fff]{3})", words)
            if name
        ]
        if (not words.rstrip().endswith("等") and 3 <= len(names) < figure.value - 1) or len(
            words.split("、")
        ) > figure.value:
            yield _found("listed", (figure,), stated=plain(figure.value), counted=str(len(names)))


#: Classifiers that can't count these things.
_MISFITS = {
    "栋": r"小区|园区|企业|村",
    "幢": r"小区|园区|企业|村",
    "起": r"企业$|单位$",
    "人": r"企业$",
}


def _words(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Words around a number that can't stand together."""
    for figure in figures:
        if "," in figure.bound and {">=", ">"} & set(figure.bound.split(",")):
            yield _found("bounds", (figure,), text=figure.text)
        noun = figure.text.rpartition(figure.unit)[2] if figure.unit in figure.text else ""
        misfit = _MISFITS.get(figure.unit)
        wrong = re.search(misfit, fold(noun)[-6:]) if misfit and noun else None
        # 10人以上企业 says which enterprises, not how many.
        if wrong and not re.search(r"以[上下内]", figure.text):
            yield _found("classifier", (figure,), unit=figure.unit, noun=wrong[0])
        if "(次)" in figure.unit or figure.unit in ("家(次)",):
            yield _found("two_units", (figure,), unit=figure.unit, verdict=GAP)
    for hit in re.finditer(r"同比((?:19|20)\d\d)年", text):
        _start, end = sentence_of(text, hit.start())
        based = tuple(
            f
            for f in figures
            if f.kind == "change" and hit.start() <= f.start < end and f.baseline == hit[1]
        )
        if based and all(based[0].period[:4] != str(int(hit[1]) + 1) for _ in based):
            yield _found("fixed_base", based, year=hit[1], verdict=GAP)


def _undated(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """专项整治以来…5万多条 in a document without a date: nobody knows until when."""
    if frames.came_out(text):
        return
    for hit in re.finditer(r"以来[,，](?!\s*\n)", text):
        start, end = sentence_of(text, hit.start())
        if re.search(r"截至|截止|(?:19|20)\d\d年\d{1,2}月", text[start:end]):
            continue
        open_ended = tuple(
            f
            for f in figures
            if hit.end() <= f.start and f.end <= end and f.kind == "count" and f.bound == ">="
        )
        if open_ended:
            yield _found("no_as_of", open_ended, verdict=GAP)


def _found(
    name: str, figures: tuple[Figure, ...], /, *, verdict: str = INCONSISTENT, **values: str
) -> Contradiction:
    return Contradiction(name, verdict, figures, dict(values))
