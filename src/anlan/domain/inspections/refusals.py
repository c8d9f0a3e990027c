"""What can't be done with a sweep, and how to mend it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class SweepRefused(Refusal):
    """A sweep that can't be made or changed so; ``field`` says which field to mend."""

    code = "sweep_refused"
    message = _("%(reason)s")


class VisitRefused(Refusal):
    """A visit that can't be entered so; ``field`` says which field to mend."""

    code = "visit_refused"
    message = _("%(reason)s")


class SweepOver(Refusal):
    code = "sweep_over"
    message = _(
        "The sweep “%(name)s” is closed. Ask the office that organises it to open it again."
    )
    status = 409


class CheckRefused(Refusal):
    """An own check, its plan or a rule that can't be entered so; ``field`` says what to mend."""

    code = "check_refused"
    message = _("%(reason)s")
