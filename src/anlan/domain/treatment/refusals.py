"""What can't be done with a plan, and how to mend it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class PlanIncomplete(Refusal):
    """A plan that lacks something; ``field`` says which field to mend."""

    code = "plan_incomplete"
    message = _("%(reason)s")


class FindingsOpen(Refusal):
    """A plan can't be reported done or accepted before its hazards are."""

    code = "findings_open"
    message = _("%(n)d of its hazards aren't there yet: %(numbers)s. Deal with them first.")
    status = 409
