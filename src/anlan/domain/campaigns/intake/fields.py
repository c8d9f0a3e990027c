"""From a form of the confirming page to the fields of an item, and on to a plan's line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from anlan.base.paths import below
from anlan.base.refusal import Refusal
from anlan.domain.campaigns.commands.terms import NewLine, NewLineUnit, NewTarget
from anlan.domain.campaigns.intake.items import (
    CHARS,
    TARGET_CHARS,
    TARGETS_MAX,
    UNITS_MAX,
    Fields,
)
from anlan.domain.campaigns.models import Intake, Line, LineUnit
from anlan.domain.campaigns.reading.units import sectors as sectors_in
from anlan.kernel.accounts.models import Sector, Unit, UnitKind

#: Signs that a person may choose for a target, the two directions among them.
COMPARATORS: tuple[tuple[str, Any], ...] = (
    ("", _("no sign")), ("=", "="), (">=", "≥"), ("<=", "≤"), (">", ">"), ("<", "<"),
    ("decrease", _("goes down")), ("increase", _("goes up")),
)  # fmt: skip
#: Units of an area that a person may choose from by typing.
OURS_MAX = 500
DIGITS_MAX = 4
TARGET_COLUMNS = (
    "target_of", "target_comparator", "target_value", "target_unit", "target_object", "target_text",
)  # fmt: skip


class TaskIncomplete(Refusal):
    """A field of a task that can't stay so; ``field`` says which, ``reason`` how to mend it."""

    code = "task_incomplete"
    message = _("%(reason)s")
    status = 422


class Posted(Protocol):
    def get(self, key: str, default: str, /) -> Any: ...
    def getlist(self, key: str, /) -> list[Any]: ...


def ours(intake: Intake) -> dict[str, int]:
    """Units of the intake's own area by name: what the field beside a name offers."""
    rows = Unit.objects.filter(area=intake.area_id, valid_to=None).exclude(kind=UnitKind.ENTERPRISE)
    return dict(rows.order_by("name").values_list("name", "pk")[:OURS_MAX])


def posted(form: Posted, before: Fields, area: str, known: Mapping[str, int]) -> Fields:
    """What the form holds, over what was there before. Raises TaskIncomplete."""
    told: Fields = dict(before)
    for name, most in CHARS.items():
        said = str(form.get(name, before[name])).replace("\r\n", "\n").strip()
        if len(said) > most:
            reason = _("“%(start)s…” is too long: at most %(n)d characters.")
            raise TaskIncomplete(field=name, reason=reason % {"start": said[:12], "n": most})
        told[name] = said
    told["kind"] = form.get("kind", before["kind"])
    if told["kind"] not in Line.Kind.values:
        told["kind"] = before["kind"]
    told["due_on"] = _day(str(form.get("due_on", before["due_on"])))
    told["due_inferred"] = before["due_inferred"] and told["due_on"] == before["due_on"]
    if form.get("has_units", ""):
        told["units"] = _units(form, area, known)
    if form.get("has_targets", ""):
        told["targets"] = _targets(form, before)
    if not told["title"] or not told["text"]:
        raise TaskIncomplete(
            field="title" if not told["title"] else "text",
            reason=_("A task needs a title and its words; fill both in."),
        )
    return told


def typed(form: Posted, before: Fields) -> Fields:
    """What was typed, as it was typed, for a form that is shown once more."""
    told = {**before, **{name: form.get(name, before[name]) for name in (*CHARS, "due_on", "kind")}}
    if form.get("has_units", ""):
        rows = zip(*map(form.getlist, ("unit_role", "unit_name", "unit_ours")), strict=False)
        told["units"] = [
            {"role": role, "name": name, "unit": None, "mine": mine}
            for role, name, mine in rows
            if name or mine
        ]
    if form.get("has_targets", ""):
        rows = zip(*map(form.getlist, TARGET_COLUMNS), strict=False)
        told["targets"] = [
            {**_blank(), "comparator": sign, "value": value, "unit": unit, "object": what,
             "text": text, "of": of}
            for of, sign, value, unit, what, text in rows
            if value or what or text
        ]  # fmt: skip
    return told


def _day(said: str) -> str:
    if not said:
        return ""
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise TaskIncomplete(
            field="due_on", reason=_("Write the deadline as a day, for example 2024-06-25.")
        ) from None


