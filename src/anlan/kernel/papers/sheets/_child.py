"""Runs alone in a limited process: unpacks, checks and parses one workbook.

Started by path (``python -I _child.py FILE FOLDER KIND``), so it imports neither Django nor us,
only its neighbour ``archive``. Rows go to FOLDER as one JSON line each; what happened goes to
stdout, also as JSON lines. Whatever a hostile file does to this process, its parent only ever
reads JSON.
"""

from __future__ import annotations

import datetime
import errno
import importlib.util
import json
import os
import re
import resource
import sys
import zlib
from collections.abc import Callable, Iterator, Set
from html.parser import HTMLParser
from typing import Any

MEMORY_BYTES_MAX = 1 << 30
CPU_SECONDS_MAX = 60
SPOOL_BYTES_MAX = 2 << 30
MERGES_MAX = 200_000
MARKS_MAX = 100_000
#: Runs of hidden rows that are told of; a filter over a register hides some thousands.
HIDDEN_RUNS_MAX = 100_000
#: Excel's own limit; no file has more, so no column is dropped.
COLUMNS_MAX = 16_384
#: Behind this column a row is only looked at where it holds something at all.
COLUMNS_USUAL = 256
SPAN_MAX = 1_000
PROGRESS_ROWS = 5_000
CHUNK = 1 << 18
#: What str.strip() takes for white space, and what it doesn't: zero-width space, byte order mark.
BLANKS = " \t\r\n\v\f\u3000\u00a0\u200b\ufeff\u2002\u2003\u2009"

_CELL_MARK = re.compile(
    rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?'
    rb'(?:\bt="e"[^>]*>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?<v>(#[^<]{1,20})</v>'
    rb"|>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))(?:<v\s*/>|<v></v>)?</c>)"
)
_HIDDEN_ROW = re.compile(
    rb'<(?:\w+:)?row\b(?=[^>]*?\bhidden="(?:1|true)")[^>]*?\br="([0-9]{1,7})"[^>]*>'
)
_DOCTYPES = [text.encode(code) for text in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")]  # fmt: skip  # noqa: E501


def say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=True) + "\n")
    sys.stdout.flush()


class Stop(Exception):
    def __init__(self, code: str, what: str, size: int = 0, limit: int = 0) -> None:
        super().__init__(what)
        self.code, self.what, self.size, self.limit = code, what, size, limit


