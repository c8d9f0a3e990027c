"""What can't be entered of an acceptance, and how to mend it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class AcceptanceRefused(Refusal):
    """``field`` says which field to mend."""

    code = "acceptance_refused"
    message = _("%(reason)s")


class NoItemSheet(Refusal):
    code = "no_item_sheet"
    message = _("No sheet of this workbook has the columns %(columns)s. Use the sheet of this set.")
