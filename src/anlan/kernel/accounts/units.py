"""Finding units: by code, and the one for rows whose sender is not known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import permissions, policy
from anlan.kernel.accounts.models import Jurisdiction, Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.regions import queries

#: The unit 未指定, which belongs to the nation.
UNNAMED_CODE = "unnamed"
#: The kinds of those that people enter; enterprises' come from the register.
LISTED_KINDS = [kind for kind in UnitKind if kind != UnitKind.ENTERPRISE]
#: The codes of enterprises' own units (``for_enterprise``), which nobody else may take.
FIRM_CODE = re.compile(r"E\d+")
#: The shape of a unified social credit code; the register looks closer.
CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
#: Units that somebody may write into one field, a line each, and of these asked for at once.
LINES_MAX, _AT_ONCE = 3_000, 400


#: Units of the enterprises with these credit codes, made where there is none yet.
ByCreditCode = Callable[[Iterable[str], Actor, datetime], dict[str, Unit]]
_by_credit_code: list[ByCreditCode] = []


def found_by_credit_code(finder: ByCreditCode) -> None:
    """The register of enterprises, which is above this engine, says how."""
    _by_credit_code[:] = [finder]


def of_enterprises(codes: Iterable[str], *, by: Actor, at: datetime) -> dict[str, Unit]:
    """Enterprises' units by credit code; a code that the register lacks is left out."""
    wanted = {code for code in codes if CREDIT_CODE.fullmatch(code)}
    return _by_credit_code[0](wanted, by, at) if wanted and _by_credit_code else {}


class UnitUnknown(NotFound):
    """A unit code that no unit has."""

    code = "unit_unknown"
    message = _("There is no unit with the code %(code)s. Look it up under Units, or add it.")


def seen(code: str, by: Actor) -> Unit | None:
    """The unit of today with this code, where ``by`` may see it (S14).

    A code that is somebody else's is answered like one that nobody has: whoever tries codes
    learns no name by it. The pickers offer the same units; a program's scopes don't narrow it.
    """
    rows = Unit.objects.filter(code=code, valid_to=None).select_related("area")
    return (rows if by.trusted else rows.filter(permissions.units_seen(by))).first()


def by_code(code: str) -> Unit:
    unit = Unit.objects.select_related("area").filter(code=code).first()
    if unit is None:
        raise UnitUnknown(code=code)
    return unit


def name_of(by: Actor) -> str:
    """What the unit is called for which somebody acts; the command line acts for none."""
    return Unit.objects.filter(pk=by.unit_id or 0).values_list("name", flat=True).first() or ""


def as_lines(chosen: Iterable[int]) -> list[str]:
    """Units as ``of_lines`` reads them: by name, or by code where others share the name."""
    rows = list(Unit.objects.filter(pk__in=list(chosen)).order_by("path", "name", "pk"))
    alike = Unit.objects.filter(name__in={row.name for row in rows}, valid_to=None)
    shared = alike.values("name").annotate(n=Count("pk")).filter(n__gt=1)
    shared_names = set(shared.values_list("name", flat=True))
    return [row.code if row.name in shared_names else row.name for row in rows]


def of_lines(lines: Sequence[str], by: Actor) -> tuple[list[int], list[str]]:
    """Units by name or code among those that ``by`` may see, each once; and what names no one."""
    rows = Unit.objects.filter(valid_to=None)
    rows = rows if by.trusted else rows.filter(permissions.units_seen(by))
    named: dict[str, set[int]] = {}
    for start in range(0, len(lines), _AT_ONCE):
        part = lines[start : start + _AT_ONCE]
        for column in ("name", "code"):
            found = rows.filter(**{f"{column}__in": part}).values_list("pk", column)
            for pk, line in found:
                named.setdefault(line, set()).add(pk)
    chosen = [pk for line in lines if len(named.get(line, ())) == 1 for pk in named[line]]
    unknown = [line for line in lines if len(named.get(line, ())) != 1]
    return list(dict.fromkeys(chosen)), unknown


@transaction.atomic
def unnamed(*, by: Actor, at: datetime) -> Unit:
    """The unit 未指定, made when it is first needed."""
    nation = queries.nation()
    unit, made = Unit.objects.select_related("area").get_or_create(
        code=UNNAMED_CODE,
        defaults={"name": "未指定", "kind": UnitKind.OTHER, "area": nation, "path": nation.path},
    )
    if made:
        trail.record([trail.Entry("unit.create", "unit", str(unit.pk))], by=by, at=at)
    return unit


@transaction.atomic
def for_enterprise(
    enterprise_id: int,
    name: str,
    area_id: int,
    path: str,
    *,
    also: Iterable[int] = (),
    by: Actor,
    at: datetime,
) -> Unit:
    """The unit that an enterprise answers as, made when something is first assigned to it.

    Its jurisdiction is that one enterprise, so that its safety officer sees no other.
    ``also``: further numbers of the same enterprise, whose entries were merged into it.
    """
    unit, made = Unit.objects.get_or_create(
        code=f"E{enterprise_id}",
        defaults={
            "name": name[:120],
            "kind": UnitKind.ENTERPRISE,
            "area_id": area_id,
            "path": path,
        },
    )
    if made:
        Jurisdiction.objects.bulk_create(
            [
                Jurisdiction(unit=unit, area_id=area_id, path=path, enterprise_id=each)
                for each in (enterprise_id, *also)
            ]
        )
        trail.record([trail.Entry("unit.create", "unit", str(unit.pk))], by=by, at=at)
    return unit


def main_unit(by: Actor, roles: Iterable[str]) -> Unit:
    """The unit for which a person reports: of their first post in one of the roles."""
    units = policy.units_of(by, roles)
    first = by.unit_id if by.unit_id in units else next(iter(units), None)
    if first is None:
        raise NotFound
    return Unit.objects.select_related("area").get(pk=first)
