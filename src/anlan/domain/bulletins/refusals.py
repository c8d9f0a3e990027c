"""What people can get wrong with papers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class PaperIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "paper_incomplete"
    message = _("%(reason)s")


class NumberTaken(Refusal):
    """F09: a number is given out once, whoever gives it."""

    code = "paper_number_taken"
    message = _("%(number)s is taken already by another paper. Enter the right number.")
    status = 409


class NotReproduced(Refusal):
    code = "paper_figures_differ"
    message = _("A figure of this paper is not what the ledger knew then. Tell the administrator.")
    status = 409


class TooLong(Refusal):
    code = "paper_too_long"
    message = _("The paper holds more than %(max)d %(what)s. Divide it, or shorten its tables.")
    status = 413
