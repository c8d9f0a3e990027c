"""Finding units: by code, and the one for rows whose sender is not known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.accounts import permissions, policy
from anlan.kernel.accounts.models import Jurisdiction, Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.regions import queries

#: The unit 未指定, which belongs to the nation.
UNNAMED_CODE = "unnamed"


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
