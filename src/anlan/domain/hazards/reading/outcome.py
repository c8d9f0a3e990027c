"""How far a hazard has come, as its row tells it in words and days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from anlan.domain.hazards.reading import at_once, dates, states
from anlan.domain.hazards.reading.columns import head
from anlan.domain.hazards.reading.finding_day import Days, next_after
from anlan.domain.hazards.reading.rows import ParsedRow
from anlan.kernel.papers.sheets.book import CellError, Row
from anlan.kernel.papers.sheets.tables import squeeze, text_of

NO = re.compile(r"^(?:否|×|✗|✘|n|no|false|0|不|无|未|非|一般|[-—/]+$)")
#: A column of measures by our dictionary that tells what was done: 处理情况.
_HANDLED = re.compile(r"(?:情况|结果)$")
_DONE_ON = re.compile(r"(?:\d{4}\s*[年./-]\s*)?\d{1,2}\s*[月./-]\s*\d{1,2}")


@dataclass(slots=True)
class Outcomes(Days):
    """Decides the state of a row."""

    def _slipped(self, row: Row, out: ParsedRow) -> None:
        """A day where a person stands and a status where the day stands: typed one cell off."""
        for code in ("responsible_person", "verifier"):
            value = self._value(row, code) if code in self.mapping else None
            if isinstance(value, date) or (
                isinstance(value, str)
                and re.fullmatch(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?", value)
            ):
                reading = self._read(value)
                setattr(out, code, "")
                done = self._value(row, "rectified_on")
                if reading and reading.day and not dates.looks_like_day(done):
                    out.rectified_on = reading.day
                    out.warnings.append(
                        self._finding(
                            "shifted", self._where(row, code), value=reading.day.isoformat()
                        )
                    )

    def _days_for_words(self, row: Row, out: ParsedRow) -> None:
        """A day where a word is asked for: '2024.7.1' under 销号情况 is when it was closed."""
        for code, slot in (
            ("closure", "closed_on"),
            ("verification", "verified_on"),
            ("is_rectified", "rectified_on"),
            ("status", "rectified_on"),
            ("progress", "rectified_on"),
        ):
            if code not in self.mapping or getattr(out, slot) or self._value(row, slot) is not None:
                continue
            if dates.looks_like_day(self._value(row, code)):
                setattr(out, slot, self._day(row, code, out.found_on, out.warnings))

    def _state(self, row: Row, out: ParsedRow) -> None:
        self.decisive = ("", None)
        best: tuple[states.State, str] | None = None
        unclear = ""
        where: int | None = None
        sources: tuple[tuple[str, states.State | None], ...] = (
            ("closure", "closed"), ("status", None), ("is_rectified", "rectified"),
            ("verification", "verified"), ("rectified_on", None), ("verified_on", None),
            ("closed_on", None), ("deadline", "assigned"),
        )  # fmt: skip
        for code, yes in sources:
            if code not in self.mapping:
                continue
            for index in self.mapping[code]:
                value = row.get(index)
                text = "" if isinstance(value, CellError) else text_of(value).strip()
                if not text:
                    continue
                if dates.looks_like_day(value) or (code == "deadline" and out.deadline_rule):
                    continue
                says = self.says.get(index)
                claim = states.words(text, says or yes)
                if says in ("found", "assigned") and claim == ("assigned", text[:20]):
                    # A "no" under 未整改 says nothing by itself.
                    continue
                if claim is None:
                    unclear = unclear or (text if code in ("status", "closure") else "")
                elif best is None or states.ORDER[claim[0]] > states.ORDER[best[0]]:
                    best, self.decisive, where = claim, (text, yes), index
        if best is None and out.progress:
            best, where = states.words(out.progress), self._where(row, "progress")
            self.decisive = (out.progress, None)
            if at_once.verdict(out.progress) == "ordered":
                out.measure = out.measure or out.progress
        if best and at_once.verdict(self.decisive[0]) == "unclear":
            taken = states.ORDER[best[0]] >= states.ORDER["rectified"]
            code = "at_once_taken" if taken else "at_once_left"
            self._doubted(out, code, where, self.decisive[0])
        if best is None and not (out.rectified_on or out.verified_on or out.closed_on):
            best = self._handled(row, out)
        if best and states.ORDER[best[0]] >= 2 and not out.rectified_on:
            out.rectified_on = self._day_in_words(row, out) or _same_day(out, self.decisive[0])
        self._decide(row, out, best, unclear)

    def _handled(self, row: Row, out: ParsedRow) -> tuple[states.State, str] | None:
        """What a column of measures says was done: '处理情况：当场整改', '整改措施：已当场清理'.

        An order stays a measure. What may be either is left open and doubted.
        """
        for index in self.mapping.get("measure", ()):
            value = row.get(index)
            text = "" if isinstance(value, CellError) else text_of(value).strip()
            if not text:
                continue
            tells = bool(_HANDLED.search(head(self.headers[index].rsplit("/", 1)[-1])))
            said = at_once.verdict(text)
            claim = states.words(text) if tells and said != "unclear" else None
            if said == "done" and not at_once.lists_several(text):
                claim = "rectified", text[:20]
            if claim and states.ORDER[claim[0]] >= states.ORDER["rectified"]:
                self.decisive = (text, None)
                return claim
            if said in ("done", "bare", "unclear") or (said == "partly" and not tells):
                self._doubted(out, "at_once_left", index, text)
        return None

    def _doubted(self, out: ParsedRow, code: str, index: int | None, text: str) -> None:
        out.warnings.append(self._finding(code, index, value=text[:60]))

    def _day_in_words(self, row: Row, out: ParsedRow) -> date | None:
        """'已于2024年6月28日整改完成' says when, where no column does."""
        for code in ("status", "closure", "progress", "verification", "is_rectified", "measure"):
            text = self._text(row, code) if code in self.mapping else ""
            if code == "measure" and text != self.decisive[0]:
                continue  # '2024年6月28日前更换' is when it is to be.
            if not text or len(text) > 80 or not _DONE_ON.search(text):
                continue
            reading = dates.read(text)
            if reading and reading.month_day:
                reading = next_after(reading, out.found_on)
            if reading is None or reading.day is None or reading.precision != "day":
                continue
            if out.found_on <= reading.day <= (self.context.today or reading.day):
                return reading.day
        return None

    def _decide(
        self, row: Row, out: ParsedRow, best: tuple[states.State, str] | None, unclear: str
    ) -> None:
        state: states.State = best[0] if best else "found"
        rule = f"{state}:word:{best[1]}" if best else ""
        dated: tuple[tuple[states.State, date | None], ...] = (
            ("rectified", out.rectified_on),
            ("verified", out.verified_on),
            ("closed", out.closed_on),
        )
        for later, day in dated:
            if day is None or states.ORDER[later] <= states.ORDER[state]:
                continue
            if best and states.ORDER[state] < states.ORDER["rectified"]:
                out.warnings.append(
                    self._finding("status_against_date", self._where(row, "status"), value=best[1])
                )
                break
            state, rule = later, f"{later}:day"
        if state == "found" and (out.responsible_unit or out.responsible_person or out.deadline):
            state = "assigned"
            rule = f"assigned:responsible:{best[1]}" if best else "assigned:responsible"
        if best is None and unclear and not dates.BLANK.match(unclear):
            out.warnings.append(
                self._finding("status_unclear", self._where(row, "status"), value=unclear[:60])
            )
        if states.ORDER[state] < states.ORDER["rectified"]:
            out.rectified_on = out.verified_on = out.closed_on = None
        out.state, out.state_rule = state, rule or "found:nothing"
        listed = squeeze(self._text(row, "listed")) if "listed" in self.mapping else ""
        if listed and not dates.BLANK.match(listed):
            out.listed = not NO.match(listed)


def _same_day(out: ParsedRow, words: str) -> date | None:
    """What was rectified on the spot was so on the day it was found, where that day is known."""
    return out.found_on if out.found_precision == "day" and at_once.on_the_spot(words) else None


def claim_of_list(row: ParsedRow, claim: tuple[states.State, str]) -> None:
    """What a list of outcomes ("1.已清理 2.正在维修") says of one of its hazards."""
    state, words = claim
    if state == row.state:
        return
    if state == "found" and row.state == "assigned":
        return
    if states.ORDER[state] < states.ORDER["rectified"]:
        row.rectified_on = row.verified_on = row.closed_on = None
        if state == "found" and (row.responsible_unit or row.responsible_person or row.deadline):
            state = "assigned"
    if state == "rectified":
        row.rectified_on = row.rectified_on or _same_day(row, words)
    row.state, row.state_rule = state, f"{state}:word:{words}"
