"""What people can get wrong with accidents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class AccidentIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "accident_incomplete"
    message = _("%(reason)s")


class AlreadyAsked(Refusal):
    code = "accident_already_asked"
    message = _("It can't be done now: %(reason)s")
    status = 409


class NoAccidentSheet(Refusal):
    code = "no_accident_sheet"
    message = _(
        "No sheet of this workbook has the columns %(columns)s. Name them so, or choose another "
        "mapping."
    )


class TooManyAccidents(Refusal):
    code = "too_many_accidents"
    message = _("More than %(max)d accidents; narrow the list, or divide the workbook.")
    status = 413