def limit_self() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_MAX, CPU_SECONDS_MAX + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SPOOL_BYTES_MAX, SPOOL_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load_archive() -> Any:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archive.py")
    spec = importlib.util.spec_from_file_location("archive", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["archive"] = module
    spec.loader.exec_module(module)
    return module


def inflate(file: Any, member: Any) -> Iterator[bytes]:
    """The member's bytes in pieces; stops where it yields more than it declared."""
    file.seek(member.start)
    left, out = member.packed, 0
    unpack = zlib.decompressobj(-15) if member.method == 8 else None
    while left > 0:
        raw = file.read(min(CHUNK, left))
        if not raw:
            raise Stop("broken", f"{member.name} is cut off")
        left -= len(raw)
        while raw:
            if unpack is None:
                piece, raw = raw, b""
            else:
                try:
                    piece = unpack.decompress(raw, CHUNK)
                except zlib.error as error:
                    raise Stop("broken", f"{member.name}: {error}") from None
                raw = unpack.unconsumed_tail
            out += len(piece)
            if out > member.unpacked:
                raise Stop("bomb", f"{member.name} is bigger than it declares")
            if piece:
                yield piece
    if out != member.unpacked:
        raise Stop("broken", f"{member.name} is smaller than it declares")


def hide(runs: list[list[int]], row: int) -> None:
    """Add a row to the runs of hidden ones; rows come in their order, and may come twice."""
    if runs and row <= runs[-1][1] + 1:
        runs[-1][1] = max(row, runs[-1][1])
    elif len(runs) < HIDDEN_RUNS_MAX:
        runs.append([row, row])


def check_member(file: Any, member: Any) -> tuple[list[list[Any]], bool, list[list[int]]]:
    """Unpack once within the declared size; refuse nested archives and document types.

    Returns the cells of a worksheet that hold an error or a formula without a stored result, which
    the parser gives as empty, and whether its text comes to its end: of one that is cut off before
    its first row the parser says that it has none; and runs of rows that it hides.
    """
    name = member.name.casefold()
    is_xml = name.endswith((".xml", ".rels", ".vml"))
    is_sheet = name.startswith("xl/worksheets/") and is_xml
    first, tail = True, b""
    marks: list[list[Any]] = []
    hidden: list[list[int]] = []
    for piece in inflate(file, member):
        if first:
            first = False
            if piece[:4] == b"PK\x03\x04" and not name.startswith("xl/embeddings/"):
                raise Stop("bomb", "it holds another archive")
        if not is_xml:
            continue
        window = tail + piece
        if b"<!" in window or b"<\x00!" in window or b"\x00<\x00!" in window:
            upper = window.upper()
            if any(mark in upper for mark in _DOCTYPES):
                raise Stop("entities", member.name)
        if is_sheet and b' hidden="' in window:
            for match in _HIDDEN_ROW.finditer(window):
                hide(hidden, int(match[1]))
        if is_sheet and (b't="e"' in window or b"<f" in window) and len(marks) < MARKS_MAX:
            used = 0
            for match in _CELL_MARK.finditer(window):
                used = match.end()
                error = (match[3] or b"#FORMULA").decode("ascii", "replace")
                marks.append([int(match[2]), match[1].decode(), error])
            cut = max(used, len(window) - 4_096)
            # Don't cut inside a cell: the next window begins at the last one that is begun.
            begun = window.rfind(b"<c ", used, cut) if used < cut else -1
            tail = window[begun if begun >= 0 else cut :]
        else:
            tail = window[-4_096:] if is_sheet else window[-32:]
    ended = tail.replace(b"\0", b"").rstrip().endswith(b"worksheet>")
    return marks, ended or not is_sheet or not name.endswith(".xml"), hidden


def sheet_members(file: Any, found: list[Any]) -> dict[str, str]:
    """Sheet name to member name, from the workbook's own relations."""
    by_name = {m.name.casefold(): m for m in found}

    def text(name: str) -> str:
        member = by_name.get(name)
        return b"".join(inflate(file, member)).decode("utf-8", "replace") if member else ""

    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", text("xl/_rels/workbook.xml.rels")):
        rid, target = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if rid and target:
            path = target[1].lstrip("/")
            targets[rid[1]] = (path if path.startswith("xl/") else f"xl/{path}").casefold()
    names = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", text("xl/workbook.xml")):
        name, rid = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br:id="([^"]*)"', tag)
        if name and rid and rid[1] in targets:
            names[_unescape(name[1])] = targets[rid[1]]
    return names


def _unescape(text: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):  # fmt: skip  # noqa: E501
        text = text.replace(entity, char)
    return text


def cell(value: Any) -> Any:
    """JSON for one cell: texts and numbers as they are, the rest as [kind, text]."""
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.strip(BLANKS) else None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) < 1e308 else None
    if isinstance(value, datetime.datetime):
        return ["d", value.isoformat(sep=" ")]
    if isinstance(value, datetime.date):
        return ["d", value.isoformat()]
    if isinstance(value, datetime.time):
        return ["t", value.isoformat()]
    if isinstance(value, datetime.timedelta):
        return ["t", str(value)]
    return str(value)


def write_rows(folder: str, index: int, total: int, rows: Iterator[list[Any]]) -> tuple[int, int]:
    """One JSON line a row; rows behind the last one with content are dropped."""
    height = width = blank = 0
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    with open(os.path.join(folder, f"{index}.jsonl"), "w", encoding="utf-8") as out:
        for number, row in enumerate(rows, 1):
            if len(row) > COLUMNS_USUAL and not any(tail := row[COLUMNS_USUAL:]) and 0 not in tail:
                # Sheets that were once formatted to column XFD: nothing but blanks out there.
                row = row[:COLUMNS_USUAL]
            cells = [cell(value) for value in row[:COLUMNS_MAX]]
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                out.write("[]\n" * blank)
                out.write(_surrogates(dumps(cells)) + "\n")
                blank, height = 0, number
                width = max(width, len(cells))
            else:
                blank += 1
            if number % PROGRESS_ROWS == 0:
                say(rows=number, total=total, sheet=index)
    return height, width


