"""What stands at the head of a filing, on the page, on paper and in its workbook (基本).

Whose it is and of which time, who filled it in, who checked it, and when it was submitted: nobody
types these, they are what was done.
"""

from __future__ import annotations

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from anlan.domain.filings.deriving import sectors_of
from anlan.domain.filings.models import Chain, Entry, Filing
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.words import who
from anlan.kernel.calendar import periods
from anlan.kernel.loop.models import Event

#: The step by which somebody else of the unit passes it on (审核).
CHECKED = "verify"


def lines(filing: Filing, entry: Entry | None) -> list[tuple[str, str]]:
    """In the table's order; what nobody has done yet is empty."""
    by, at = "", ""
    if entry is not None:
        by = who(entry.who)
        at = formats.date_format(timezone.localtime(entry.at), "Y-m-d H:i")
    return [
        (_("Area"), filing.unit.area.full_name),
        (_("Sector"), _sectors(filing)),
        (_("Reporting period"), str(periods.parse(filing.code).label)),
        (_("Filled in by"), by),
        (_("Checked by"), _checker(filing, entry)),
        (_("Submitted at"), at),
    ]


def _sectors(filing: Filing) -> str:
    """Those that the filing is of: in the sector line the unit's own."""
    if filing.line != Chain.SECTOR:
        return _("all")
    mine = sectors_of([filing.unit_id], timezone.localdate()).get(filing.unit_id, ())
    return "、".join(sectors.sector_names(mine)) or _("all")


def _checker(filing: Filing, entry: Entry | None) -> str:
    """Somebody else of the unit where the form asks for one; else who received it above."""
    if entry is None:
        return ""
    if filing.form.own_check:
        checks = Event.objects.filter(case=filing.pk, step=CHECKED, at__gte=entry.at)
        found = checks.order_by("-seq").values_list("actor", flat=True).first()
        return who(found) if found else ""
    return who(entry.answered_by) if entry.status == Entry.Status.RECEIVED else ""
