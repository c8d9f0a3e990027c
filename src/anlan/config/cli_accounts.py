"""./anlan first-admin, ./anlan import units and ./anlan import people."""

from __future__ import annotations

import csv
import io
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.config.cli_say import emit, english, say
from anlan.kernel.accounts import commands
from anlan.kernel.accounts.commands import RowResult
from anlan.kernel.accounts.models import BUSINESS_ROLES, Role, Sector, User
from anlan.kernel.accounts.units import LISTED_KINDS

#: What a column may be called at the head of a list, besides its own name.
HEADINGS = {
    "code": "单位代码 代码 编码",
    "name": "名称 单位名称 姓名",
    "kind": "类型 类别 单位类型",
    "area": "地区 区划代码 行政区划代码 区划",
    "parent": "上级单位代码 上级代码",
    "sectors": "行业领域 行业代码 行业",
    "username": "用户名 账号 登录名",
    "email": "邮箱 电子邮箱",
    "unit": "所属单位代码 所在单位代码",
    "role": "岗位 角色",
    "title": "职务",
}
#: What the second sheet of a template says of a column that has no list.
NOTES = {
    "code": gettext_lazy("Your own, once for each unit: letters, digits, hyphens."),
    "area": gettext_lazy("The area's name (with what is above it where several have it) or code."),
    "kind": gettext_lazy(
        "Leave enterprises out: each gets its unit from the register of enterprises."
    ),
    "parent": gettext_lazy("The code of the unit above; empty for the topmost."),
    "sectors": gettext_lazy("Several with commas; empty means all."),
    "username": gettext_lazy("2 to 60 letters, digits, dots or hyphens; used to sign in."),
    "unit": gettext_lazy(
        "A unit's code; an enterprise's people: its unified social credit code, once it is in the "
        "register."
    ),
}
COLUMNS = {
    "units": ("code", "name", "kind", "area", "parent", "sectors"),
    "people": ("username", "name", "email", "unit", "role", "title"),
}
ROWS_MAX = 50_000


class ListUnreadable(Refusal):
    code = "list_unreadable"
    message = gettext_lazy(
        "%(file)s can't be read as a list (%(reason)s). Save it as .xlsx, or as .csv in UTF-8 or "
        "GB18030, with one line of headings: %(columns)s."
    )


class TemplateExists(Refusal):
    code = "template_exists"
    message = gettext_lazy("%(file)s is there already. Name a file that isn't.")


def first_admin(args: Namespace) -> int:
    """Print a one-time link for each administrator's role that nobody holds (S07, S16)."""
    links = commands.bootstrap_links(args.actor, at=timezone.now())
    if not links:
        say(_("Each administrator's role has a holder already, who can invite others."))
        return 0
    # Whoever copies a link asks where it leads, and how long it waits.
    say(
        _("Each link makes one administrator's account, once, within 24 hours and while "
          "./anlan serve runs. Three people should open them:")
    )  # fmt: skip
    for role, path in links.items():
        print(f"{Role(role).label}  {_site(args)}{path}", flush=True)
    return 0


def _site(args: Namespace) -> str:
    """Before a link, so that whoever is handed it can open it."""
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    port = getattr(args, "port", None)
    served = settings.HOME / "serve.lock"
    if port is None and served.exists():
        # Where pages are served, or were last.
        address = served.read_text()
        if address:
            return address
    return f"http://127.0.0.1:{port or 8000}"


def import_units(args: Namespace) -> int:
    return _import(args, "units", commands.import_units)


def import_people(args: Namespace) -> int:
    return _import(args, "people", commands.import_people)


