"""What is stored speaks the installation's language or nobody's: the rule of base/stored.py.

``_()`` in a module that writes may end in three ways: a refusal tells it, ``stored.sentence`` makes
it one of our sentences, or it is written within a ``with`` that says in whose language. A label of
a choice may not end in a row at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.test_habits import SOURCE, dotted, modules

pytestmark = pytest.mark.once
#: Modules whose functions write rows, wherever they stand in an app; of an import, not what it
#: shows of a workbook before anything is taken.
WRITING = re.compile(
    r"^(?!.*/(views/|importing/(columns|guessing|showing)))(.*/)?(commands(_\w+)?(/\w+)?|ticks|jobs|importing/\w+|succession|posting"
    r"|escalating|letters|designing|policy)\.py$"
)
FAMILY = {"gettext", "ngettext", "pgettext", "npgettext"}
#: With what follows a text is told to whoever acts, or declared, or kept for each reader.
TELLS = re.compile(
    r"(^|\.)(text_of|written|stated|short|lacks|refuse|reason_in|check_figures|room_for|declare"
    r"|sentence|unit_of|unclear|doubt|Wrong|Finding)$"
)
IN_WHOSE = re.compile(r"house_language|of_papers|override")
#: Functions that word what is shown or refused at once, each with why it stands where it does.
SHOWN = {
    "domain/filings/designing.py differences": "what a version changed, for a page",
    "domain/lists/commands/listing.py who_decides": "named in a refusal",
    "domain/bulletins/commands/correcting.py _title": "called within of_papers()",
    "domain/bulletins/commands/correcting.py _both_values": "called within of_papers()",
    "domain/assessments/letters.py _item": "called within house_language()",
    "domain/supervision/commands/issuing.py _check": "a refusal of several fields",
    "domain/supervision/commands/papers.py no_talk": "why a button isn't there",
    "domain/campaigns/tallies/commands.py _values": "which row is refused, and why",
    "kernel/accounts/commands/imports.py problem": "a row's refusal, shown once",
    "kernel/accounts/commands/imports.py _of_enterprise": "a row's refusal, shown once",
    "kernel/accounts/commands/imports.py unknown": "a row's refusal, shown once",
    "kernel/accounts/commands/imports_people.py problem": "a row's refusal, shown once",
    "kernel/accounts/commands/imports_people.py _person": "what a row changes, shown once",
    "kernel/accounts/commands/imports_people.py _words": "what a row changes, shown once",
    "kernel/accounts/commands/imports_people.py _post": "what a row changes, shown once",
}


def worded(tree: ast.Module) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Texts that are put into words within a function, each with what stands around it."""
    names = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name.removesuffix("_lazy") in FAMILY
    }
    stack: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while stack:
        node, around = stack.pop()
        stack += [(child, [*around, node]) for child in ast.iter_child_nodes(node)]
        if not any(isinstance(each, ast.FunctionDef) for each in around):
            continue
        called = isinstance(node, ast.Call) and (
            dotted(node.func) in names or dotted(node.func).endswith("_display")
        )
        # The label of a choice, not of a question, a column or an article: those are data.
        label = (
            isinstance(node, ast.Attribute)
            and node.attr == "label"
            and isinstance(node.value, ast.Call | ast.Attribute)
            and bool(re.search(r"(^|\.)[A-Z]\w*[a-z]", ast.unparse(node.value)))
        )
        if called or label:
            yield node, around


def told(node: ast.AST, around: list[ast.AST]) -> bool:
    """Is it said to whoever acts, or written in a language that the module names?"""
    for each in around:
        # What an object is called is put into words by whoever reads it (stored.by_language, say).
        if isinstance(each, ast.Raise) or getattr(each, "name", "") == "__str__":
            return True
        if isinstance(each, ast.Call) and TELLS.search(dotted(each.func)):
            return True
        if isinstance(each, ast.With) and IN_WHOSE.search(ast.unparse(each.items[0])):
            return True
    function = next(each for each in reversed(around) if isinstance(each, ast.FunctionDef))
    kept = next((each for each in reversed(around) if isinstance(each, ast.Assign)), None)
    return kept is not None and _only_told(kept, function)


def _only_told(kept: ast.Assign, function: ast.FunctionDef) -> bool:
    """A name that is used for nothing but a refusal."""
    if len(kept.targets) != 1 or not isinstance(kept.targets[0], ast.Name):
        return False
    name, uses = kept.targets[0].id, []

    def look(node: ast.AST, said: bool) -> None:
        said = said or isinstance(node, ast.Raise)
        said = said or (isinstance(node, ast.Call) and bool(TELLS.search(dotted(node.func))))
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            uses.append(said)
        # A test of it keeps nothing.
        for child in ast.iter_child_nodes(node):
            look(child, said or (isinstance(node, ast.If) and child is node.test))

    look(function, False)
    return bool(uses) and all(uses)


def test_nothing_is_stored_in_the_language_of_whoever_acts() -> None:
    found: dict[str, list[int]] = {}
    for module, tree in modules().items():
        if not WRITING.search(module):
            continue
        for node, around in worded(tree):
            if not told(node, around):
                function = next(e for e in reversed(around) if isinstance(e, ast.FunctionDef))
                lines = found.setdefault(f"{module} {function.name}", [])
                lines.append(getattr(node, "lineno", 0))
    assert {where: lines for where, lines in found.items() if where not in SHOWN} == {}
    assert SHOWN.keys() - found.keys() == set(), "no longer there"


def test_the_rule_finds_what_it_is_for() -> None:
    """Each way in which a text was stored once, and each in which it may be said."""
    bad = """
from django.utils.translation import gettext_lazy as _
def a(): engine.take(LOOP, "void", [], reason=str(_("The import was undone.")))
def b(): changes = {"result": str(Entry.Kind(kind).label)}; take(changes)
def c(): row.title = _("Plan of %(year)d") % {"year": 1}
def d(): post(data={"way": pick.get_way_display()})
def e():
    reason = _("late")
    take(reason=reason)
"""
    good = """
from django.utils.translation import gettext_lazy as _
def a():
    reason = _("late")
    raise Refused(reason=reason)
def b(): text_of(text, "text", _("Write it."))
def c():
    with stored.house_language():
        title = str(_("Plan"))
def d(): take(labels=[column.label for column in form.columns])
"""

    def names(source: str) -> set[str]:
        return {
            next(e.name for e in reversed(around) if isinstance(e, ast.FunctionDef))
            for node, around in worded(ast.parse(source)) if not told(node, around)
        }  # fmt: skip

    assert names(bad) == set("abcde")
    assert names(good) == set()
    assert SOURCE.is_dir()
