"""What the list of the book of enforcement shows of an entry."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from anlan.domain.enforcement.models import Entry
from anlan.domain.enforcement.money import yuan
from anlan.ui.lists import Column
from anlan.ui.parts import cell


def title(row: Entry) -> str:
    """What an entry is called: its number, else what it was about."""
    return row.number or row.what or str(row.shape.label)


def results(row: Entry) -> list[str]:
    """What came of it, in short: every field that says something."""
    said = [
        ngettext("%(n)d violation", "%(n)d violations", row.found) % {"n": row.found}
        if row.found else "",
        gettext("%(n)d rectified") % {"n": row.rectified} if row.rectified else "",
        gettext("halted") if row.halted else "",
        gettext("licences suspended: %(n)d") % {"n": row.suspended} if row.suspended else "",
        gettext("licences revoked: %(n)d") % {"n": row.revoked} if row.revoked else "",
        gettext("closure proposed") if row.close else "",
        gettext("warned") if row.warned else "",
        gettext("unit fined %(yuan)s yuan") % {"yuan": yuan(row.fine)} if row.fine else "",
        ngettext("%(n)d head punished", "%(n)d heads punished", row.heads) % {"n": row.heads}
        if row.heads else "",
        gettext("heads fined %(yuan)s yuan") % {"yuan": yuan(row.head_fine)}
        if row.head_fine else "",
        ngettext("%(n)d person", "%(n)d persons", row.persons) % {"n": row.persons}
        if row.persons else "",
        gettext("reward %(yuan)s yuan") % {"yuan": yuan(row.reward)} if row.reward else "",
    ]  # fmt: skip
    return [each for each in said if each]


def result(row: Entry) -> str:
    return gettext("; ").join(results(row))


def paid(row: Entry) -> Any:
    """How far a fine is collected."""
    if not row.fined:
        return None
    if not row.owed:
        return cell("tag", gettext("collected"), "green")
    if row.paid:
        return cell("tag", gettext("in part: %(yuan)s") % {"yuan": yuan(row.paid)}, "amber")
    return cell("tag", gettext("not collected"), "red")


COLUMNS = (
    Column("title", _("Number or matter"), cell=title, kind="text",
           link=lambda row: reverse("enforcement:one", args=[row.pk])),
    Column("kind", _("Kind of entry"), cell="shape.label"),
    Column("on", _("Day"), kind="day", sort="newest"),
    Column("whom", _("About whom"), kind="text"),
    Column("result", _("What it led to"), cell=result, kind="text"),
    Column("paid", _("Fine collected"), cell=paid),
    Column("area", _("Area"), cell="area.full_name", phone=False),
    Column("unit", _("Unit"), cell="unit.name", phone=False),
)  # fmt: skip
