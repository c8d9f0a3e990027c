"""All that is said of one document, as ``./anlan read`` prints it and the page of intakes keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

from anlan.domain.campaigns.reading import arithmetic, figures
from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.reading.repair import repairs
from anlan.kernel.papers.documents import Document
from anlan.kernel.papers.scripts import simplified


def told(
    document: Document,
    translate: Callable[[str], str] = str,
    *,
    tasks: bool = True,
    counted: bool = True,
) -> dict[str, Any]:
    """What was found, as JSON. ``counted``: the figures, too, and what contradicts itself."""
    result: dict[str, Any] = {"file": document.name, "kind": document.kind}
    result["text"] = document.text
    hans = "\n".join(map(simplified, document.text.split("\n")))
    if hans != document.text:
        # Of the same length, so that every offset holds in it, too.
        result["text_hans"] = hans
    result["repairs"] = [
        {
            "start": repair.start,
            "end": repair.end,
            "before": repair.before,
            "after": repair.after,
            "status": repair.status,
            "readings": list(repair.readings),
            "rule": repair.rule,
            "reason": repair.reason,
        }
        for repair in repairs(document.text)
    ]
    if tasks:
        read = reading.read(document)
        result["notice"] = read.told_notice()
        result["tasks"] = read.of("task")
        for name in ("goal", "requirement", "stage", "other"):
            result[f"{name}s"] = read.of(name)
    if counted:
        result |= _figures(document, translate)
    result["furniture"] = [asdict(mark) for mark in document.furniture]
    result["copies"] = [asdict(copy) for copy in document.copies]
    result["notes"] = list(document.notes)
    if document.recognised is not None:
        found = document.recognised
        result["recognised"] = {"pages": list(found.pages), "sure": round(found.sure, 3)}
        result["unsure"] = [asdict(mark) for mark in document.unsure]
    return result


def in_the_file(result: dict[str, Any], document: Document) -> dict[str, Any]:
    """The same with every offset in the file's own text: of a web page that with its markup."""
    source = document.source
    if source is None:
        return result

    def moved(found: Any) -> Any:
        if isinstance(found, list):
            return [moved(value) for value in found]
        if not isinstance(found, dict):
            return found
        out = {name: moved(value) for name, value in found.items()}
        if isinstance(out.get("start"), int) and isinstance(out.get("end"), int):
            out["start"], out["end"] = source.span(out["start"], out["end"])
            if isinstance(out.get("first"), int):
                out["first"] = source.span(out["first"], out["first"])[0]
        return out

    whole: dict[str, Any] = moved(result)
    whole["text"] = source.text
    hans = "\n".join(map(simplified, source.text.split("\n")))
    if "text_hans" in whole:
        whole["text_hans"] = hans
    return whole


def _figures(document: Document, translate: Callable[[str], str]) -> dict[str, Any]:
    found = [figure for figure in figures.read(document.text) if not _in_copy(document, figure)]
    against = arithmetic.contradictions(found, document.text)
    return {
        "figures": [_plain(figure) for figure in found],
        "contradictions": [
            {
                "start": one.start,
                "end": one.end,
                "code": one.code,
                "verdict": one.verdict,
                "values": dict(one.values),
                "reason": one.sentence(translate),
                "figures": [_plain(figure) for figure in one.figures],
            }
            for one in against
        ],
    }


def _in_copy(document: Document, figure: Any) -> bool:
    """A notice that stands in its file twice is counted once."""
    return any(copy.start <= figure.start < copy.end for copy in document.copies)


def _plain(found: Any) -> Any:
    if is_dataclass(found) and not isinstance(found, type):
        return {name: _plain(value) for name, value in asdict(found).items()}
    if isinstance(found, Decimal):
        return int(found) if found == found.to_integral_value() else float(found)
    if isinstance(found, list | tuple):
        return [_plain(value) for value in found]
    if isinstance(found, dict):
        return {str(key): _plain(value) for key, value in found.items()}
    return found
