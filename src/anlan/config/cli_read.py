"""./anlan read: a document as the reading page will show it, on the command line."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.base.refusal import Unreadable
from anlan.config.cli_say import emit, say
from anlan.domain.campaigns.reading.checking import checked
from anlan.domain.campaigns.reading.whole import in_the_file, told
from anlan.kernel.papers import documents


def main(args: Namespace) -> int:
    """Nothing is kept and no database is asked: text in, findings out."""
    if args.corrections:
        return _corrections(Path(args.corrections))
    if args.check:
        return _check(Path(args.check), as_json=args.json)
    if not args.file:
        raise Unreadable(field="FILE", reason=_("name the document to be read"))
    every = not (args.tasks or args.figures)
    document = documents.read(args.file)
    result = told(document, _, tasks=args.tasks or every, counted=args.figures or every)
    if args.json:
        emit(in_the_file(result, document))
    else:
        _show(result)
    return 0


def _corrections(folder: Path) -> int:
    """Of the office's own database, so this one asks it."""
    from anlan.domain.campaigns.intake import examples as intake_examples

    count = intake_examples.write(folder)
    say(
        ngettext(
            "%(n)s confirmed document written to %(folder)s. It stays out of git.",
            "%(n)s confirmed documents written to %(folder)s. They stay out of git.",
            count,
        )
        % {"n": count, "folder": folder}
    )
    return 0


def _check(folder: Path, *, as_json: bool) -> int:
    if not folder.is_dir():
        raise Unreadable(
            field="--check", reason=_("there is no folder %(name)s") % {"name": folder}
        )
    found = list(checked(folder))
    if as_json:
        emit({"documents": found})
        return 0
    for one in found:
        if "other_text" in one:
            print(f"{one['document']}  not read as marked: {one['other_text']}")
        for name in ("figures", "tasks"):
            if name in one:
                _score(f"{one['document']}  {name}", one[name])
    return 0


def _score(head: str, told: dict[str, Any]) -> None:
    shares = "  ".join(
        f"{key} {value:.3f}" for key, value in told.items() if isinstance(value, float)
    )
    print(f"{head}: {told['read']}/{told['truth']}  {shares}")
    for error, counts in told["errors"].items():
        print(f"    {error}: {counts}")
    for line in told.get("told", ()):
        print(f"        {line}")


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
