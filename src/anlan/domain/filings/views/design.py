"""The form designer: sections, rows, columns, cells and rules of the draft version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base import stored
from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import NotFound
from anlan.domain.campaigns.progress import counting
from anlan.domain.filings import commands, deriving, designing, narrowing, terms
from anlan.domain.filings.models import NAME_CHARS_MAX, Form, Version
from anlan.domain.filings.refusals import FilingIncomplete, VersionIssued
from anlan.domain.filings.terms import Broken, Cell, Definition, Rule
from anlan.domain.filings.views.forms import form_of, item_choices, rule_words
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.indicators import declare
from anlan.kernel.loop.forms import StepForm
from anlan.ui.pages import go_on, render_page

ROWS_AT_ONCE = 60
#: Of one cell divided by another, where nobody says how many.
QUOTIENT_DIGITS = 2


@require_http_methods(["GET", "POST"])
@requires("forms.edit")
def design(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft as a table; ?part= opens what is changed beside it."""
    by, at = actor_of(request), timezone.now()
    form = form_of(pk, "forms.edit", by, at)
    draft = form.versions.filter(status=Version.Status.DRAFT).first()
    if draft is None:
        if request.method == "POST":
            raise VersionIssued
        return go_on(request, reverse("filings:form", args=[pk]))
    definition = Definition.of(draft.definition)
    part, wrong, status = request.GET.get("part", ""), "", 200
    if request.method == "POST":
        sent = StepForm(request.POST)
        if not sent.is_valid():
            raise NotFound
        part = request.POST.get("part", "")
        try:
            made = _changed(definition, request.POST, by, at)
            commands.draw(
                pk, definition=made, seq=sent.cleaned_data["seen"], by=by, at=at,
                request_id=sent.cleaned_data["request_id"],
            )  # fmt: skip
        except Broken as broken:
            wrong, status = f"{broken.where}: {broken.reason}" if broken.where else str(
                broken.reason
            ), 422  # fmt: skip
        except FilingIncomplete as refusal:
            wrong, status = str(refusal), 422
        else:
            messages.success(request, _("Saved in the draft."))
            again = request.POST.get("then", "")
            address = reverse("filings:design", args=[pk])
            return go_on(request, f"{address}?part={again}" if again else address)
    context = _context(form, draft, definition, part, wrong, by, request.POST)
    return render_page(request, "filings/design.html", "filings/design.html", context, status)


def _context(
    form: Form, draft: Version, definition: Definition, part: str, wrong: str, by: Actor,
    sent: QueryDict,
) -> dict[str, Any]:  # fmt: skip
    kind, _colon, key = part.partition(":")
    known = definition.by_key()
    items, items_left = item_choices(by, deriving.items_of(definition))
    problem = ""
    try:
        terms.check(definition)
    except Broken as broken:
        problem = f"{broken.where}: {broken.reason}" if broken.where else str(broken.reason)
    row_key, _dot, column_key = key.partition(".")
    section = next((one for one in definition.sections if one.key == row_key), None)
    rows = {row.key: (one, row) for one in definition.sections for row in one.rows}
    here = known.get(key)
    return {
        "form": form, "draft": draft, "definition": definition, "known": known, "part": part,
        "kind": kind, "key": key, "wrong": wrong, "problem": problem, "request_id": uuid7(),
        "section": section, "line": rows.get(key), "cell_row": rows.get(row_key),
        "column": next((one for one in section.columns if one.key == column_key), None)
        if section else None,
        "cell_column": next(
            (one for one in rows[row_key][0].columns if one.key == column_key), None
        ) if row_key in rows else None,
        "cell": here.cell if here else None,
        "rule": next((one for one in definition.rules if one.key == key), None),
        "items": items, "items_left": items_left,
        "named": {one.pk: one.name for one in items}, "modes": terms.MODES,
        "over": terms.OVER, "money": list(terms.MONEY.items()), "digits_max": terms.DIGITS_MAX,
        "quotient_digits": QUOTIENT_DIGITS,
        "text_chars": terms.TEXT_CHARS, "text_max": terms.TEXT_CHARS_MAX,
        "choices": ledger_choices(), "where_names": narrowing.NAMES,
        "where_values": {
            name: {"": _("not stated"), **narrowing.values_of(name)} for name in narrowing.NAMES
        },
        "rule_kinds": terms.RULES, "missing": terms.MISSING, "severities": terms.SEVERITIES,
        "addresses": _addresses(definition), "words": cell_words(definition),
        "rules": [(one.key, rule_words(one, definition)) for one in definition.rules],
        "sent": sent,
    }  # fmt: skip


