"""Finding units: by code, and the one for rows whose sender is not known."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.audit import trail
from anlan.kernel.regions import queries

#: The unit 未指定, which belongs to the nation.
UNNAMED_CODE = "unnamed"


class UnitUnknown(NotFound):
    """A unit code that no unit has."""

    code = "unit_unknown"
    message = _("There is no unit with the code %(code)s. Look it up under Units, or add it.")


def by_code(code: str) -> Unit:
    unit = Unit.objects.select_related("area").filter(code=code).first()
    if unit is None:
        raise UnitUnknown(code=code)
    return unit


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
