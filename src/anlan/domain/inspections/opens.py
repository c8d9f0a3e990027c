"""The list of looks from afar behind a figure, where it can show just this one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from anlan.domain.inspections.remote.queries import AFAR
from anlan.kernel.facts.behind import Asked


def page(asked: Asked) -> str:
    """The list narrows by one way of looking, and shows an area with all that lies below it."""
    where = asked.where
    if asked.kind not in AFAR or asked.known_at is not None or asked.own:
        return ""
    if not set(where) <= {"source"} or any(len(values) > 1 for values in where.values()):
        return ""
    way = {"way": where["source"][0]} if "source" in where else {}
    days = {"on_from": asked.period.start, "on_to": asked.period.end}
    given = {"area": asked.area.code, **days, **AFAR[asked.kind], **way}
    return f"{reverse('remote:list')}?{urlencode(given)}"