def _surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def with_calamine(
    path: str,
    folder: str,
    marks: dict[str, list[list[Any]]],
    cut: Set[str] = frozenset(),
    hidden: dict[str, list[list[int]]] | None = None,
) -> None:
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError:
        raise Stop("encrypted", "") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Stop("broken", str(error)[:200]) from None
    kinds = {meta.name: meta for meta in book.sheets_metadata}
    for index, name in enumerate(book.sheet_names):
        meta = kinds.get(name)
        visible = meta is None or meta.visible == calamine.SheetVisibleEnum.Visible
        is_sheet = meta is None or meta.typ == calamine.SheetTypeEnum.WorkSheet
        height = width = 0
        merges: list[Any] = []
        problem = ""
        try:
            if name in cut:
                raise ValueError("the sheet is cut off")
            sheet = book.get_sheet_by_index(index)
        except (calamine.CalamineError, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise  # The disk is full: the sheet isn't to blame.
            # One damaged sheet doesn't take the others with it.
            problem = str(error)[:200]
            is_sheet = is_sheet and problem != ""
        else:
            top, left = sheet.start or (0, 0)
            total = top + sheet.height
            height, width = write_rows(folder, index, total, _full_rows(sheet, left))
            merges = [[*low, *high] for low, high in (sheet.merged_cell_ranges or [])[:MERGES_MAX]]
        say(
            done=index,
            name=name,
            hidden=not visible,
            chart=not is_sheet,
            height=height,
            width=width,
            merges=merges,
            problem=problem,
            errors=marks.get(name, []),
            hidden_rows=(hidden or {}).get(name, []),
        )


def _full_rows(sheet: Any, left: int) -> Iterator[list[Any]]:
    """Rows from row 1 and column A: the parser counts rows so, but begins at the first column."""
    pad = [None] * left
    for row in sheet.iter_rows():
        yield pad + row


class Tables(HTMLParser):
    """An HTML page that calls itself .xls: each table becomes a sheet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[dict[int, str]], list[list[int]]]] = []
        self.depth = 0
        self.rows: list[dict[int, str]] = []
        self.merges: list[list[int]] = []
        self.taken: dict[int, int] = {}
        self.column = 0
        self.span = (1, 1)
        self.text: list[str] | None = None
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head"):
            self.skip += 1
        elif tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.rows, self.merges, self.taken = [], [], {}
        elif self.depth and tag == "tr":
            self.end_cell()
            self.rows.append({})
            self.column = 0
        elif self.depth and tag in ("td", "th") and self.rows:
            self.end_cell()
            found = dict(attrs)
            self.span = (_span(found.get("rowspan")), _span(found.get("colspan")))
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self.skip = max(0, self.skip - 1)
        elif tag in ("td", "th", "tr"):
            self.end_cell()
        elif tag == "table" and self.depth:
            self.end_cell()
            self.depth -= 1
            if self.depth == 0:
                self.tables.append((self.rows, self.merges))

    def handle_data(self, data: str) -> None:
        if self.text is not None and not self.skip:
            self.text.append(re.sub(r"\s+", " ", data))

    def end_cell(self) -> None:
        if self.text is None:
            return
        row = len(self.rows) - 1
        while self.taken.get(self.column, 0) > row:
            self.column += 1
        down, right = self.span
        text = "".join(self.text).strip()
        if text:
            self.rows[row][self.column] = text
        if down > 1 or right > 1:
            self.merges.append([row, self.column, row + down - 1, self.column + right - 1])
        for column in range(self.column, self.column + right):
            self.taken[column] = row + down
        self.column += right
        self.text = None


def _span(text: str | None) -> int:
    return min(int(text), SPAN_MAX) if text and text.strip().isdigit() and int(text) else 1


def with_html(path: str, folder: str) -> None:
    with open(path, "rb") as file:
        raw = file.read()
    stated = re.search(rb'charset=["\']?([\w-]+)', raw[:4_096])
    codes = ["utf-8-sig", stated[1].decode() if stated else "gb18030", "gb18030"]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codes.insert(0, "utf-16")
    text = ""
    for code in codes:
        try:
            text = raw.decode(code)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        text = raw.decode("gb18030", "replace")
    parser = Tables()
    parser.feed(text)
    parser.close()
    if parser.depth:
        parser.tables.append((parser.rows, parser.merges))
    for index, (rows, merges) in enumerate(parser.tables):
        full = ([row.get(c) for c in range(max(row, default=-1) + 1)] for row in rows)
        height, width = write_rows(folder, index, len(rows), full)
        say(done=index, name=f"Sheet{index + 1}", hidden=False, chart=False, height=height,
            width=width, merges=merges[:MERGES_MAX], problem="", errors=[])  # fmt: skip


def with_xml2003(path: str, folder: str) -> None:
    """Excel 2003's XML spreadsheet, which some systems still write as .xls."""
    from xml.parsers import expat

    sheets: list[dict[str, Any]] = []
    state: dict[str, Any] = {"text": None, "row": 0, "column": 0, "type": ""}

    def start(tag: str, attrs: dict[str, str]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        attrs = {name.rsplit(":", 1)[-1]: value for name, value in attrs.items()}
        if tag == "Worksheet":
            sheets.append({"name": attrs.get("Name", f"Sheet{len(sheets) + 1}"), "rows": [], "merges": [], "hidden": []})  # fmt: skip  # noqa: E501
            state["row"] = 0
        elif tag == "Row" and sheets:
            state["row"] = int(attrs.get("Index", state["row"] + 1))
            rows = sheets[-1]["rows"]
            if state["row"] > 1_048_576:
                raise Stop("broken", "row number")
            while len(rows) < state["row"]:
                rows.append({})
            state["column"] = 0
            if attrs.get("Hidden") == "1":
                hide(sheets[-1]["hidden"], state["row"])
        elif tag == "Cell" and sheets:
            state["column"] = int(attrs.get("Index", state["column"] + 1))
            state["across"] = int(attrs.get("MergeAcross", 0))
            down = int(attrs.get("MergeDown", 0))
            if state["across"] or down:
                r, c = state["row"] - 1, state["column"] - 1
                sheets[-1]["merges"].append([r, c, r + down, c + state["across"]])
        elif tag == "Data":
            state["text"], state["type"] = [], attrs.get("Type", "String")

    def end(tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if tag == "Data" and state["text"] is not None:
            text = "".join(state["text"])
            value: Any = text
            if state["type"] == "Number":
                value = float(text)
            elif state["type"] == "DateTime":
                value = datetime.datetime.fromisoformat(text)
            if sheets and sheets[-1]["rows"] and state["column"] <= COLUMNS_MAX:
                sheets[-1]["rows"][-1][state["column"] - 1] = value
            state["text"] = None
        elif tag == "Cell":
            state["column"] += state.get("across", 0)

    def chars(data: str) -> None:
        if state["text"] is not None:
            state["text"].append(data)

    def doctype(*_: Any) -> None:
        raise Stop("entities", "")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = chars, doctype
    try:
        with open(path, "rb") as file:
            parser.ParseFile(file)
    except (expat.ExpatError, ValueError) as error:
        raise Stop("broken", str(error)[:200]) from None
    for index, sheet in enumerate(sheets):
        full = ([r.get(c) for c in range(max(r, default=-1) + 1)] for r in sheet["rows"])
        height, width = write_rows(folder, index, len(sheet["rows"]), full)
        say(done=index, name=sheet["name"], hidden=False, chart=False, height=height, width=width,
            merges=sheet["merges"][:MERGES_MAX], problem="", errors=[],
            hidden_rows=sheet["hidden"])  # fmt: skip


def with_xlsx(path: str, folder: str) -> None:
    archive = load_archive()
    with open(path, "rb") as file:
        try:
            found = archive.members(file)
        except archive.BadArchive as bad:
            raise Stop(bad.reason, bad.what, bad.size, bad.limit) from None
        by_member = {m.name.casefold(): check_member(file, m) for m in found}
        names = sheet_members(file, found)
        book = next((m for m in found if m.name.casefold() == "xl/workbook.xml"), None)
        head = b"".join(inflate(file, book)) if book else b""
    of_sheet = {name: by_member.get(member, ([], True, [])) for name, member in names.items()}
    marks = {name: found_marks for name, (found_marks, _ended, _hidden) in of_sheet.items()}
    cut = {name for name, (_marks, ended, _hidden) in of_sheet.items() if not ended}
    hidden = {name: runs for name, (_marks, _ended, runs) in of_sheet.items()}
    if re.search(rb'<(?:\w+:)?workbookPr\b[^>]*\bdate1904="(?:1|true)"', head):
        say(date1904=True)
    with_calamine(path, folder, marks, cut, hidden)


def main() -> int:
    path, folder, kind = sys.argv[1:4]
    limit_self()
    readers: dict[str, Callable[[str, str], None]] = {
        "xlsx": with_xlsx,
        "xls": lambda p, f: with_calamine(p, f, {}),
        "html": with_html,
        "xml": with_xml2003,
    }
    try:
        readers[kind](path, folder)
    except Stop as stop:
        say(stop=stop.code, what=stop.what, size=stop.size, limit=stop.limit)
        return 3
    except MemoryError:
        say(stop="work", what="memory")
        return 3
    except OSError as error:
        full = error.errno == errno.ENOSPC
        say(stop="disk" if full else "broken", what=f"{type(error).__name__}: {error}"[:200])
        return 3
    except BaseException as error:  # A Rust panic is no Exception; the parent says "damaged".
        say(stop="broken", what=f"{type(error).__name__}: {error}"[:200])
        return 3
    say(end=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
