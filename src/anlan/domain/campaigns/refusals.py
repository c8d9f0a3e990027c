"""What people can get wrong with campaigns, plans and tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class PlanIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "plan_incomplete"
    message = _("%(reason)s")


class PlanIsPublished(Refusal):
    """The lines of a published plan are what everybody works by."""

    code = "plan_is_published"
    message = _("“%(title)s” is published, so its lines stand as they are. Nothing was changed.")
    status = 409


class PlanNotPublished(Refusal):
    code = "plan_not_published"
    message = _("“%(title)s” is not in force. Only a published plan can be broken down.")
    status = 409


class ReportRefused(Refusal):
    code = "task_report_refused"
    message = _("The report can't be handled: %(reason)s")
    status = 409


class TargetDeclared(Refusal):
    """Units have declared numbers for a target that somebody wants counted."""

    code = "target_declared"
    message = _(
        "Units have reported numbers for this target already. Return their reports first, or let "
        "it be declared as before."
    )
    status = 409


class DutyEnded(Refusal):
    code = "duty_ended"
    message = _("“%(title)s” is asked for no more. Nothing was changed.")
    status = 409
