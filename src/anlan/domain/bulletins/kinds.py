"""Kinds of paper: what each is called, how it is laid out, what it begins with.

The elements of each kind are those of the project's list of standards (GB/T 9704-2012 and the
office's own papers, 1.1); what an element says is the office's to write, or a rule's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.ids import uuid7
from anlan.domain.bulletins import board, comparing, opening, subjects, tables, wording
from anlan.domain.bulletins import recorded as records
from anlan.domain.bulletins.board import Board
from anlan.domain.bulletins.body import ANNEX, Block, Sentence
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.bulletins.scope import Scope
from anlan.domain.bulletins.subjects import Subject
from anlan.domain.statistics import settings as statistics
from anlan.kernel.calendar.periods import Kind, Period
from anlan.kernel.indicators.compute import YEAR_AGO
from anlan.kernel.indicators.declare import declared
from anlan.kernel.papers.official.paper import Form, numeral

Rules = Callable[[Board], list[Sentence]]
#: Rules by the name under which a block keeps them.
BY_RULE: Mapping[str, Rules] = {
    "opening": opening.opening, "problems": wording.problems, "next": wording.next_steps,
    "demands": wording.demands, "asks": wording.asks,
}  # fmt: skip


#: By kind of period, what it is called and how one is written.
_SPANS: Mapping[Kind, tuple[Any, str]] = {
    Kind.TEN_DAYS: (gettext_lazy("ten days of a month"), "2026-11X3"),
    Kind.YEAR: (gettext_lazy("a whole year"), "2026"),
}


@dataclass(frozen=True)
class PaperKind:
    code: str
    label: str | Promise
    form: Form
    title: str | Promise
    make: Callable[[Board, Sequence[Subject]], list[Block]]
    #: Whether its number is 〔年〕n号, or 第n期 of a series.
    serial: str = "number"
    #: Whether a seal goes over it before it is given out.
    sealed: bool = True
    #: What follows the office's name in the red head; empty: a name of its own.
    mark: str = ""
    #: Whether it may be about hazards, and is filled in from them.
    about: bool = False
    #: Whether it reports upward (上行文): who signed it is named beside the number.
    goes_up: bool = False
    #: The one kind of period that it tells of; None: of any.
    span: Kind | None = None

    def demand(self, period: Period) -> None:
        """Refuse days that a paper of its name can't be about: a year report on a month."""
        if self.span not in (None, period.kind):
            reason = _("This paper tells of %(span)s; write it like %(example)s.") % {
                "span": _SPANS[self.span][0], "example": _SPANS[self.span][1],
            }  # fmt: skip
            raise PaperIncomplete(field="period", reason=reason)


def heading(text: str, level: int = 1) -> Block:
    return Block(_id(), "heading", str(text), level)


def by_rules(name: str, b: Board, kind: Any = "text") -> Block:
    return Block(_id(), kind, rules=name, sentences=tuple(BY_RULE[name](b)))


def chart(title: str, spec: Mapping[str, Any], b: Board) -> Block:
    return tables.built(Block(_id(), "chart", str(title), spec=dict(spec)), b.scope)


def table(title: str, spec: Mapping[str, Any], b: Board, note: str = "") -> Block:
    return tables.built(Block(_id(), "table", str(title), spec=dict(spec), note=note), b.scope)


def element(
    title: str, hint: str, sentences: Sequence[Sentence] = (), level: int = 1
) -> list[Block]:
    """A heading and the text that must stand under it before the paper goes on."""
    text = Block(_id(), "text", sentences=tuple(sentences), required=True, hint=str(hint))
    return [heading(title, level), text]


def recorded(title: str, hint: str, texts: Sequence[str]) -> list[Block]:
    """An element filled in from records: several stand as points, each by itself."""
    said = tuple(Sentence(text, rule="record") for text in dict.fromkeys(texts) if text)
    kind: Any = "points" if len(said) > 1 else "text"
    return [heading(title), Block(_id(), kind, sentences=said, required=True, hint=str(hint))]


def closing(text: str) -> Block:
    """特此函告。 and the like: what a paper of its kind ends with."""
    return Block(_id(), "text", sentences=(Sentence(text, rule="closing"),))


def _id() -> str:
    return uuid7().hex[-12:]


def ranking_note() -> str:
    return _(
        "Ranked by the rate of rectification, best first; of the same rate, the smaller share "
        "overdue first. Areas that found nothing have no rate and stand last."
    )


def _ranking(b: Board) -> list[Block]:
    """Nothing where fewer than two have a rate: one isn't ranked."""
    if len(b.ranked) < 2:
        return []
    return [table(_("Ranking of areas"), tables.RANKING, b, ranking_note())]


def _by_area(b: Board) -> list[Block]:
    """Nothing for what has no area below."""
    if not b.areas:
        return []
    spec = {**tables.WITH_CHANGE, "compare": comparing.usual(b.scope.period)}
    return [table(_("Hazards by area"), spec, b)]


