"""One document read: its notice, clauses and repairs, in offsets of the document's own text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from anlan.domain.campaigns.reading import dates, reports, tasks, units
from anlan.domain.campaigns.reading import notice as notices
from anlan.domain.campaigns.reading.plain import Plain, plain
from anlan.domain.campaigns.reading.structure import Node
from anlan.domain.campaigns.reading.target import Target
from anlan.kernel.papers.documents import Document


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found. ``told`` gives each part as a program and a page want it."""

    document: Document
    plain: Plain
    notice: notices.Notice
    clauses: tuple[tasks.Clause, ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [self._clause(clause) for clause in self.clauses if clause.kind == kind]

    def told_notice(self) -> dict[str, Any]:
        found = self.notice
        return {
            "number": self._words(found.number),
            "title": re.sub(r"\s*\n\s*", "", self._words(found.title)),
            "issuer": re.sub(r"\s*\n\s*", "、", self._words(found.issuer)),
            "recipients": [self._said(*span) for span in found.recipients],
            "date": found.day.isoformat() if found.day else None,
            "is_notice": found.is_one,
            "copies": 1 + len(self.document.copies),
            "reports": [self._report(report) for report in found.due_reports],
        }

    def _words(self, span: notices.Span | None) -> str:
        return self._said(*span)["text"].strip() if span else ""

    def _said(self, start: int, end: int) -> dict[str, Any]:
        a, b = self.plain.span(start, end)
        return {"text": self.document.text[a:b], "start": a, "end": b}

    def _report(self, report: reports.Report) -> dict[str, Any]:
        return self._said(report.start, report.end) | {
            "due": report.due.isoformat() if report.due else None,
            "recurring": report.recurring,
            "comparator": "<=",
            "inferred": report.inferred,
            "senders": [self._words(span) for span in report.senders],
            "what": self._words(report.what),
            "recipient": self._words(report.recipient),
        }

    def _clause(self, clause: tasks.Clause) -> dict[str, Any]:
        said = self._said(clause.start, clause.end)
        title = self._said(*clause.title) if clause.title[1] > clause.title[0] else None
        node = clause.node
        return {
            "no": _number(node) if clause.number is None else self._cell(clause.number),
            "path": _path(node),
            "part": node.part if node else "",
            "section": self._heading(node.parent) if node and node.parent else "",
            "kind": clause.kind,
            "title": title["text"].strip() if title else "",
            "title_hans": self.plain.text[slice(*clause.title)],
            **said,
            "targets": [self._target(target) for target in clause.targets],
            # Nobody named: the notice's recipients are meant.
            "units_default": all(unit.role == "addressed" for unit in clause.units),
            "units": [self._unit(unit) for unit in clause.units],
            "sectors": [self._said(s.start, s.end) | {"name": s.name} for s in clause.sectors],
            "deadlines": [self._deadline(deadline) for deadline in clause.deadlines],
            "basis": [self._basis(basis) for basis in clause.basis],
        }

    def _cell(self, span: notices.Span) -> int | str:
        said = self._words(span)
        return int(said) if said.isdecimal() else said

    def _heading(self, node: Node) -> str:
        return self._words((node.start, node.title_end))

    def _target(self, target: Target) -> dict[str, Any]:
        value = target.value
        number = None if value is None else int(value) if value == int(value) else float(value)
        return {
            "kind": target.kind,
            "value": number,
            "up_to": None if target.up_to is None else float(target.up_to),
            "unit": target.unit,
            "comparator": target.comparator,
            "object": target.object,
            "baseline": target.baseline,
            "direction": target.direction,
            "per": target.per,
            "inferred": target.inferred,
            **self._said(target.start, target.end),
        }

    def _unit(self, unit: units.Unit) -> dict[str, Any]:
        said = self._said(unit.start, unit.end)
        return {"name": said["text"], "role": unit.role, **said}

    def _deadline(self, deadline: dates.Deadline) -> dict[str, Any]:
        return {
            "kind": deadline.kind,
            "date": deadline.day or None,
            "inferred": deadline.inferred,
            **self._said(deadline.start, deadline.end),
        }

    def _basis(self, basis: units.Basis) -> dict[str, Any]:
        number = re.sub("[()（）]", "", self._words(basis.number))
        return self._said(basis.start, basis.end) | {"number": number, "status": basis.status}


def _number(node: Node | None) -> int | str | None:
    """As the notice writes it: 1 for 1., （1） and ①, 一 for 一、 and （一）."""
    if node is None:
        return None
    bare = re.sub("[()、,第章节条编篇部分:是要]", "", node.label).strip(".")
    if bare.isdecimal():
        return int(bare)
    one_sign = len(bare) == 1 and not "一" <= bare <= "鿿"
    return node.number if one_sign else bare or node.number


def _path(node: Node | None) -> str:
    labels: list[str] = []
    while node is not None:
        labels.insert(0, node.label)
        node = node.parent
    return "".join(labels)


def read(document: Document) -> Reading:
    """Read a document as a notice. Furniture and second copies are left out, offsets hold."""
    silent = [(mark.start, mark.end) for mark in document.furniture]
    silent += [(copy.start, copy.end) for copy in document.copies]
    words = plain(document.text, silent)
    found = notices.read(words)
    title = words.text[slice(*found.title)] if found.title else ""
    year = found.year or _first_year(title)
    clauses = tasks.read(words, year, notice=found.is_one, day=found.day)
    return Reading(document, words, found, tuple(clauses))


def _first_year(title: str) -> int | None:
    match = re.search(r"(?:19|20)\d{2}|(?<!\d)1[0-2]\d(?=年)", title)
    return dates.number_of_year(match[0]) if match else None