def _import(args: Namespace, kind: str, run: Callable[..., list[RowResult]]) -> int:
    from django.db import transaction

    if args.template:
        return _template(Path(args.files[0]), kind)
    at = timezone.now()
    counts: Counter[str] = Counter()
    #: What was refused, and what was left as it is although the list says otherwise.
    rejected: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    links: dict[str, str] = {}
    with transaction.atomic(durable=True):
        for name in args.files:
            rows, first = read_list(Path(name), COLUMNS[kind])
            results = run(rows, by=args.actor, at=at)
            counts.update(result.outcome for result in results)
            for result in results:
                if result.message:
                    (rejected if result.outcome == "rejected" else notes).append(
                        {"file": name, "row": result.row + first, "column": result.column,
                         "code": result.code, "message": str(result.message)}
                    )  # fmt: skip
            if kind == "people" and not args.dry_run:
                links |= _invitations(results, args, at)
        transaction.set_rollback(args.dry_run)
    done = {name: counts[name] for name in ("created", "updated", "unchanged")}
    answer = {"rows": counts.total(), **done, "rejected": rejected, "notes": notes, "links": links}
    if args.json:
        emit(answer)
        return 0
    say(
        _("%(rows)s rows: %(created)s new, %(updated)s changed, %(unchanged)s unchanged, "
          "%(refused)s rejected.") % {**answer, "refused": len(rejected)}
    )  # fmt: skip
    for row in [*rejected, *notes]:
        heading = HEADINGS[row["column"]].split()[0] if row["column"] else ""
        shown = row["column"] if english() else heading
        say(f"  {row['file']} {row['row']} {shown}: {row['message']}")
    for username, link in links.items():
        print(f"{username}  {link}")
    return 0


def _template(path: Path, kind: str) -> int:
    """An empty list, and beside it what may stand in its columns."""
    from anlan.kernel.papers.sheets.writing import OutTable, write_tables

    if path.exists():
        raise TemplateExists(file=str(path))
    if kind == "units":
        sectors = Sector.objects.values_list("name", flat=True)
        choices = {"kind": [str(each.label) for each in LISTED_KINDS], "sectors": list(sectors)}
    else:
        choices = {"role": [str(each.label) for each in BUSINESS_ROLES]}
    headers = [column if english() else HEADINGS[column].split()[0] for column in COLUMNS[kind]]
    notes = [
        (headers[COLUMNS[kind].index(column)], text)
        for column, texts in choices.items()
        for text in texts
    ]
    notes += [(headers[COLUMNS[kind].index(column)], str(NOTES[column]))
              for column in COLUMNS[kind] if column in NOTES]  # fmt: skip
    tables = [
        OutTable(_("List"), headers, [], widths=[18] * len(headers)),
        OutTable(
            _("What may stand where"), [_("Column"), _("What to write")], notes, widths=[18, 60]
        ),
    ]  # fmt: skip
    write_tables(path, tables)
    say(_("%(file)s is an empty list; its second sheet says what may stand in which column.")
        % {"file": path})  # fmt: skip
    return 0


def _invitations(results: Sequence[RowResult], args: Namespace, at: Any) -> dict[str, str]:
    """A new person's password is set by the person, with a link that is shown here once."""
    new = [result.pk for result in results if result.outcome == "created" and result.pk]
    return {
        user.username: _site(args) + commands.invite(user.pk, by=args.actor, at=at)
        for user in User.objects.filter(pk__in=new).order_by("username")
    }


def read_list(path: Path, columns: Sequence[str]) -> tuple[list[dict[str, str]], int]:
    """Rows by column, and how many lines stand above the first of them."""
    known = {word: column for column in columns for word in [column, *HEADINGS[column].split()]}
    try:
        lines = list(_lines(path))
    except (OSError, ValueError, UnicodeError) as error:
        raise ListUnreadable(file=path.name, reason=str(error), columns=_list(columns)) from error
    for number, line in enumerate(lines[:20]):
        heads = [known.get(cell.strip().lower()) for cell in line]
        if heads.count(None) < len(heads) and len({head for head in heads if head}) >= 2:
            rows = [
                {head: cell for head, cell in zip(heads, line, strict=False) if head}
                for line in lines[number + 1 :]
                if any(cell.strip() for cell in line)
            ]
            if len(rows) > ROWS_MAX:
                reason = _("it has more than %(max)s rows") % {"max": ROWS_MAX}
                raise ListUnreadable(file=path.name, reason=reason, columns=_list(columns))
            return rows, number + 1
    raise ListUnreadable(file=path.name, reason=_("it has no headings"), columns=_list(columns))


def _list(columns: Sequence[str]) -> str:
    return "、".join(HEADINGS[column].split()[0] for column in columns)


def _lines(path: Path) -> Iterator[list[str]]:
    if path.suffix.lower() == ".csv":
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        yield from csv.reader(io.StringIO(text, newline=""))
        return
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            for line in book.get_sheet_by_index(0).to_python(skip_empty_area=False):
                yield [_text(cell) for cell in line]
    except CalamineError as error:
        raise ValueError(str(error)) from error


def _text(cell: object) -> str:
    """A cell as people see it: a code typed as a number has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
