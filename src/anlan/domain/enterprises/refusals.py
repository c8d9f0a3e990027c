"""What people can get wrong with the register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, Refusal


class EntryRefused(Refusal):
    """One row of a set can't be taken; ``field`` says where, ``reason`` why and how to mend it."""

    code = "entry_refused"
    message = _("%(field)s: %(reason)s")


class CodeTaken(Refusal):
    code = "credit_code_taken"
    message = _(
        "The credit code %(credit_code)s already belongs to %(name)s. "
        "Open that entry, or correct the code."
    )
    status = 409


class NameTaken(Refusal):
    code = "name_taken"
    message = _(
        "There is already an entry without a credit code called %(name)s in this area. "
        "Open that entry, or give this one its credit code."
    )
    status = 409


class MergeRefused(Refusal):
    code = "merge_refused"
    message = _("These two entries can't be merged: %(reason)s")
    status = 409


class EntryMovedOn(MovedOn):
    code = "entry_moved_on"


class NothingToRead(Refusal):
    code = "no_enterprise_table"
    message = _(
        "No table was found: it needs a row of headings such as 企业名称 and 统一社会信用代码, "
        "with the enterprises below it."
    )


class TooManyEntries(Refusal):
    code = "too_many_entries"
    message = _("A workbook may hold at most %(max)s rows. Divide it, and send the parts.")


class ColumnsUnclear(Refusal):
    code = "columns_unclear"
    message = _("%(reason)s")


class RowUnclear(Refusal):
    """A row of a workbook that can't be taken: ``told`` says where and why, ``at`` is its field."""

    code = "row_unclear"
    message = "%(told)s"
