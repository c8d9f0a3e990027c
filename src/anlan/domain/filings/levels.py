"""Two levels that file the same form: each types its own level's work, and all of it is added up.

A number that takes in those of the units below would count them twice, so it is doubted before it
is submitted. What comes from the ledger is of the whole area at each level and added up nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from anlan.base.paths import below
from anlan.domain.filings.checking import Finding
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.models import Chain, Declared, Entry, Filing
from anlan.domain.filings.terms import Rule

#: Under which the reason is kept, beside those of the form's own rules.
RULE = Rule("below", "below", (), severity="warning")
#: So many units below must have filed before their sum says anything.
UNITS_MIN = 2


@dataclass(frozen=True)
class Below:
    """Units below one that file the same form for the same period, in the same line."""

    units: int = 0
    filed: int = 0
    #: By cell, what stands declared by them; only where most of them have filed.
    sums: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, filing: Filing) -> Below:
        """Two statements, however many units and cells; none for a unit of the other chain."""
        if filing.line != Chain.AREA:
            return cls()
        rows = Filing.objects.filter(
            below(filing.unit.path, "unit__path"), form=filing.form_id, code=filing.code,
            line=filing.line,
        ).exclude(unit__area=filing.unit.area_id).exclude(case__state="void")  # fmt: skip
        stands = Q(entries__status__in=Entry.STANDING)
        found = rows.aggregate(n=Count("pk", distinct=True),
                               filed=Count("pk", filter=stands, distinct=True))  # fmt: skip
        if found["filed"] < UNITS_MIN or 2 * found["filed"] <= found["n"]:
            return cls(found["n"], found["filed"])
        said = Declared.objects.filter(entry__filing__in=rows.values("pk"), stands=True, said="")
        sums = said.order_by().values_list("cell").annotate(n=Sum("value"))
        return cls(found["n"], found["filed"], dict(sums))

    def doubts(self, asked: Asked, values: Mapping[str, Any]) -> list[Finding]:
        """Whether most of what is typed is no less than what all below it declare together."""
        held = [key for key, n in self.sums.items()
                if n and key in asked.typed and isinstance(values.get(key), int)]  # fmt: skip
        as_many = [key for key in held if values[key] >= self.sums[key]]
        if 2 * len(as_many) <= len(held):
            return []
        text = _(
            "%(filed)d units below have filed this form, and the numbers here (%(cell)s …) are no "
            "less than theirs together. Only a level’s own belongs here: all of it is added up."
        )
        told = {"filed": self.filed, "cell": asked.known[as_many[0]].label}
        return [Finding(RULE, text % told, tuple(as_many))]