def _accidents(b: Board) -> list[Block]:
    """By area, held against a year ago; nothing where there was none, or none may be told of."""
    if not (b.areas and b.scope.accidents and b.whole.number(board.ACCIDENTS)):
        return []
    return [table(_("Accidents by area"), {**tables.BY_ACCIDENTS, "compare": YEAR_AGO}, b)]


def _dimensions(b: Board) -> list[Block]:
    """A table and a chart of each dimension that the office laid down, by area below (S304)."""
    known, found = declared(), []
    for each in statistics.dimensions() if b.areas else ():
        codes = [code for code in each.indicators if code in known]
        if codes:
            spec = {"rows": "areas", "indicators": codes, "compare": "", "months": board.MONTHS,
                    "ranked": False}  # fmt: skip
            found.append(table(each.name, spec, b))
            drawn = chart(each.name, spec, b)
            # A chart of noughts says nothing that its table doesn't.
            if any(cell.figure and cell.figure.value for row in drawn.rows for cell in row):
                found.append(drawn)
    return found


def _trend(b: Board) -> Block:
    return chart(_("Found and rectified, last months"), tables.TREND, b)


def sections(*parts: tuple[str, Sequence[Block]]) -> list[Block]:
    """一、 二、 三、: those that have something to say, numbered as they come."""
    said = [(title, blocks) for title, blocks in parts if blocks]
    return [
        block
        for n, (title, blocks) in enumerate(said, 1)
        for block in (heading(f"{numeral(n)}、{title}"), *blocks)
    ]


def _situation(b: Board, _about: Sequence[Subject]) -> list[Block]:
    return [
        by_rules("opening", b), _trend(b), *_ranking(b),
        heading(_("Problems")), by_rules("problems", b, "points"),
        heading(_("Next steps")), by_rules("next", b, "points"),
        heading(_("For decision")), by_rules("asks", b, "points"),
    ]  # fmt: skip


def _circular(b: Board, _about: Sequence[Subject]) -> list[Block]:
    return [
        by_rules("opening", b),
        *sections(
            (_("Overall situation"), [_trend(b), *_by_area(b), *_accidents(b)]),
            (_("Problems"), [by_rules("problems", b)]),
            (_("How areas rank"), _ranking(b)),
            (_("What is asked"), [by_rules("demands", b)]),
        ),
    ]  # fmt: skip


def _brief(b: Board, _about: Sequence[Subject]) -> list[Block]:
    return [
        by_rules("opening", b), _trend(b), *_practices(b), heading(_("Problems")),
        by_rules("problems", b), *_ranking(b),
    ]  # fmt: skip


def _practices(b: Board) -> list[Block]:
    """推广: what units told of good practice in the period, as they told it."""
    told = tuple(Sentence(text, rule="record") for text in records.practices(b.scope))
    return [heading(_("Good practice")), Block(_id(), "points", sentences=told)] if told else []


def _ten_day(b: Board, _about: Sequence[Subject]) -> list[Block]:
    named = [
        table(_("Enterprises with most hazards"), records.WORST, b, str(records.NOTE)),
        table(_("Enterprises with most found by online inspection and video review"),
              records.WORST_AFAR, b, str(records.NOTE)),
    ]  # fmt: skip
    return [
        by_rules("opening", b), heading(_("Problems")), by_rules("problems", b),
        *(each for each in named if each.rows), *_ranking(b),
    ]  # fmt: skip


def _stage(b: Board, _about: Sequence[Subject]) -> list[Block]:
    return _report(b)


def _year(b: Board, _about: Sequence[Subject]) -> list[Block]:
    """The same with the year's months one by one."""
    months = {**tables.TREND, "indicators": [board.FOUND, board.RECTIFIED, board.OVERDUE],
              "months": b.scope.passed.end.month}  # fmt: skip
    return _report(b, [table(_("By month"), months, b)])


def _report(b: Board, more: Sequence[Block] = ()) -> list[Block]:
    sectors = table(_("Hazards by sector"), tables.BY_SECTOR, b)
    by_sector = [sectors] if sectors.rows else []
    work = [_trend(b), *more, *_by_area(b), *by_sector, *_accidents(b), *_dimensions(b)]
    return [
        by_rules("opening", b),
        *sections(
            (_("How the work goes"), work),
            (_("Problems"), [by_rules("problems", b)]),
            (_("Next steps of the work"), [by_rules("next", b)]),
            (_("For decision"), [by_rules("asks", b)]),
        ),
        closing(_("This is our report.")),
    ]


def _letter(b: Board, about: Sequence[Subject]) -> list[Block]:
    today = b.scope.today
    what, which = _("一、What is supervised"), _("Which hazards, where, since when.")
    first = (
        recorded(what, which, [subjects.told(one, today) for one in about])
        if about
        else element(
            what, which, [each for each in wording.problems(b) if each.rule == "overdue_rise"]
        )
    )
    return [
        *first,
        *recorded(_("二、On what ground"), _("The law, plan or document, with its article."),
                  list(map(subjects.ground, about))),
        *recorded(_("三、What is asked"), _("What the unit has to do."),
                  list(map(subjects.demand, about))),
        *recorded(_("四、By when"), _("The day by which it is to be done and reported."),
                  [subjects.deadline(one, today) for one in about]),
        *element(_("五、How to report back"), _("To whom, in which form.")),
        *element(_("六、Contact"), _("Who answers questions; at which office telephone.")),
        closing(_("This letter is sent for it to be dealt with.")),
    ]  # fmt: skip