def ledger_choices() -> list[tuple[str, Any]]:
    """What a derived cell may show: indicators, then kinds of fact by what they are about."""
    indicators = [(code, str(each.label)) for code, each in declare.declared().items()]
    groups = [
        (label, rows) for label, rows in counting.choices()
        if not isinstance(rows, str) and label != _("rates")
    ]  # fmt: skip
    return [(_("indicators"), indicators), *[(str(label), rows) for label, rows in groups]]


def _addresses(definition: Definition) -> list[tuple[str, str]]:
    return [(key, place.label) for key, place in definition.by_key().items()]


def cell_words(definition: Definition) -> dict[str, str]:
    """What each cell holds, in a few words."""
    items = deriving.items_of(definition)
    known = definition.by_key()
    found = {}
    for key, place in known.items():
        cell = place.cell
        if cell.mode == "derived":
            said = str(deriving.name_of(cell, items))
            if cell.where:
                said += f"（{_where(cell.where)}）"
            if cell.over == "year":
                said = _("%(what)s, year to date") % {"what": said}
            if cell.instead:
                name = items[cell.instead].name if cell.instead in items else "?"
                said += " / " + _("not on the system: %(item)s") % {"item": name}
        elif cell.mode in terms.TYPED:
            said = items[cell.item].name if cell.item in items else "?"
        elif cell.mode == "text":
            said = _("text, %(n)d characters at most") % {"n": cell.chars}
        else:
            parts = [known[one].label for one in cell.of if one in known]
            minus = [known[one].label for one in cell.minus if one in known]
            said = " + ".join(parts) + "".join(f" − {one}" for one in minus)
            if cell.mode in terms.DIVIDED:
                whole = known[cell.whole].label if cell.whole in known else "?"
                said = f"{said} ÷ {whole}" + (" %" if cell.mode == "percent" else "")
            elif cell.mode == "cumulative":
                said = _("%(what)s, year to date") % {"what": said}
        found[key] = said
    return found


def _where(where: Mapping[str, Sequence[str]]) -> str:
    """一般、未填"""
    empty = [_("not stated") for values in where.values() if "" in values]
    return "、".join(filter(None, (narrowing.said(where).strip("、"), *empty)))


# --- what was sent -------------------------------------------------------------------------


def _changed(form: Definition, sent: QueryDict, by: Actor, at: Any) -> Definition:
    """The definition after what was sent. Raises Broken, FilingIncomplete, NotFound."""
    op, key = sent.get("op", ""), sent.get("key", "")
    section = sent.get("section", "")
    label, help_text = sent.get("label", "").strip()[:200], sent.get("help", "").strip()[:500]
    move = 1 if sent.get("by") == "down" else -1
    acts: dict[str, Callable[[], Definition]] = {
        "help": lambda: _with_help(form, help_text),
        "section": lambda: designing.put_section(form, key, label, help_text),
        "drop_section": lambda: designing.drop_section(form, key),
        "move_section": lambda: designing.move_section(form, key, move),
        "column": lambda: designing.put_column(form, section, key, _named(label), help_text),
        "drop_column": lambda: designing.drop_column(form, section, key),
        "move_column": lambda: designing.move_column(form, section, key, move),
        "fill": lambda: _filled(form, section, key, sent, by, at),
        "row": lambda: designing.put_row(
            form, section, key, _named(label), sent.get("unit", "").strip()[:20], help_text
        ),
        "rows": lambda: _rows(form, section, sent, by, at),
        "drop_row": lambda: designing.drop_row(form, section, key),
        "move_row": lambda: designing.move_row(form, section, key, move),
        "cell": lambda: designing.put_cell(form, key, _cell(sent)),
        "rule": lambda: designing.put_rule(form, _rule(key, sent)),
        "drop_rule": lambda: designing.drop_rule(form, key),
    }
    if op not in acts:
        raise NotFound
    return acts[op]()


def _named(label: str) -> str:
    if not label:
        raise Broken("", _("Give it a name."))
    return label[: terms.LABEL_CHARS_MAX]


def _with_help(form: Definition, text: str) -> Definition:
    return replace(form, help=text)


def _rows(form: Definition, section: str, sent: QueryDict, by: Actor, at: Any) -> Definition:
    """Several rows at once; with items of their names, where they are declared in a column."""
    found = designing.lines(sent.get("lines", ""))
    if not found or len(found) > ROWS_AT_ONCE:
        raise Broken("", _("Write one row a line, %(n)d at most: name, unit.") % {
            "n": ROWS_AT_ONCE})  # fmt: skip
    column = sent.get("column", "")
    pks: list[int] = []
    if column:
        new = [commands.NewItem(name, unit or _("times")) for name, unit in found]
        pks = commands.make_items(new, by=by, at=at, request_id=uuid7())
    for n, (name, unit) in enumerate(found):
        form = designing.put_row(form, section, "", name, unit)
        if column:
            key = designing.row_keys(form)
            own = next(one for one in form.sections if one.key == section).rows[-1].key
            assert own in key
            form = designing.put_cell(form, f"{own}.{column}", Cell("declared", item=pks[n]))
    return form


