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


class DefectIncomplete(Refusal):
    """Equipment, a level or a defect that lacks something; ``field`` says what to mend."""

    code = "defect_incomplete"
    message = _("%(reason)s")


class AnswersMissing(Refusal):
    """A defect is closed once everybody who was notified has answered."""

    code = "answers_missing"
    message = _("Not closed: %(units)s were notified and haven't answered yet.")
    status = 409
