"""The sentences behind the codes. Each says how to mend what it names."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Rejections and warnings; placeholders: column, header, value and what a code adds.
MESSAGES: dict[str, str | Promise] = {
    # Rejections.
    "description_missing": _(
        "The row has no description of a hazard. Fill in column %(column)s (%(header)s),"
        " or delete the row."
    ),
    "description_too_long": _(
        "Column %(column)s (%(header)s) holds over %(limit)s characters. Shorten it,"
        " or spread it over several rows."
    ),
    "cell_error": _(
        "Column %(column)s (%(header)s) shows %(value)s instead of a value."
        " Type the value itself in place of the formula."
    ),
    "found_on_missing": _(
        "The day it was found isn't given, and neither title, sheet nor file name tells the"
        " period. Fill it in, for example 2024-06-25."
    ),
    "found_on_unreadable": _(
        "“%(value)s” in column %(column)s (%(header)s) can't be read as a day."
        " Write it like 2024-06-25."
    ),
    "found_on_impossible": _(
        "“%(value)s” in column %(column)s (%(header)s) is a day that doesn't exist."
        " Write it like 2024-06-25."
    ),
    "found_on_absurd": _(
        "“%(value)s” in column %(column)s (%(header)s) can't be the day it was found."
        " Check the year."
    ),
    "found_on_future": _(
        "“%(value)s” in column %(column)s (%(header)s) is still to come."
        " Correct the day it was found."
    ),
    "found_on_too_vague": _(
        "“%(value)s” in column %(column)s (%(header)s) names only a year."
        " Give the month at least, better the day."
    ),
    "found_on_no_year": _(
        "“%(value)s” in column %(column)s (%(header)s) lacks the year, and neither title, sheet"
        " nor file name tells it. Write it like 2024-06-25."
    ),
    # Warnings.
    "found_on_inferred": _(
        "The day it was found isn't in the row; %(value)s was taken from the %(where)s."
    ),
    "found_on_month": _("Only the month it was found is given (%(value)s)."),
    "found_on_range": _("A range of days is given (%(value)s); its first day was taken."),
    "year_inferred": _(
        "“%(value)s” in column %(column)s (%(header)s) has no year; %(year)s was taken."
    ),
    "date_ambiguous": _(
        "“%(value)s” in column %(column)s (%(header)s) can be read in two ways;"
        " %(taken)s was taken."
    ),
    "date_unreadable": _(
        "“%(value)s” in column %(column)s (%(header)s) can't be read as a day and was left out."
    ),
    "date_impossible": _(
        "“%(value)s” in column %(column)s (%(header)s) is a day that doesn't exist"
        " and was left out."
    ),
    "date_absurd": _(
        "“%(value)s” in column %(column)s (%(header)s) can't be meant and was left out."
    ),
    "date_future": _(
        "“%(value)s” in column %(column)s (%(header)s) is still to come,"
        " so it wasn't taken as done."
    ),
    "deadline_before_found": _(
        "The deadline %(value)s (column %(column)s) is before the day it was found."
    ),
    "done_before_found": _(
        "%(value)s in column %(column)s (%(header)s) is before the day it was found."
    ),
    "filled_down": _("Column %(column)s (%(header)s) is empty; the row above was taken."),
    "cell_error_ignored": _(
        "Column %(column)s (%(header)s) shows %(value)s instead of a value and was left out."
    ),
    "credit_code_wrong": _(
        "The credit code %(value)s is wrong: its check digit doesn't agree. Check it."
    ),
    "credit_code_number": _(
        "The credit code was stored as a number and lost digits. Format the column as text"
        " and type it again."
    ),
    "grade_unclear": _("“%(value)s” says neither ordinary nor major; the grade was left open."),
    "grade_mapped": _("The grade “%(value)s” was read as ordinary. Check it."),
    "funds_unreadable": _("“%(value)s” can't be read as an amount of money."),
    "funds_unit_unknown": _(
        "The amount %(value)s has no unit. Write 元 or 万元 into the header or the cell."
    ),
    "funds_range": _("“%(value)s” is a range; its upper end was taken."),
    "status_unclear": _("“%(value)s” says nothing known about the state of rectification."),
    "at_once_taken": _(
        "“%(value)s” can mean that it was rectified on the spot or that this is to be done;"
        " it was taken as rectified. If it isn't, write 立即整改 or 整改中."
    ),
    "at_once_left": _(
        "“%(value)s” can mean that it was rectified on the spot or that this is to be done;"
        " it was taken as not yet rectified. If it is, write 已当场整改."
    ),
    "status_against_date": _(
        "The status says “%(value)s”, yet a day of completion is given; the status was taken."
    ),
    "shifted": _("%(value)s seems to have slipped into column %(column)s (%(header)s)."),
    "split": _("The cell holds %(parts)s hazards; each became one."),
    "split_unnumbered": _("The last line has no number; it was taken as a hazard of its own."),
    "merged_rows": _("Rows %(first)s to %(last)s share one description and became one hazard."),
    "area_unknown": _(
        "“%(value)s” names no area within the sender's; the row was counted at %(area)s."
        " Write the area as it is called officially, or correct the hazard's area."
    ),
    "area_ambiguous": _("“%(value)s” can mean several areas; check where the row was counted."),
    "others": _(
        "Doubts of further kinds are only counted here; send the sheets apart to see each."
    ),
    "equal_row": _(
        "The row is equal to row %(same_as)s in day, description, enterprise and place; it was"
        " counted as a further hazard. If it is the same one, delete it and import again."
    ),
    "equal_rows": _(
        "The row is equal to one above it in day, description, enterprise and place; it was"
        " counted as a further hazard. If it is the same one, delete it and import again."
    ),
    "equal_unchecked": _(
        "Only the first %(limit)s different rows of a sheet are compared; whether this one repeats"
        " another of those below them wasn't looked at."
    ),
    "row_hidden": _(
        "The row is hidden in the workbook and was taken in like the others."
        " If it isn't meant, delete it and import again."
    ),
    "sheet_hidden": _(
        "The sheet is hidden in the workbook; its rows were taken in because it was chosen."
    ),
    "text_cut": _("Column %(column)s (%(header)s) was cut to %(limit)s characters."),
}

#: Where else a day was found, by the code that a finding keeps.
PLACES: dict[str, str | Promise] = {
    "text": _("description itself"),
    "title": _("title above the table"),
    "sheet": _("name of the sheet"),
    "file": _("name of the file"),
    "report": _("day of reporting"),
    "context": _("day given when importing"),
}

#: Why a row isn't a hazard.
IGNORED: dict[str, str | Promise] = {
    "blank": _("blank"),
    "title": _("title above the table"),
    "header": _("column names"),
    "total": _("line of totals"),
    "note": _("remark or signature"),
    "section": _("heading of a section"),
    "example": _("example of how to fill in the form"),
    "placeholder": _("placeholder without content"),
    "only_number": _("numbered, but otherwise empty"),
    "nothing_found": _("nothing was found"),
    "mended": _("mended and taken in before; the row as it first came is left out"),
    "hidden_sheet": _("hidden sheet"),
    "left_out": _("left out by whoever imported the file"),
    "sheet_template": _("empty form: column names without rows"),
    "sheet_checklist": _("checklist: what is to be checked, not what was found"),
    "sheet_scoring": _("scoring table"),
    "sheet_quiz": _("questions of an examination"),
    "sheet_risk": _("list of risks or sources of danger, not of hazards found"),
    "sheet_form": _("form, not a table"),
    "sheet_statistics": _("table of figures, not of hazards"),
    "sheet_tasks": _("list of tasks or measures"),
    "sheet_roster": _("list of people or certificates"),
    "sheet_reference": _("list of typical hazards: no column says where or when they were found"),
    "sheet_other": _("no column describes a hazard; name one in the import wizard"),
    "sheet_broken": _("the sheet is damaged; open the file and save it again"),
    "sheet_instructions": _("instructions"),
}
