"""S53: whatever people typed, into whatever field, is text on every page, in every table and mail.

Every text of every table is replaced by text that tries to get out of wherever it is shown: out of
an element, out of an attribute in either quotes, out of a script. Then each page is opened by
those who see most, and read by a parser as a browser would: nothing of it may have become markup.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from tests.rights.routes import Route
from tests.rights.test_foreign import LISTS, PAGES, _fits, _number, moment, stand

__all__ = ["moment", "stand"]
pytestmark = pytest.mark.django_db
#: No element of ours is called so, and no attribute.
MARK = "zz9"
#: Out of text, of an attribute in either quotes, of a script; and a formula at the beginning.
BREAKS_OUT = f"=1\"></script><{MARK} x='><{MARK} {MARK}>"
#: As an address it would run; as a template it would be 49.
RUNS = "javascript:alert(1)//{{7*7}}${7*7}"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ADDRESSES = {"href", "src", "action", "formaction", "poster", "data", "xlink:href"}
#: The fields that our own documents have: contents and page numbers.
OWN_FIELD = re.compile(r"\s*(?:TOC|PAGE)\b")
SCHEMES = ("javascript:", "vbscript:", "data:text")
#: Texts that programs read: an unknown value would break the row, and nobody types them.
NOT_TYPED = {
    "path", "code", "kind", "state", "status", "role", "grade", "source_state", "target_state",
    "step", "key", "mac", "head", "sum", "digest", "fingerprint", "base", "action", "object_type",
    "object_id", "session_key", "session_data", "password", "username", "language", "purpose",
    "result_code", "channel", "type", "page", "every", "form", "side", "outcome", "period",
    "worker", "task", "email", "url", "stored", "sheet", "origin", "cluster", "identifier",
    "field", "header", "plain_name", "initials", "pinyin", "wrapped", "secret", "archive",
    "error_code", "industry", "scale", "prefix", "sector_id", "plan", "plan_code", "basis_code",
    "sent_sum", "subject_key", "address_key", "query", "model", "app_label", "codename", "about",
    "column", "stake_from", "stake_to", "group", "verdict", "topic",
}  # fmt: skip

GROWS = {
    "loop.Event", "audit.AuditRow", "audit.Seal", "audit.Link", "audit.Purge", "facts.Fact",
}  # fmt: skip


class Reader(HTMLParser):
    """Reads a page as a browser does, and writes down what must not be there."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith(MARK) or any(name.startswith(MARK) for name, _value in attrs):
            self.found.append(f"<{tag} {attrs}")
        for name, value in attrs:
            low = (value or "").strip().casefold()
            if name in ADDRESSES and low.startswith(SCHEMES):
                self.found.append(f"<{tag} {name}={value!r}")
            if name.startswith("on") or name == "srcdoc":
                self.found.append(f"<{tag} {name}")

    handle_startendtag = handle_starttag


def broken_out(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def fields() -> Iterator[tuple[Any, Any]]:
    """Every text of ours into which somebody may type, with its table."""
    from django.apps import apps

    for model in apps.get_models():
        if not model.__module__.startswith("anlan.") or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            text = field.get_internal_type() in ("CharField", "TextField")
            if text and not field.choices and not field.unique and field.name not in NOT_TYPED:
                yield model, field


def plant_hostile(text: str) -> Any:
    """Rows of every kind, then ``text`` in each of their texts; returns what was planted."""
    from django.db import DatabaseError, transaction

    from anlan.base.actor import Actor
    from anlan.base.ids import uuid7
    from anlan.domain.hazards import commands
    from anlan.domain.inspections.models import Visit
    from anlan.kernel.accounts.models import Unit
    from tests.rights import foreign

    planted = foreign.plant("PLANTED", area=foreign.HOME, sector="hazchem", at=timezone.now())
    foreign.plant_people(planted, area=foreign.HOME)
    by = Actor(None, text[:60], trusted=True)
    unit = Unit.objects.get(code="reporter").pk
    # History can't be changed afterwards, so it is written hostile.
    commands.assign(
        [planted.hazard], rectifier=unit, reason=text, by=by, request_id=uuid7(),
        at=timezone.now(),
    )  # fmt: skip
    refused = set()
    for model, field in fields():
        fits = text[: field.max_length] if field.max_length else text
        try:
            with transaction.atomic():
                model._default_manager.update(**{field.name: fits})
        except DatabaseError:
            refused.add(model._meta.label)
    # What only grows refuses the change, and what must differ in each row; nothing else does.
    assert refused <= GROWS | {"accounts.Regulator", "facts.LabelValue"}
    Visit.objects.update(facts={"0": text})
    return planted


def pages(planted: Any) -> Iterator[tuple[Route, str]]:
    for route in LISTS:
        yield route, route.path()
    for route in PAGES:
        number = _number(route, planted.numbers)
        if number is not None and route.takes == ("pk",) and _fits(route, number):
            yield route, route.path(pk=number)
    yield from (
        (route, route.path(pk=number))
        for route in PAGES
        for name, number in (("accounts:unit", planted.unit), ("accounts:person", planted.person))
        if route.name == name
    )
    exports = [route for route in PAGES if route.name.endswith(":export") and not route.is_api]
    for route in exports:
        yield from ((route, route.path(kind=kind)) for kind in ("csv", "xlsx")
                    if route.takes == ("kind",))  # fmt: skip
    for route in PAGES:
        if route.name.startswith("defects:") and route.takes == ("code",):
            yield route, route.path(code=planted.word + f"-{planted.enterprise}")
        if route.name == "inspections:subject":
            yield route, route.path(pk=planted.sweep, target=1)


@pytest.mark.once
@pytest.mark.parametrize("text", [BREAKS_OUT, RUNS])
@pytest.mark.parametrize("role", ["office", "leader", "system_admin", "security_admin", "auditor"])
def test_S53_what_was_typed_is_text_on_every_page_and_in_every_table(
    role: str, text: str, settings: Any
) -> None:
    from anlan.kernel.accounts.tests.people import Browser, make_person
    from anlan.kernel.regions.models import Region
    from tests.rights import foreign

    settings.PASSWORD_HASHERS = ["anlan.kernel.accounts.tests.hashing.QuickArgon2"]
    planted = plant_hostile(text)
    make_person("me", role, area=Region.objects.get(code=foreign.HOME))
    browser = Browser()
    assert browser.sign_in("me").status_code == 302
    bad: list[tuple[str, Any]] = []
    told = 0
    for _route, path in pages(planted):
        answer = browser.get(path)
        assert answer.status_code < 500, path
        content = b"".join(answer) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "")
        told += MARK.encode() in content or b"alert(1)" in content or content[:2] == b"PK"
        if content[:2] == b"PK":
            bad += [(path, cell) for cell in formulas(content)]
        elif kind.startswith("text/csv"):
            lines = csv.reader(io.StringIO(content.decode("utf-8-sig")))
            bad += [(path, cell) for line in lines for cell in line if cell.startswith(FORMULAS)]
        elif kind.startswith(("text/html", "image/svg")):
            page = content.decode()
            bad += [(path, one) for one in broken_out(page)]
            bad += [(path, "49")] if "alert(1)//49" in page else []
        else:
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
    assert not bad
    assert told > 1, "else nothing of it was shown to this role"


