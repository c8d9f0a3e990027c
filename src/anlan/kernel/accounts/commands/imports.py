"""Units and people, many at once: a row is taken or refused by itself, and all are written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.commands.people import _create_people
from anlan.kernel.accounts.commands.units import Land, _add_lands
from anlan.kernel.accounts.models import (
    Post,
    Role,
    Sector,
    Unit,
    UnitKind,
    User,
)
from anlan.kernel.accounts.names import account_name, is_account_name
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry
from anlan.kernel.regions.models import Region


@dataclass(frozen=True)
class RowResult:
    """What became of one row of an import: created, updated, unchanged or rejected."""

    row: int
    outcome: str
    pk: int | None = None
    column: str = ""
    code: str = ""
    message: str = ""


_UNIT_KINDS = {
    **{str(kind.value): kind.value for kind in UnitKind},
    "安委办": UnitKind.COMMITTEE_OFFICE.value,
    "安委会办公室": UnitKind.COMMITTEE_OFFICE.value,
    "政府": UnitKind.GOVERNMENT.value,
    "部门": UnitKind.DEPARTMENT.value,
    "企业": UnitKind.ENTERPRISE.value,
    "班组": UnitKind.TEAM.value,
    "其他": UnitKind.OTHER.value,
}


@transaction.atomic
def import_units(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> list[RowResult]:
    """Make or rename units by their code: columns code, name, kind, area, parent, sectors.

    ``area`` is a division's code; ``sectors`` codes with commas, none means all. Rows that can't
    be taken are returned as rejected; the others are written together.
    """
    policy.demand(by, "units.edit", at)
    text = [{key: str(value or "").strip() for key, value in row.items()} for row in rows]
    areas = {
        area.code: area
        for area in Region.objects.filter(code__in={row.get("area", "") for row in text})
    }
    codes = {row.get("code", "") for row in text} | {row.get("parent", "") for row in text}
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    sectors = set(Sector.objects.values_list("code", flat=True))
    results: list[RowResult] = []
    new: dict[str, tuple[int, Unit, list[Land], str]] = {}
    renamed: list[tuple[Unit, str]] = []
    for number, row in enumerate(text, start=1):
        code, name = row.get("code", ""), row.get("name", "")
        kind = _UNIT_KINDS.get(row.get("kind", "") or UnitKind.DEPARTMENT.value)
        area = areas.get(row.get("area", ""))
        wanted = [part.strip() for part in row.get("sectors", "").replace("，", ",").split(",")]
        wanted = [part for part in wanted if part]
        parent = row.get("parent", "")
        problem = (
            ("code", "missing", _("A code is missing.")) if not code else
            ("name", "missing", _("A name is missing.")) if not name else
            ("kind", "unknown", _("This kind isn't known; see the list in the template."))
            if kind is None else
            ("area", "unknown", _("No division has this code.")) if area is None else
            ("sectors", "unknown", _("A sector's code isn't known; see the list in the template."))
            if not set(wanted) <= sectors else
            ("parent", "unknown", _("No unit has this code."))
            if parent and parent not in known and parent not in new else
            ("code", "twice", _("The file has this code twice.")) if code in new else None
        )  # fmt: skip
        if problem or area is None or kind is None:
            column, reason, message = problem or ("", "", "")
            results.append(RowResult(number, "rejected", None, column, reason, message))
        elif code in known:
            unit = known[code]
            if unit.name == name:
                results.append(RowResult(number, "unchanged", unit.pk))
            else:
                renamed.append((unit, unit.name))
                unit.name = name
                results.append(RowResult(number, "updated", unit.pk))
        else:
            unit = Unit(code=code, name=name, kind=kind, area=area, path=area.path)
            new[code] = (number, unit, [Land(area, sector) for sector in wanted or [None]], parent)
    made = Unit.objects.bulk_create([unit for _n, unit, _l, _p in new.values()])
    by_code = known | {unit.code: unit for unit in made}
    children = []
    for _number, unit, _lands, parent in new.values():
        if parent:
            unit.parent = by_code[parent]
            children.append(unit)
    Unit.objects.bulk_update(children, ["parent"], batch_size=500)
    Unit.objects.bulk_update([unit for unit, _before in renamed], ["name"], batch_size=500)
    _add_lands([(unit, land) for _n, unit, lands, _p in new.values() for land in lands], None)
    results += [RowResult(number, "created", unit.pk) for number, unit, _l, _p in new.values()]
    entries = [
        Entry("accounts.unit_created", "accounts.unit", unit.pk,
              after={"code": unit.code, "name": unit.name, "kind": unit.kind, "area": unit.area.code})
        for unit in made
    ]  # fmt: skip
    entries += [
        Entry("accounts.unit_renamed", "accounts.unit", unit.pk,
              before={"name": before}, after={"name": unit.name})
        for unit, before in renamed
    ]  # fmt: skip
    trail.record(entries, by=by, at=at)
    return sorted(results, key=lambda result: result.row)


@transaction.atomic
def import_people(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> list[RowResult]:
    """Make accounts: columns username, name, email, unit, role, title.

    Posts are given only where ``by`` is trusted: a system administrator makes people, and a
    security administrator grants (S16).
    """
    policy.demand(by, "people.edit", at)
    text = [{key: str(value or "").strip() for key, value in row.items()} for row in rows]
    names = [account_name(row.get("username", "")) for row in text]
    known = dict(User.objects.filter(username__in=set(names)).values_list("username", "pk"))
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in={row.get("unit", "") for row in text})
    }
    roles = {str(role.label): role.value for role in Role} | {
        role.value: role.value for role in Role
    }
    results: list[RowResult] = []
    new: dict[str, tuple[int, dict[str, str]]] = {}
    for number, (row, username) in enumerate(zip(text, names, strict=True), start=1):
        unit, role = row.get("unit", ""), row.get("role", "")
        problem = (
            ("username", "unreadable",
             _("Use 2 to 60 letters, digits, dots or hyphens without spaces."))
            if not is_account_name(username) else
            ("name", "missing", _("A name is missing.")) if not row.get("name") else
            ("username", "twice", _("The file has this user id twice.")) if username in new else
            ("unit", "unknown", _("No unit has this code.")) if unit and unit not in units else
            ("role", "unknown", _("This role isn't known; see the list in the template."))
            if role and role not in roles else
            ("role", "two_people", _("Posts are granted by a security administrator afterwards."))
            if role and not by.trusted else None
        )  # fmt: skip
        if problem:
            results.append(RowResult(number, "rejected", None, *problem))
        elif username in known:
            results.append(RowResult(number, "unchanged", known[username]))
        else:
            new[username] = (number, row)
    made = _create_people(
        [(username, row["name"], row.get("email", ""), None) for username, (_n, row) in new.items()],
        by=by,
        at=at,
    ) if new else []  # fmt: skip
    today = timezone.localdate(at)
    posts = []
    for user, (number, row) in zip(made, new.values(), strict=True):
        results.append(RowResult(number, "created", user.pk))
        if row.get("role") and row.get("unit"):
            role = roles[row["role"]]
            posts.append(
                Post(user=user, unit=units[row["unit"]], role=role, title=row.get("title", ""),
                     valid_from=today)
            )  # fmt: skip
    granted = Post.objects.bulk_create(posts)
    trail.record(
        [
            Entry("accounts.post_granted", "accounts.post", post.pk,
                  after={"user": post.user_id, "unit": post.unit.code, "role": post.role})
            for post in granted
        ],
        by=by,
        at=at,
    )  # fmt: skip
    return sorted(results, key=lambda result: result.row)
