"""As which units an enterprise answers on the system."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from anlan.kernel.accounts.models import Jurisdiction, Post, Role, UnitKind, valid_on


def units_of(enterprise: int, at: datetime) -> list[int]:
    """Those with somebody who reads it; none where nobody of it is on the system."""
    today = timezone.localdate(at)
    rows = Jurisdiction.objects.filter(
        valid_on(today), valid_on(today, "unit__"), enterprise_id=enterprise,
        unit__kind=UnitKind.ENTERPRISE,
    ).filter(
        Exists(Post.objects.held_on(today).filter(unit=OuterRef("unit"), role=Role.RECTIFIER))
    )  # fmt: skip
    return sorted(set(rows.values_list("unit", flat=True)))
