"""The list of entries behind a figure, where it can show just this one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from anlan.domain.enforcement.facts import BY_CODE, COLLECTED, PAPER
from anlan.domain.enforcement.queries import PREFIX
from anlan.kernel.facts.behind import Asked


def page(asked: Asked) -> str:
    """The list narrows by one sector and one kind of paper, and shows what is known now."""
    where = asked.where
    ours = asked.kind in BY_CODE or asked.kind == COLLECTED.code
    if not ours or asked.known_at is not None or asked.own:
        return ""
    if not set(where) <= {"sector", PAPER}:
        return ""
    if any(len(values) != 1 or not values[0] for values in where.values()):
        return ""
    days = "paid" if asked.kind == COLLECTED.code else "on"
    figure = {} if asked.kind == COLLECTED.code else {"figure": asked.kind.removeprefix(PREFIX)}
    given = {
        "area": asked.area.code, f"{days}_from": asked.period.start, f"{days}_to": asked.period.end,
        **figure,
        **({"sector": where["sector"][0]} if "sector" in where else {}),
        **({"kind": where[PAPER][0]} if PAPER in where else {}),
    }  # fmt: skip
    return f"{reverse('enforcement:list')}?{urlencode(given)}"
