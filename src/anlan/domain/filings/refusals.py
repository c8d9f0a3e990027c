"""What people can get wrong with forms and filings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, Refusal


class FilingIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "filing_incomplete"
    message = _("%(reason)s")


class CellsWrong(Refusal):
    """Cells that can't be submitted; ``cells`` says of each where it is and how to mend it."""

    code = "filing_cells_wrong"
    message = _("%(reason)s")


class DraftMoved(MovedOn):
    """A colleague kept other numbers since the sheet was opened: nothing of either is dropped."""

    code = "draft_moved"
    message = _(
        "%(who)s kept another draft while this sheet was open. Compare the cells below, put in "
        "what is right, and send it again."
    )


class FormNotInForce(Refusal):
    code = "form_not_in_force"
    message = _("“%(title)s” is not in force: issue it first.")
    status = 409


class FormHasEnded(Refusal):
    code = "form_has_ended"
    message = _("“%(title)s” is asked for no more. Nothing was changed.")
    status = 409


class VersionIssued(Refusal):
    """What units filed by stays as it was."""

    code = "form_version_issued"
    message = _("This version is issued and stands as it is. Begin a new one and change that.")
    status = 409


class DaysMoving(Refusal):
    """Two at once would move the same filings one after the other, to and fro."""

    code = "days_moving"
    message = _(
        "Filings of “%(title)s” are being given another day at this moment. Wait until that is "
        "done, then enter this one."
    )
    status = 409


class CountedTwice(Refusal):
    """What is derived, or declared elsewhere, isn't declared a second time."""

    code = "counted_twice"
    message = _("%(cell)s: %(reason)s")


class NoFilingSheet(Refusal):
    code = "no_filing_sheet"
    message = _(
        "No sheet of this workbook is the form's: the first column must hold the rows' codes. "
        "Take the template from the filing's page, fill it in, and send it back."
    )


class OtherFilingSheet(Refusal):
    """A workbook of another unit, period or form: its codes would fit, its numbers don't."""

    code = "other_filing_sheet"
    message = _(
        "This workbook is of %(number)s (%(said)s), and this filing is %(own)s. Nothing was taken: "
        "choose the right workbook, or take a fresh one from this page."
    )
