"""./anlan read: a document as the reading page will show it, on the command line."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from anlan.config.cli_say import emit, say
from anlan.domain.campaigns.reading import arithmetic, figures
from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.reading.plain import simplified
from anlan.domain.campaigns.reading.repair import repairs
from anlan.kernel.papers import documents


def main(args: Namespace) -> int:
    """Nothing is kept and no database is asked: text in, findings out."""
    document = documents.read(args.file)
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
            "reason": repair.reason,
        }
        for repair in repairs(document.text)
    ]
    every = not (args.tasks or args.figures)
    if args.tasks or every:
        read = reading.read(document)
        result["notice"] = read.told_notice()
        result["tasks"] = read.of("task")
        for name in ("goal", "requirement", "stage", "other"):
            result[f"{name}s"] = read.of(name)
    if args.figures or every:
        result |= _figures(document)
    result["furniture"] = [asdict(mark) for mark in document.furniture]
    result["copies"] = [asdict(copy) for copy in document.copies]
    result["notes"] = list(document.notes)
    if args.json:
        emit(result)
    else:
        _show(result)
    return 0


def _figures(document: documents.Document) -> dict[str, Any]:
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
                "reason": one.sentence(_),
                "figures": [_plain(figure) for figure in one.figures],
            }
            for one in against
        ],
    }


def _in_copy(document: documents.Document, figure: Any) -> bool:
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


def _show(result: dict[str, Any]) -> None:
    """A line a find, for people; all of it is in --json."""
    notice = result.get("notice")
    if notice:
        head = (notice["number"], notice["title"], notice["issuer"], notice["date"] or "")
        print("  ".join(part.replace("\n", "") for part in head if part))
        for report in notice["reports"]:
            print(f"  {report['text']}  {report['due'] or report['recurring']}")
    for task in result.get("tasks", ()):
        print(f"{task['path']} {task['title'] or task['text'][:40]}")
        for target in task["targets"]:
            value = "" if target["value"] is None else target["value"]
            print(f"    {target['comparator']} {value}{target['unit']}  {target['text']}")
        for deadline in task["deadlines"]:
            if deadline["kind"] == "by":
                print(f"    {deadline['date']}  {deadline['text']}")
    for figure in result.get("figures", ()):
        print(f"{figure['start']}  {figure['value']}{figure['unit']}  {figure['text']}")
    for repair in result["repairs"]:
        print(f"{repair['start']}  {repair['before']} → {' / '.join(repair['readings'])}")
    say(
        _("%(tasks)s tasks, %(figures)s figures, %(repairs)s places to be looked at.")
        % {
            "tasks": len(result.get("tasks", ())),
            "figures": len(result.get("figures", ())),
            "repairs": len(result["repairs"]),
        }
    )
