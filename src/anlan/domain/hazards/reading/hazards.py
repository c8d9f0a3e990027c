"""From rows to hazards: what one cell lists, what a merged cell holds together, what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace

from anlan.domain.hazards.reading import states
from anlan.domain.hazards.reading.cells import Record, Rejected
from anlan.domain.hazards.reading.fields import Fields
from anlan.domain.hazards.reading.nothing import PLACEHOLDER, says_nothing
from anlan.domain.hazards.reading.outcome import claim_of_list
from anlan.domain.hazards.reading.rows import Finding, ParsedRow, RejectedRow, Result
from anlan.domain.hazards.reading.splitting import Item, Split, aligned, described, split
from anlan.kernel.papers.sheets.book import Row, Value
from anlan.kernel.papers.sheets.tables import squeeze, text_of

DESCRIPTION_CHARS_MAX = 4_000
SAME_CHARS_MAX = 6
#: Merged downwards, these say that the rows beside them belong together.
_HOLDS_TOGETHER = ("serial", "found_on", "enterprise")
_SAME = re.compile(r"^(?:同上|同前|〃|″|”|〞|''|\"|同左|上同)$")


def side_by_side(results: Sequence[Result]) -> Iterator[ParsedRow | RejectedRow]:
    """Number what shares the same rows: only the first of them accounts for those."""
    for part, result in enumerate(results, 1):
        if isinstance(result, ParsedRow):
            result.part, result.parts = part, len(results)
            yield result
        elif isinstance(result, RejectedRow):
            yield replace(result, part=part)


@dataclass(slots=True)
class Hazards(Fields):
    """Turns records into results."""

    def flush(self) -> Iterator[Result]:
        record, self.pending = self.pending, None
        if record is None:
            return
        try:
            yield from self._hazards(record)
        except Rejected as refusal:
            yield self._refused(record, refusal)

    def _refused(self, record: Record, refusal: Rejected) -> RejectedRow:
        finding = self._finding(refusal.code, refusal.index, **refusal.data)
        return RejectedRow(
            self.workbook.name, self.sheet.name, record.first, record.last, refusal.code,
            finding.column, finding.header, refusal.data, self._raw(record), self.number,
            self._origin(record.rows[0]) or self._new_origin(record),
        )  # fmt: skip

    def _new_origin(self, record: Record) -> str:
        return f"{self.workbook.digest[:12]}:{self.sheet.index}:{record.first}"

    def _hazards(self, record: Record) -> Iterator[ParsedRow | RejectedRow]:
        if len(self.panels) < 2:
            yield from self._one(record)
            return
        whole = self.mapping
        rows: list[ParsedRow | RejectedRow] = []
        try:
            for at, (mapping, grade) in enumerate(self.panels):
                self.use(mapping)
                self.above = self.aboves.get(at, {})
                if next(self._findings(record.rows[0]), None) is None:
                    continue
                try:
                    found = list(self._one(record))
                except Rejected as refusal:
                    # What stands beside it is none the worse for it.
                    rows.append(self._refused(record, refusal))
                    continue
                self.aboves[at] = self.above
                for row in found:
                    row.grade = row.grade or ("major" if grade == "major" else None)
                    row.grade = row.grade or ("ordinary" if grade == "ordinary" else None)
                rows += found
        finally:
            self.use(whole)
        if not rows:
            raise Rejected("description_missing", self._where(record.rows[0], "description"))
        yield from side_by_side(rows)

    def _findings(self, row: Row) -> Iterator[str]:
        """The texts of a row's description columns that say something was found."""
        for index in self.mapping["description"]:
            text = text_of(row.get(index)).strip()
            if text and not says_nothing(squeeze(text)) and not PLACEHOLDER.match(squeeze(text)):
                yield text

    def _one(self, record: Record) -> Iterator[ParsedRow]:
        warnings: list[Finding] = []
        row = self._filled_down(record.rows[0], warnings)
        if error := self._error_in(row, "description"):
            raise Rejected("cell_error", self._where(row, "description"), value=str(error))
        text = self._text(row, "description")
        where = self._where(row, "description")
        if not text:
            raise Rejected("description_missing", where)
        cut = split(text) if not isinstance(self._value(row, "description"), int | float) else None
        cut = cut or Split([Item(text)])
        found = self._found(row, cut.intro, warnings)
        base = self._base(record, row, found, warnings)
        yield from self._parts(record, base, cut, where)
        self.last_year = found.day.year
        self._remember(row)

    def _parts(
        self, record: Record, base: ParsedRow, cut: Split, where: int | None
    ) -> Iterator[ParsedRow]:
        count = len(cut.items)
        for item in cut.items:
            if not described(item):
                # Punctuation alone, which cutting takes away.
                raise Rejected("description_missing", where)
            if len(described(item)) > DESCRIPTION_CHARS_MAX:
                raise Rejected("description_too_long", where, limit=DESCRIPTION_CHARS_MAX)
        base.context = "：".join(t for t in (cut.intro,) if t)
        if record.rows[-1].number > record.first:
            base.warnings.append(
                self._finding("merged_rows", where, first=record.first, last=record.last)
            )
        if count == 1:
            base.description = described(cut.items[0])
            yield base
            return
        base.warnings.append(self._finding("split", where, parts=count))
        measures = aligned(base.measure, count) if base.measure else None
        progress = aligned(base.progress, count) if base.progress else None
        text, yes = self.decisive
        claims = [states.words(t, yes) for t in aligned(text, count) or ()]
        for at, item in enumerate(cut.items):
            row = copy(base)
            row.part, row.parts, row.description = at + 1, count, described(item)
            row.warnings = list(base.warnings)
            if item.headings:
                row.context = "：".join(t for t in (cut.intro, *item.headings) if t)
            if item.unnumbered:
                row.warnings.append(self._finding("split_unnumbered", where))
            if measures:
                row.measure = measures[at]
            if progress:
                row.progress = progress[at]
            if claims and (claim := claims[at]):
                claim_of_list(row, claim)
            if at:
                # One sum of money for all of them: it stands with the first.
                row.funds = None
            yield row

    def _filled_down(self, row: Row, warnings: list[Finding]) -> Row:
        """同上 becomes the value above; so do blank group cells where all of them are blank."""
        above = self.above
        if not above:
            return row
        changes: dict[int, Value] = {}
        values = row.values
        width = len(values)
        for code, index in self.firsts:
            value = values[index] if index < width else None
            if (
                isinstance(value, str)
                and len(value) <= SAME_CHARS_MAX
                and code in above
                and _SAME.match(value.strip())
            ):
                changes[index] = above[code]
        groups = self.group_fields
        if len(groups) >= 2 and all(row.get(self.mapping[g][0]) is None for g in groups):
            for code in groups:
                if code in above and all(row.get(i) is None for i in self.mapping[code]):
                    changes[self.mapping[code][0]] = above[code]
        elif row.filled and any(
            (origin := row.filled.get(index)) and origin[0] < row.number
            for code, index in self.firsts
            if code in _HOLDS_TOGETHER
        ):
            # A day merged downwards holds its rows together: a blank enterprise is the one above.
            for code in groups:
                if code in above and all(row.get(i) is None for i in self.mapping[code]):
                    changes[self.mapping[code][0]] = above[code]
        if not changes:
            return row
        filled = list(values)
        filled.extend([None] * (max(changes) + 1 - width))
        for index, value in changes.items():
            filled[index] = value
            warnings.append(self._finding("filled_down", index))
        return Row(row.number, tuple(filled), row.filled)

    def _remember(self, row: Row) -> None:
        values = row.values
        width = len(values)
        self.above = {
            code: value
            for code, index in self.firsts
            if index < width and (value := values[index]) is not None
        }
