"""An analysis as a table: one reading of the ledger gives rows, sums and comparisons.

Sums are the ledger's own and no sums of the rows: what stands at a month's end, what counts
enterprises once and what overlaps don't add up. Missing stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anlan.domain.statistics import asked as analyses
from anlan.domain.statistics import settings, units
from anlan.domain.statistics.asked import AREA, COLUMNS_MAX, PERIOD, Asked
from anlan.domain.statistics.links import records_of
from anlan.domain.statistics.refusals import AnalysisUnreadable
from anlan.kernel.accounts.models import Unit
from anlan.kernel.calendar.periods import Period
from anlan.kernel.facts.asking import MISSING, REGION, Query
from anlan.kernel.facts.models import Coverage, Expected
from anlan.kernel.indicators import arithmetic
from anlan.kernel.indicators.compute import Value, evaluate, evaluate_of
from anlan.kernel.indicators.declare import Indicator, Ratio
from anlan.kernel.regions.models import Region
from anlan.ui.figures import number, small_base

Text = str | Promise
Link = Callable[[], str] | None
#: A place in a dimension: (area, own), a period, a label's value; None where there is but one.
Key = Hashable
#: Figures on a page; longer tables turn over.
FIGURES_MAX, ROWS_MIN = 600, 10


@dataclass(frozen=True)
class Head:
    """A column: which place of the other dimension, which indicator, which comparison."""

    key: Key
    label: Text
    indicator: Indicator
    #: "" is the value itself.
    compare: str = ""
    total: bool = False

    @property
    def form(self) -> str:
        if self.compare and self.compare != "total":
            return "change"
        return self.indicator.form


@dataclass(frozen=True)
class Figure:
    """One cell. ``value`` is None where there is none, and ``why`` says so."""

    value: Any = None
    words: str = "—"
    why: str = ""
    #: Where it opens; written when it is shown, since a table has more figures than a page.
    link: Callable[[], str] | None = None
    #: What stands behind it, or what it is compared with.
    note: str = ""
    missing: bool = False
    #: How far it stands out, where it does (modified z).
    outlier: Decimal | None = None
    #: A change on next to nothing: it has words, and no value to sort or draw.
    small: bool = False
    #: Better or worse, for colours; "" where neither.
    tone: str = ""
    #: For exports: the two numbers of a comparison.
    against: Any = None

    @property
    def href(self) -> str:
        return self.link() if self.link else ""


@dataclass
class Row:
    key: Key
    label: Text
    figures: list[Figure] = field(default_factory=list)
    #: Where the row leads: the same analysis of the area below, the sector, the period.
    href: str = ""
    own: bool = False
    total: bool = False


@dataclass
class Table:
    asked: Asked
    heads: list[Head]
    rows: list[Row]
    total: Row | None
    overlapping: bool
    rule: settings.Outliers
    #: The count from which on changes are told in percent.
    base: int = 0

    @property
    def small(self) -> int:
        return sum(one.small for row in self.rows for one in row.figures)

    @property
    def outliers(self) -> int:
        return sum(one.outlier is not None for row in self.rows for one in row.figures)

    @property
    def missing(self) -> int:
        return sum(one.missing for row in self.rows for one in row.figures)


def read(asked: Asked) -> Table:
    if asked.rows == units.UNIT:
        whole = Query(
            kinds=[], areas=[asked.area.pk], periods=[asked.period], at=asked.at,
            where=asked.ledger_where, as_known_at=asked.known_at,
        )  # fmt: skip
        body = units.values(asked.chosen, asked.area, asked.period, asked.ledger_where, asked.at,
                            asked.known_at)  # fmt: skip
        return _Builder(asked, {"body": body, "column": evaluate(asked.chosen, whole)}).table()
    by, periods = _by(asked), [asked.period]
    if PERIOD in (asked.rows, asked.columns):
        periods = asked.periods
    base = Query(
        kinds=[], areas=[asked.area.pk], periods=periods, at=asked.at, by=by,
        where=asked.ledger_where, as_known_at=asked.known_at,
        territory="now" if asked.now_map else "then",
        coverage=Coverage.objects.exists() or Expected.objects.exists(),
    )  # fmt: skip
    queries = {"body": base, "column": _without(base, asked.rows, asked)}
    if asked.columns:
        queries["row"] = _without(base, asked.columns, asked)
        queries["all"] = _without(queries["row"], asked.rows, asked)
    answers = evaluate_of(asked.chosen, list(queries.values()), list(asked.comparisons.values()))
    found = dict(zip(queries, answers, strict=True))
    return _Builder(asked, found).table()


def _by(asked: Asked) -> list[str]:
    names = [name for name in (asked.rows, asked.columns) if name and name != PERIOD]
    return [REGION if name == AREA else name for name in names]


def _without(query: Query, dimension: str, asked: Asked) -> Query:
    if dimension == PERIOD:
        return replace(query, periods=[asked.period])
    name = REGION if dimension == AREA else dimension
    return replace(query, by=[each for each in query.by if each != name])


def key_of(value: Value, dimension: str) -> Key:
    if dimension == AREA:
        return value.area_id, value.own
    if dimension == PERIOD:
        return value.period
    return value.labels.get(dimension) if dimension else None


class _Builder:
    def __init__(self, asked: Asked, found: Mapping[str, list[Value]]) -> None:
        self.asked, self.found = asked, found
        self.base = settings.small_base()
        self.body = {
            (key_of(v, asked.rows), key_of(v, asked.columns), v.indicator.code): v
            for v in found["body"]
        }
        self.columns = {(key_of(v, asked.columns), v.indicator.code): v for v in found["column"]}
        self.lines = {(key_of(v, asked.rows), v.indicator.code): v for v in found.get("row", ())}
        self.corner = {v.indicator.code: v for v in found.get("all", ())}
        ids = {v.area_id for v in found["body"]}
        with_areas = AREA in (asked.rows, asked.columns)
        self.areas = Region.objects.in_bulk(list(ids)) if with_areas else {}
        told = {v.labels[units.UNIT] for v in found["body"] if units.UNIT in v.labels}
        named = (
            Unit.objects.filter(pk__in=[int(pk) for pk in told]) if told else Unit.objects.none()
        )
        self.units = dict(named.values_list("pk", "name"))

    def table(self) -> Table:
        asked = self.asked
        heads = self._heads()
        if len(heads) > COLUMNS_MAX:
            raise AnalysisUnreadable(
                field="columns",
                reason=_("That would be %(n)d columns; at most %(max)d fit. Choose fewer "
                         "indicators, comparisons or columns.")
                % {"n": len(heads), "max": COLUMNS_MAX},
            )  # fmt: skip
        rows = [self._row(key, heads) for key in self._keys(asked.rows, 0)]
        rule = settings.outliers()
        _mark(asked, rows, heads, rule)
        _sort(asked.sort, rows, heads)
        overlapping = any(v.overlapping for v in self.found["body"])
        return Table(asked, heads, rows, self._total(heads), overlapping, rule, self.base)

    def _keys(self, dimension: str, place: int) -> list[Any]:
        """The places of a dimension in their order; a place where nothing is counted stays out."""
        found = list(dict.fromkeys(key[place] for key in self.body))
        if dimension == units.UNIT:
            return sorted(found, key=lambda v: (v == "0", str(self.label(dimension, v))))
        if dimension in (AREA, PERIOD, ""):
            return found
        order = {value: n for n, value in enumerate(analyses.choices(dimension))}
        return sorted(found, key=lambda v: (v == "", order.get(v, len(order)), str(v)))

    def label(self, dimension: str, key: Any) -> Text:
        if dimension == AREA:
            area = self.areas[key[0]]
            if key[1]:
                return _("%(area)s itself") % {"area": area.name}
            if area.valid_to is not None:
                return _("%(area)s (until %(day)s)") % {"area": area.name, "day": area.valid_to}
            return area.name
        if dimension == PERIOD:
            return str(key.label)
        if dimension == units.UNIT:
            return self.units.get(int(key), _("no unit named"))
        return analyses.word_of(dimension, key or "") if dimension else _("In all")

    def _heads(self) -> list[Head]:
        asked = self.asked
        marks = ["", *asked.compare]
        places: list[tuple[Key, Text, bool]] = [
            (key, self.label(asked.columns, key) if asked.columns else "", False)
            for key in self._keys(asked.columns, 1)
        ]
        if asked.columns:
            places.append((None, _("In all"), True))
        if not asked.columns and not places:
            places = [(None, "", False)]
        return [
            Head(key, label, each, mark, total)
            for key, label, total in places for each in asked.chosen for mark in marks
        ]  # fmt: skip

    def _row(self, key: Any, heads: Sequence[Head]) -> Row:
        asked = self.asked
        own = asked.rows == AREA and key[1]
        row = Row(key, self.label(asked.rows, key), own=own, href=self._drill(key))
        for head in heads:
            code = head.indicator.code
            value = self.lines.get((key, code)) if head.total else self.body.get(
                (key, head.key, code)
            )  # fmt: skip
            row.figures.append(self._figure(head, value))
        return row

    def _total(self, heads: Sequence[Head]) -> Row | None:
        row = Row(None, _("In all"), total=True)
        for head in heads:
            code = head.indicator.code
            value = self.corner.get(code) if head.total else self.columns.get((head.key, code))
            row.figures.append(self._figure(head, value))
        return row

    def _drill(self, key: Any) -> str:
        asked = self.asked
        if asked.rows == AREA:
            area = self.areas[key[0]]
            return "" if key[1] else asked.query(area=area.code, sort=None)
        if asked.rows == PERIOD:
            rows = AREA if asked.columns != AREA else "sector"
            return asked.query(period=key.code, rows=rows, step=None, sort=None)
        if asked.rows in analyses.FILTERS:
            rows = AREA if asked.columns != AREA else PERIOD
            return asked.query(**{asked.rows: key or "none"}, rows=rows, sort=None)
        return ""

    # One figure

    def _figure(self, head: Head, value: Value | None) -> Figure:
        asked = self.asked
        names = [*(n for n in (asked.rows, asked.columns) if n not in (AREA, PERIOD, "")),
                 *asked.where]  # fmt: skip
        if not analyses.divides(head.indicator, names):
            return Figure(why=str(MISSING["not_divisible"]), missing=True)
        if value is None:
            return Figure(0, "0") if head.form == "count" else Figure(why=_("nothing to divide by"))
        link = self._link(value)
        if not head.compare:
            return _plain(head, value, value.value, lambda: link(value.period))
        compared = value.compared[asked.comparisons[head.compare]]
        if head.compare == "total":
            return _plain(head, value, compared.current, lambda: link(compared.period))
        # A mean of three years is no figure that opens to one set of records.
        opens = None if head.compare == "mean" else lambda: link(compared.period)
        return _change(head, value, compared, opens, self.base)

    def _link(self, value: Value) -> Callable[[Period], str]:
        """Where a figure opens to: what it counts, in which area, narrowed to which labels."""
        area = self.areas.get(value.area_id, self.asked.area)
        labels = {**self.asked.where, **{name: (label,) for name, label in value.labels.items()}}
        return lambda period: records_of(
            self.asked, value.indicator.code, area.code, period, labels, own=value.own
        )


def _plain(head: Head, value: Value, shown: Any, link: Link) -> Figure:
    if value.missing:
        return Figure(why=str(MISSING[value.missing]), missing=True)
    if shown is None:
        return Figure(why=_("nothing to divide by"))
    note = ""
    if isinstance(head.indicator, Ratio) and not head.compare:
        part, whole = value.counts
        note = f"{number(part)} / {number(whole)}"
    has = any(value.counts) or bool(shown)
    return Figure(shown, written(head.form, shown), link=link if has else None, note=note)


def _change(head: Head, value: Value, compared: Any, link: Link, least: int) -> Figure:
    """The change in percent; of a rate in points; on a base below ``least`` both numbers."""
    points = head.indicator.form == "percent"
    shown = compared.points if points else compared.change
    against = compared.value
    if shown is None:
        why = _("nothing to compare with") if against in (None, 0) else str(
            MISSING.get(value.missing, _("nothing to compare with")))  # fmt: skip
        return Figure(why=why, against=against)
    if not points and compared.base is not None and abs(compared.base) < least and shown:
        words = small_base(against, compared.current)
        note = _("What was counted then is less than %(n)d: no percentage is told.") % {"n": least}
        return Figure(words=words, why=words, link=link, note=note, small=True, against=against)
    sign = "+" if shown > 0 else ""
    words = f"{sign}{number(shown, 1)}"
    words = _("%(n)s points") % {"n": words} if points else f"{words}%"
    tone = ""
    if head.indicator.better and shown:
        good = (shown > 0) == (head.indicator.better == "up")
        tone = "green" if good else "red"
    note = _("then %(value)s") % {"value": written(head.indicator.form, against)}
    return Figure(shown, words, link=link, note=note, tone=tone, against=against)


def written(form: str, value: Any) -> str:
    return number(value) + ("%" if form == "percent" and value is not None else "")


# What stands out


def _mark(asked: Asked, rows: list[Row], heads: Sequence[Head], rule: settings.Outliers) -> None:
    """Flag what lies far from its like: rates among areas, and anything among periods.

    Counts of areas of different size are not alike, and a period that runs still isn't like those
    that are over.
    """
    body = [row for row in rows if not row.own]
    if asked.rows == AREA or asked.rows == PERIOD:
        for place, head in enumerate(heads):
            if head.compare or (asked.rows == AREA and not isinstance(head.indicator, Ratio)):
                continue
            column = [
                (row, place) for row in body
                if asked.rows == AREA or _over(row.key, asked)
            ]  # fmt: skip
            _flag(column, rule)
    if asked.columns == PERIOD:
        for each in asked.chosen:
            places = [
                n for n, head in enumerate(heads)
                if head.indicator is each and not head.compare and not head.total
                and _over(head.key, asked)
            ]  # fmt: skip
            for row in rows:
                _flag([(row, place) for place in places], rule)


def _over(period: Any, asked: Asked) -> bool:
    return bool(period.end < asked.today)


def _flag(places: Sequence[tuple[Row, int]], rule: settings.Outliers) -> None:
    values = [row.figures[place].value for row, place in places]
    if sum(value is not None for value in values) < rule.least:
        return
    middle = arithmetic.median([value for value in values if value is not None])
    for (row, place), value, z in zip(places, values, arithmetic.modified_z(values), strict=True):
        if z is None or abs(arithmetic.exact(value) - middle) < rule.apart:
            continue
        if abs(z) >= rule.threshold:
            row.figures[place] = replace(row.figures[place], outlier=z)


def _sort(sort: str, rows: list[Row], heads: Sequence[Head]) -> None:
    text = sort.lstrip("-")
    if not (text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) < len(heads)):
        return
    place, down = int(text), sort.startswith("-")
    known = [row for row in rows if row.figures[place].value is not None]
    rest = [row for row in rows if row.figures[place].value is None]
    known.sort(key=lambda row: row.figures[place].value, reverse=down)
    rows[:] = known + rest


def page_of(table: Table, page: int, most: int = FIGURES_MAX) -> tuple[list[Row], int, int]:
    """The rows of one page, which page that is, and how many there are."""
    size = max(ROWS_MIN, most // max(1, len(table.heads)))
    pages = max(1, -(-len(table.rows) // size))
    page = min(max(1, page), pages)
    return table.rows[(page - 1) * size : page * size], page, pages
