"""What people can get wrong with measures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class MeasureIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "measure_incomplete"
    message = _("%(reason)s")


class NotExamined(Refusal):
    """What stands in a plan of a year is examined by another person before it is adopted."""

    code = "not_examined"
    message = _(
        "Not adopted: it stands in a plan of the year and has not passed its examination by "
        "somebody who wrote nothing of it."
    )
    status = 409


class AlreadyThere(Refusal):
    code = "measure_link_exists"
    message = _("%(what)s is entered already.")
    status = 409


class NoMeasureSheet(Refusal):
    code = "no_measure_sheet"
    message = _(
        "No sheet of this workbook has the columns %(columns)s. Name them so, or take our workbook."
    )


class TooManyMeasures(Refusal):
    code = "too_many_measures"
    message = _("More than %(max)d measures; narrow the list, or divide the workbook.")
    status = 413