#: Rules whose findings lead to a talk.
_TALKED_OF = ("overdue_rise", "lowest_rate")


def _talk(b: Board, about: Sequence[Subject]) -> list[Block]:
    why, led = _("三、Why"), _("What led to the talk.")
    reasons = (
        recorded(why, led, [subjects.told(one, b.scope.today) for one in about])
        if about
        else element(why, led, [each for each in wording.problems(b) if each.rule in _TALKED_OF])
    )
    return [
        *recorded(_("一、Who is called"), _("Unit and office held; who comes with him."),
                  list(map(subjects.unit, about))),
        *element(_("二、When and where"), _("Day, hour and place.")),
        *reasons,
        *element(_("四、What to bring"), _("Papers to be prepared, and how many copies.")),
        *element(_("五、Contact"), _("Who answers questions; at which office telephone.")),
        closing(_("This is our notice.")),
        # It is torn off and sent back: a page of its own behind the notice.
        *element(_("Receipt to be returned"),
                 _("What the receipt states: who comes, signature, day."), level=ANNEX),
    ]  # fmt: skip


def _listed(b: Board, about: Sequence[Subject]) -> list[Block]:
    today = b.scope.today
    return [
        *recorded(_("一、Unit with the hazard"), _("Name and place."),
                  list(map(subjects.place, about))),
        *recorded(_("二、The hazard"), _("What it is, as it was found."),
                  [subjects.told(one, today) for one in about]),
        *recorded(_("三、On what it was judged major"), _("The criterion with its article."),
                  list(map(subjects.ground, about))),
        *recorded(_("四、What must be done"), _("Rectification and measures meanwhile."),
                  list(map(subjects.demand, about))),
        *recorded(_("五、By when"), _("The day by which it is to be done."),
                  [subjects.deadline(one, today) for one in about]),
        *recorded(_("六、Supervising unit"), _("Who supervises, and what is made public."),
                  list(map(subjects.supervisor, about))),
        *element(_("七、How to report back"), _("When and to whom.")),
        closing(_("This is our notice.")),
    ]  # fmt: skip


#: A paper for an event with the press: questions and answers are put in out of the bank.
PRESS = "press"


def _press(_b: Board, _about: Sequence[Subject]) -> list[Block]:
    return element(_("The event"), _("What it is, day, hour and place, who speaks."))


KINDS: Mapping[str, PaperKind] = {
    kind.code: kind
    for kind in (
        PaperKind("situation", gettext_lazy("Situation paper of the month"), "page",
                  gettext_lazy("%(area)s: work safety in %(period)s, situation paper"), _situation,
                  "issue", False),
        PaperKind("circular", gettext_lazy("Circular"), "document",
                  gettext_lazy("Circular on work safety in %(area)s in %(period)s"), _circular,
                  mark="文件"),
        PaperKind("brief", gettext_lazy("Brief"), "brief",
                  gettext_lazy("Work safety in %(area)s in %(period)s"), _brief, "issue", False),
        PaperKind("ten_day", gettext_lazy("Ten-day bulletin"), "brief",
                  gettext_lazy("Ten-day bulletin of %(area)s for %(period)s"), _ten_day,
                  "issue", False, span=Kind.TEN_DAYS),
        PaperKind("letter", gettext_lazy("Supervision letter"), "letter",
                  gettext_lazy("Supervision letter on hazards not rectified in time"), _letter,
                  about=True),
        PaperKind("talk", gettext_lazy("Notice of an admonitory talk"), "letter",
                  gettext_lazy("Notice of an admonitory talk"), _talk, about=True),
        PaperKind("listed", gettext_lazy("Notice of listed supervision"), "letter",
                  gettext_lazy("Notice of listed supervision of a major hazard"), _listed,
                  about=True),
        PaperKind(PRESS, gettext_lazy("Answers for the press"), "page",
                  gettext_lazy("%(area)s: questions and answers for the press, %(period)s"),
                  _press, "issue", False),
        PaperKind("stage", gettext_lazy("Stage report"), "document",
                  gettext_lazy("Report on work safety in %(area)s in %(period)s"), _stage,
                  mark="文件", goes_up=True),
        PaperKind("year", gettext_lazy("Year report"), "document",
                  gettext_lazy("Year report on work safety in %(area)s, %(period)s"), _year,
                  mark="文件", goes_up=True, span=Kind.YEAR),
    )
}  # fmt: skip


def title_of(kind: PaperKind, scope: Scope, about: Sequence[Subject] = ()) -> str:
    if about:
        return subjects.title_of(kind.code, about)
    return str(kind.title) % {"area": scope.area.name, "period": scope.period.label}


def composed(kind: PaperKind, scope: Scope, about: Sequence[Subject] = ()) -> list[Block]:
    """The first draft: what its rules find, or what is on record of the hazards it is about."""
    return kind.make(board.read(scope), about)