def _filled(form: Definition, section: str, key: str, sent: QueryDict, by: Actor, at: Any
            ) -> Definition:  # fmt: skip
    """All rows of a column at once: declared items of their own, or worked out from columns."""
    found = next((one for one in form.sections if one.key == section), None)
    column = next((one for one in found.columns if one.key == key), None) if found else None
    if found is None or column is None:
        raise NotFound
    mode, others = sent.get("mode", ""), sent.getlist("columns")
    if mode == "declared":
        # What is declared already keeps its item, so that its figures go on.
        rows = [row for row in found.rows if key not in row.cells]
        names = [f"{row.label}（{column.label}）" if len(found.columns) > 1 else row.label
                 for row in rows]  # fmt: skip
        with stored.house_language():
            times = _("times")
        new = [commands.NewItem(name[:NAME_CHARS_MAX], row.unit or times)
               for name, row in zip(names, rows, strict=True)]  # fmt: skip
        pks = commands.make_items(new, by=by, at=at, request_id=uuid7()) if new else []
        made = {row.key: Cell("declared", item=pk) for row, pk in zip(rows, pks, strict=True)}
        return designing.fill_column(form, section, key, lambda row: made.get(row.key))
    if mode == "text":
        return designing.fill_column(
            form, section, key, lambda row: None if key in row.cells else Cell(mode)
        )
    if mode not in terms.WORKED_OUT or not others:
        raise Broken("", _("Choose the cells that it is worked out from."))
    return designing.fill_column(form, section, key, lambda row: _worked(row, mode, others, key))


def _worked(row: terms.Row, mode: str, columns: Sequence[str], key: str) -> Cell | None:
    """Of the row's own cells; None where one of them asks nothing."""
    if key in columns or not set(columns) <= row.cells.keys():
        return None
    of = tuple(f"{row.key}.{one}" for one in columns)
    if mode in terms.DIVIDED:
        digits = 1 if mode == "percent" else QUOTIENT_DIGITS
        return Cell(mode, of=of[:1], whole=of[1], digits=digits) if len(of) == 2 else None
    return Cell(mode, of=of if mode == "sum" else of[:1])


def _cell(sent: QueryDict) -> Cell | None:
    mode = sent.get("mode", "")
    if not mode:
        return None
    if mode not in terms.MODES:
        raise Broken("", _("Choose what stands in the cell."))
    where = {
        name: sent.getlist(f"where_{name}") for name in narrowing.NAMES
        if sent.getlist(f"where_{name}")
    }  # fmt: skip
    if mode in terms.TYPED:
        return Cell(mode, item=_number(sent.get("item")))
    if mode == "derived":
        counts = sent.get("counts", "")
        item = _number(sent.get("ledger_item"))
        return Cell(
            mode, item=None if counts else item, counts=counts, where=where,
            over=sent.get("over", "period"), instead=_number(sent.get("instead")),
            digits=_number(sent.get("shown")) or 0,
        )  # fmt: skip
    if mode == "text":
        return Cell(mode, limit=_number(sent.get("limit")) or 0)
    if mode == "cumulative":
        return Cell(mode, of=tuple(filter(None, (sent.get("base", ""),))))
    if mode in terms.DIVIDED:
        of = tuple(filter(None, (sent.get("share", ""),)))
        digits = _number(sent.get("digits"))
        if digits is None:
            digits = 1 if mode == "percent" else QUOTIENT_DIGITS
        return Cell(mode, of=of, whole=sent.get("whole", ""), digits=digits)
    return Cell(mode, of=tuple(sent.getlist("of")), minus=tuple(sent.getlist("minus")))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 12 else None


def _rule(key: str, sent: QueryDict) -> Rule:
    when_left, when_right = sent.get("left_when", ""), sent.get("right_when", "")
    rule = Rule(
        key, sent.get("kind", "le"), _timed(sent.getlist("left"), when_left),
        _timed(sent.getlist("right"), when_right), _number(sent.get("percent")) or 200,
        sent.get("missing", "skip"), sent.get("severity", "error"),
        sent.get("text", "").strip()[:200],
    )  # fmt: skip
    if rule.kind == "change":
        rule = Rule(rule.key, rule.kind, tuple(sent.getlist("left")), (), rule.percent,
                    rule.missing, rule.severity, rule.text)  # fmt: skip
    if not rule.left or (rule.kind != "change" and not rule.right):
        raise Broken("", _("Choose the cells that the rule compares."))
    return rule


def _timed(keys: list[str], when: str) -> tuple[str, ...]:
    return tuple(f"{key}@{when}" if when else key for key in keys)