def formulas(content: bytes) -> list[str]:
    """Cells of a workbook that a spreadsheet would run; of a document, what Word would fetch."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "word/document.xml" in parts.namelist():
            return live(parts)
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = []
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                typed = isinstance(cell.value, str) and cell.value.startswith(FORMULAS)
                if cell.data_type == "f" or typed or cell.hyperlink:
                    found.append(f"{sheet.title}!{cell.coordinate}: {cell.value!r}")
    return found


def live(parts: zipfile.ZipFile) -> list[str]:
    """What in a document isn't text: fields but its own contents and page numbers, links out."""
    said = parts.read("word/document.xml").decode()
    fields = re.findall(r"<w:instrText[^>]*>(.*?)</w:instrText>|<w:fldSimple ([^>]*)", said)
    found = [field for pair in fields for field in pair if field and not OWN_FIELD.match(field)]
    for name in parts.namelist():
        found += re.findall(r'TargetMode="External"', parts.read(name).decode("utf-8", "replace"))
    return found


def test_S53_only_these_modules_write_what_leaves_the_house() -> None:
    """Whoever writes documents of another kind meets this test, and says how text is inert there.

    papers.sheets neutralises every cell; a template of ours holds no row; mails are plain text.
    """
    import re

    from tests.databases import ROOT

    writers = re.compile(
        r"csv\.(?:writer|DictWriter)|^\s*(?:from|import) "
        r"(?:xlsxwriter|docx|docxtpl|pptx|typst|reportlab|weasyprint|odf|openpyxl|fpdf|pypdf|pikepdf)\b",
        re.M,
    )
    found = {
        path.relative_to(ROOT / "src/anlan").as_posix()
        for path in (ROOT / "src/anlan").rglob("*.py")
        if "/tests/" not in path.as_posix() and writers.search(path.read_text("utf-8"))
    }
    assert found == {
        "kernel/papers/sheets/writing.py",  # every table; test_S53_no_exported_text_is_a_formula
        "domain/hazards/reading/outgoing.py",  # the empty template: sectors' names by cell_text
        "domain/office/views_audit.py",  # the audit as csv: every cell by cell_text
        # Papers: text goes in as runs, which nothing evaluates, and as data of a typst template.
        "kernel/papers/official/word.py", "kernel/papers/official/blocks.py",
        "kernel/papers/official/styles.py", "kernel/papers/official/ooxml.py",
        "kernel/papers/official/slides.py",
        "kernel/papers/official/pdf.py", "kernel/papers/official/fonts.py",
        "kernel/papers/official/_fill.py",  # test_S54_a_hostile_template_is_refused
        "kernel/papers/_bare_child.py",  # takes out of a paper what it says of its author
        "domain/accidents/importing/joining.py",  # what it writes is read by the import alone
        # Made-up registers for trying out.
        "config/samples/layouts.py", "config/demo_enterprises.py",
        "kernel/regions/packing.py", "kernel/calendar/packing.py",  # data of this repository
    }  # fmt: skip


def test_the_net_finds_a_formula_where_texts_are_written_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from anlan.kernel.papers.sheets import writing

    def book() -> bytes:
        out = io.BytesIO()
        writing.write_tables(out, [writing.OutTable("x", ["x"], [[BREAKS_OUT]])])
        return out.getvalue()

    assert not formulas(book())
    monkeypatch.setattr(writing, "neutral", lambda text: text)
    assert formulas(book())


def test_the_reader_finds_what_broke_out() -> None:
    """The net has no holes: each way out is found where nothing is escaped."""
    for page in (f"<p>{BREAKS_OUT}</p>", f'<a title="{BREAKS_OUT}">', f"<a title='{BREAKS_OUT}'>",
                 f"<script>var a = '{BREAKS_OUT}'</script>", f'<a href="{RUNS}">',
                 '<b onclick="x">'):  # fmt: skip
        assert broken_out(page), page
    assert not broken_out("<p>=1&quot;&gt;&lt;/script&gt;&lt;zz9 x=&#39;&gt;</p>")
