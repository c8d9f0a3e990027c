"""Foreign rows of direct reporting: a form, an item, and what a unit filed.

Of another area alone: forms and items are read by all offices of their own, whatever their sector.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.filings import commands, opening
from anlan.domain.filings.models import Filing, Form, Item, Version
from anlan.domain.filings.terms import Cell, Column, Definition, Row, Section
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_filings(
    word: str, place: Region, unit: Unit, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them, for these take several kinds."""
    own: dict[str, Any] = {"unit": unit, "area": place, "path": place.path, "made_at": at,
                           "made_by": "cli"}  # fmt: skip
    item = Item.objects.create(**own, name=f"{word}次数", measure="次")
    owing = accounts.create_unit(f"{word}-filing", f"{word}办", "committee_office", place, by=by,
                                 at=at)  # fmt: skip
    row = Row("r1", f"{word}检查", "次", "", {"m": Cell("declared", item=item.pk)})
    definition = Definition(word, (Section("s1", word, "", (Column("m", "数"),), (row,)),))
    form = Form.objects.create(
        **own, title=f"{word}月报", period="month", starts_on=date(2024, 1, 1),
        ends_on=date(2024, 1, 31), who={"groups": [], "units": [owing.pk]}, status="open",
    )  # fmt: skip
    Version.objects.create(form=form, number=1, status="issued", definition=definition.data())
    opening.open_filings(form, by=by, at=at, request_id=uuid7())
    filing = Filing.objects.get(form=form)
    commands.submit(filing.pk, values={"r1.m": "7"}, by=by, at=at, request_id=uuid7())
    forms = ("form", "edit_form", "design", "version", "act", "rollup", "beside", "receive_all",
             "urge_all", "export", "behind")  # fmt: skip
    pages = ("page", "fill", "draft", "correct", "sheet", "upload", "entry", "records", "step")
    return {
        **{f"filings:{name}": form.pk for name in forms},
        **{f"filings:{name}": filing.pk for name in pages},
    }