def _units(form: Posted, area: str, known: Mapping[str, int]) -> list[Fields]:
    chosen = _other_units(form.getlist("unit_ours"), area, known)
    found = []
    rows = zip(*map(form.getlist, ("unit_role", "unit_name", "unit_ours")), strict=False)
    for role, name, mine in rows:
        name, mine = str(name).strip()[:200], str(mine).strip()
        if not name and not mine:
            continue
        if mine and mine not in chosen:
            raise TaskIncomplete(
                field="units",
                reason=_(
                    "There is no unit “%(name)s” here. Choose one of the list, or leave it empty."
                )
                % {"name": mine},
            )
        role = role if role in LineUnit.Role.values else LineUnit.Role.LEAD.value
        found.append({"role": role, "name": name or mine, "unit": chosen.get(mine)})
    return found[:UNITS_MAX]


def _other_units(names: Sequence[str], area: str, known: Mapping[str, int]) -> dict[str, int]:
    """By name what a person chose: of the list, or what was suggested from below the area."""
    wanted = {str(name).strip() for name in names} - {""}
    found = {name: known[name] for name in wanted if name in known}
    rest = [name for name in wanted if name not in known][:UNITS_MAX]
    if rest:
        rows = Unit.objects.filter(below(area), name__in=rest, valid_to=None)
        found |= dict(rows.values_list("name", "pk"))
    return found


def _targets(form: Posted, before: Fields) -> list[Fields]:
    found = []
    for of, sign, value, unit, what, text in zip(*map(form.getlist, TARGET_COLUMNS), strict=False):
        value, unit, what, text = (str(said).strip() for said in (value, unit, what, text))
        if not any((value, what, text)):
            continue
        at = int(of) if str(of).isdecimal() and int(of) < len(before["targets"]) else None
        one = dict(before["targets"][at]) if at is not None else _blank()
        number = _number(value)
        if number != one["value"] or sign != one["comparator"]:
            one |= {"inferred": False, "kind": one["kind"] if one["kind"] != "curb" else "number"}
        one |= {
            "value": number,
            "comparator": sign if sign in dict(COMPARATORS) else "",
            "unit": unit[: TARGET_CHARS["unit"]],
            "object": what[: TARGET_CHARS["object"]],
            "text": text[: TARGET_CHARS["text"]],
        }
        found.append(one)
    return found[:TARGETS_MAX]


def _blank() -> Fields:
    return {
        "kind": "number", "value": "", "comparator": "", "unit": "", "object": "", "baseline": "",
        "direction": "", "per": "", "text": "", "start": None, "end": None, "inferred": False,
    }  # fmt: skip


def _number(said: str) -> str:
    if not said:
        return ""
    try:
        number = Decimal(said.replace(",", "").replace("，", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not number.is_finite() or not isinstance(exponent, int) or -exponent > DIGITS_MAX:
        raise TaskIncomplete(
            field="targets",
            reason=_("“%(value)s” is no number. Write digits only, with at most four decimals.")
            % {"value": said[:20]},
        )
    if abs(number) >= Decimal(10) ** 13:
        raise TaskIncomplete(
            field="targets", reason=_("“%(value)s” is too big a number.") % {"value": said[:20]}
        )
    return f"{number.normalize():f}"


# --- a plan's line ---------------------------------------------------------------------------


def line_of(fields: Fields, codes: Mapping[str, str]) -> NewLine:
    """What the commands of plans take. ``codes``: of sectors, by name."""
    names = [name for name in fields["sectors"].replace(",", "、").split("、") if name in codes]
    return NewLine(
        text=fields["text"], title=fields["title"], kind=fields["kind"], no=fields["no"],
        section=fields["section"], basis=fields["basis"],
        sectors=tuple(dict.fromkeys(codes[name] for name in names)),
        start=fields["start"], end=fields["end"],
        due_on=date.fromisoformat(fields["due_on"]) if fields["due_on"] else None,
        due_text=fields["due_text"],
        units=tuple(NewLineUnit(one["name"], one["role"], one["unit"]) for one in fields["units"]),
        targets=tuple(map(_target_of, fields["targets"])),
    )  # fmt: skip


def _target_of(one: Fields) -> NewTarget:
    turned = one["comparator"] in ("decrease", "increase")
    return NewTarget(
        kind=one["kind"],
        value=Decimal(one["value"]) if one["value"] else None,
        unit=one["unit"],
        comparator="" if turned else one["comparator"],
        object=one["object"],
        baseline=one["baseline"],
        direction=one["comparator"] if turned else one["direction"],
        per=one["per"],
        text=one["text"],
        start=one["start"],
        end=one["end"],
    )


def codes() -> dict[str, str]:
    """Codes of sectors by their names, and by what papers call them otherwise."""
    rows = dict(Sector.objects.filter(valid_to=None).values_list("name", "code"))
    for name, code in list(rows.items()):
        for told in sectors_in(name, 0, len(name)):
            rows.setdefault(told.name, code)
    return rows
