"""Every sentence of ours has its Chinese: extraction, the check, and bringing the .po up to date.

    python -m anlan.config.testing_translations check
    python -m anlan.config.testing_translations update [FILE.tsv …]   (lines of msgid ⇥ msgstr)

The msgid is English; a plain entry in locale/zh_Hans that is missing, empty or fuzzy, or whose
placeholders differ from the msgid's, fails the check.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parents[3]
PO = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**/static/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2"),
    ("**.txt", "jinja2"),
    ("**.xml", "jinja2"),
    ("**.svg", "jinja2"),
]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
_PLACEHOLDER = re.compile(r"%\((\w+)\)")
HEADER = {
    "Project-Id-Version": "Anlan",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str, str, str]  # context, msgid, plural


def extract() -> dict[Key, list[str]]:
    """Every msgid in sources and templates, with the files that hold it."""
    found: dict[Key, list[str]] = defaultdict(list)
    for file, _line, message, _comments, context in extract_from_dir(
        ROOT / "src/anlan", METHODS, OPTIONS, KEYWORDS
    ):
        single, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        if single:
            found[context or "", single, plural].append(file)
    return found


def problems(messages: dict[Key, list[str]], po: polib.POFile) -> Iterator[str]:
    entries = {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""): entry
        for entry in po
        if not entry.obsolete
    }
    for key, files in sorted(messages.items()):
        entry = entries.get(key)
        where = f"{files[0]}: {key[1]!r}"
        if entry is None:
            yield f"missing   {where}"
            continue
        texts = list(entry.msgstr_plural.values()) if key[2] else [entry.msgstr]
        if not texts or not all(texts):
            yield f"empty     {where}"
        elif entry.fuzzy:
            yield f"fuzzy     {where}"
        else:
            # A Chinese plural may do without the number's name; it may not invent one.
            wanted = set(_PLACEHOLDER.findall(key[2] or key[1]))
            for text in texts:
                if set(_PLACEHOLDER.findall(text)) != wanted:
                    yield f"placeholders differ  {where}: {text!r}"


def check() -> int:
    po = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    messages = extract()
    found = list(problems(messages, po))
    for line in found:
        print(line)
    print(f"{len(messages)} messages, {len(found)} without a proper translation")
    return 1 if found or not messages else 0


def update(tables: list[Path]) -> int:
    """Write the .po anew: extracted messages, what was translated, and what the tables add."""
    old = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    known = {(e.msgctxt or "", e.msgid): e for e in old if not e.obsolete and not e.fuzzy}
    added: dict[str, str] = {}
    for table in tables:
        for line in table.read_text(encoding="utf-8").splitlines():
            msgid, tab, msgstr = line.partition("\t")
            if tab:
                added[_unescape(msgid)] = _unescape(msgstr.split("\t")[-1])
    po = polib.POFile(wrapwidth=100)
    po.metadata = dict(HEADER)
    for (context, msgid, plural), files in sorted(extract().items(), key=_order):
        before = known.get((context, msgid))
        entry = polib.POEntry(
            msgid=msgid,
            msgctxt=context or None,
            occurrences=[(file, "") for file in sorted(set(files))],
        )
        # A table has no contexts, so it speaks for plain entries only.
        told = "" if context else added.get(msgid, "")
        text = told or (before.msgstr if before else "")
        if plural:
            entry.msgid_plural = plural
            former = before.msgstr_plural.get(0, "") if before else ""
            entry.msgstr_plural = {0: added.get(msgid) or added.get(plural) or former}
        else:
            entry.msgstr = text
        po.append(entry)
    PO.parent.mkdir(parents=True, exist_ok=True)
    po.save(str(PO))
    return check()


def _order(item: tuple[Key, list[str]]) -> tuple[str, str]:
    (context, msgid, _plural), _files = item
    return msgid, context


def _unescape(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


if __name__ == "__main__":
    if sys.argv[1:2] == ["update"]:
        raise SystemExit(update([Path(name) for name in sys.argv[2:]]))
    raise SystemExit(check())
