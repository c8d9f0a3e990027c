"""What the numbers in audit rows are called: looked up once a page, a statement for each kind.

An app above this one declares names for its own things (``declare``); what nobody knows, or what
is gone, shows as the number it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.limits import IN_LIST_MAX
from anlan.kernel.accounts import words
from anlan.kernel.accounts.models import Post, Role, Sector, Unit, UnitKind, User
from anlan.kernel.audit import queries
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region

Resolver = Callable[[list[str]], Mapping[str, str]]
#: What a personal value shows as until it is revealed with a reason.
CLOSED = "●●●"
#: Kept for the machine; of no interest to whoever reads what was changed.
SILENT = frozenset({"path", "plain_name", "round", "due_rule", "due_at", "version"})
#: Which kind of thing a field names by its number.
FIELDS: dict[str, str] = {
    "area": "area_code", "area_id": "area", "unit": "unit", "unit_id": "unit", "rectifier": "unit",
    "regulator_id": "unit", "supervisor": "unit", "user": "user", "user_id": "user",
    "granted_by": "user", "leader_id": "user", "sector": "sector", "sector_id": "sector",
    "role": "role", "kind": "kind", "state": "state", "grade": "grade", "source": "source",
    "enterprise_id": "enterprise", "merged_into_id": "case",
}  # fmt: skip
#: Which kind of thing an object is; ``into`` names another one of it.
OBJECTS: dict[str, str] = {
    "accounts.user": "user", "accounts.unit": "unit", "unit": "unit", "accounts.post": "post",
    "case": "case", "hazards.hazard": "case", "enterprise": "enterprise", "batch": "batch",
}  # fmt: skip


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key.isdecimal() and len(key) < 19]


def _areas(keys: list[str]) -> Mapping[str, str]:
    rows = Region.objects.filter(pk__in=_numbers(keys)).values_list("pk", "full_name")
    return {str(pk): name for pk, name in rows}


def _area_codes(keys: list[str]) -> Mapping[str, str]:
    return dict(Region.objects.filter(code__in=keys).values_list("code", "full_name"))


def _units(keys: list[str]) -> Mapping[str, str]:
    rows = Unit.objects.filter(pk__in=_numbers(keys)).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def _users(keys: list[str]) -> Mapping[str, str]:
    rows = User.objects.filter(pk__in=_numbers(keys)).values_list("pk", "name", "username")
    return {str(pk): f"{name} ({username})" for pk, name, username in rows}


def _posts(keys: list[str]) -> Mapping[str, str]:
    rows = Post.objects.filter(pk__in=_numbers(keys)).values_list(
        "pk", "user__name", "unit__name", "role"
    )
    return {str(pk): f"{who} · {unit} · {Role(role).label}" for pk, who, unit, role in rows}


def _sectors(keys: list[str]) -> Mapping[str, str]:
    return dict(Sector.objects.filter(pk__in=keys).values_list("pk", "name"))


_RESOLVERS: dict[str, Resolver] = {
    "area": _areas,
    "area_code": _area_codes,
    "unit": _units,
    "user": _users,
    "post": _posts,
    "sector": _sectors,
    "role": lambda keys: {role.value: str(role.label) for role in Role},
    "kind": lambda keys: {kind.value: str(kind.label) for kind in UnitKind},
}


def declare(thing: str, resolver: Resolver) -> None:
    """Say what things of an app above this one are called."""
    assert _RESOLVERS.get(thing, resolver) is resolver, thing
    _RESOLVERS[thing] = resolver


Change = tuple[str, str, str]


class Names:
    """What the numbers in these rows are called."""

    def __init__(self, rows: Iterable[AuditRow]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if thing := OBJECTS.get(row.object_type):
                wanted[thing].add(row.object_id)
            for side in (row.before, row.after):
                for name, value in queries.values(side).items():
                    self._collect(wanted, _thing(name, row), name, value)
        self._found: dict[str, Mapping[str, str]] = {
            thing: _RESOLVERS[thing](sorted(keys)[:IN_LIST_MAX])
            for thing, keys in wanted.items()
            if thing in _RESOLVERS and keys
        }

    def _collect(self, wanted: dict[str, set[str]], thing: str, name: str, value: Any) -> None:
        if name == "lands" and isinstance(value, list):
            for line in value:
                area, sector, firm = [*str(line).split("/"), "", ""][:3]
                for kind, key in (("area", area), ("sector", sector), ("enterprise", firm)):
                    if key not in ("", "*"):
                        wanted[kind].add(key)
        elif isinstance(value, list):
            for each in value:
                self._collect(wanted, thing, name, each)
        elif thing and isinstance(value, str | int) and not isinstance(value, bool):
            wanted[thing].add(str(value))

    def of(self, thing: str, key: str) -> str:
        return str(self._found.get(thing, {}).get(key, key))

    def object_of(self, row: AuditRow) -> str:
        thing = OBJECTS.get(row.object_type, "")
        return f"{words.thing(row.object_type)} {self.of(thing, row.object_id)}".strip()

    def changes(self, row: AuditRow, opened: Mapping[str, Any] | None = None) -> list[Change]:
        """Field, before, after: only what differs.

        opened:  ``before`` and ``after`` with personal values revealed, where they were.
        """
        sides = opened or {"before": queries.values(row.before), "after": queries.values(row.after)}
        before, after = sides["before"], sides["after"]
        found = []
        for name in {**before, **after}:
            if name in SILENT:
                continue
            thing = _thing(name, row)
            pair = [self._said(thing, name, side.get(name)) for side in (before, after)]
            # A closed value differs from another closed one, though both look the same.
            if pair[0] != pair[1] or CLOSED in pair[0]:
                found.append((words.field(name), pair[0], pair[1]))
        return found

    def _said(self, thing: str, name: str, value: Any) -> str:
        # Days without an end were once written out as "None".
        if value in (None, "", "None"):
            return ""
        if isinstance(value, dict):
            if value.keys() == {"personal"}:
                return CLOSED
            inner = (f"{words.field(key)}: {self._said('', key, value[key])}" for key in value)
            return "；".join(inner)
        if name == "lands" and isinstance(value, list):
            return "；".join(self._land(str(line)) for line in value)
        if isinstance(value, list):
            return "、".join(filter(None, (self._said(thing, name, each) for each in value)))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return self.of(thing, str(value)) if thing else str(value)

    def _land(self, line: str) -> str:
        area, sector, firm = [*line.split("/"), "*", "*"][:3]
        said = [self.of("area", area)]
        said.append(_("every sector") if sector == "*" else self.of("sector", sector))
        if firm != "*":
            said.append(self.of("enterprise", firm))
        return " · ".join(said)


def _thing(name: str, row: AuditRow) -> str:
    if name in ("into", "merged_into"):
        return OBJECTS.get(row.object_type, "")
    # What kind a unit is, and what kind an enterprise is, are two lists.
    if name == "kind" and row.object_type != "accounts.unit":
        return ""
    return FIELDS.get(name, "")


def has_personal(row: AuditRow) -> bool:
    """Whether a row holds values that belong to a person and are kept closed."""
    return '"personal":' in f"{row.before}{row.after}"
