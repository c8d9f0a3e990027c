"""What can't be entered in the book of enforcement, and how to mend it."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from anlan.base import text
from anlan.base.refusal import Refusal


class EnforcementRefused(Refusal):
    """``field`` says which field to mend."""

    code = "enforcement_refused"
    message = _("%(reason)s")


class EnforcementSheetTooLong(Refusal):
    code = "enforcement_sheet_too_long"
    message = _("More than %(max)d rows at once. Divide the workbook, or choose fewer.")
    status = 413


class NoEnforcementSheet(Refusal):
    code = "no_enforcement_sheet"
    message = _("No sheet of this workbook has the columns %(columns)s. Use the template.")


stated = partial(text.stated, refusal=EnforcementRefused)
short = partial(text.short, refusal=EnforcementRefused)
