"""What people can get wrong with supervision."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, Refusal


class PaperIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "paper_incomplete"
    message = _("%(reason)s")


class AlreadyTransferred(Refusal):
    code = "already_transferred"
    message = _(
        "%(numbers)s is under another transfer already. Take it off the list, or withdraw the "
        "other transfer first."
    )
    status = 409


class RepliesMissing(Refusal):
    code = "replies_missing"
    message = _("Reply to each finding first: %(count)s of them have no reply yet.")
    status = 409


class TalkRefused(Refusal):
    code = "talk_refused"
    message = _("A talk can't be proposed: %(reason)s")
    status = 409


class EscalationRefused(Refusal):
    code = "escalation_refused"
    message = _("The listing can't go up a level: %(reason)s")
    status = 409


class TeamRefused(Refusal):
    code = "team_refused"
    message = _("This can't be done with the resident team: %(reason)s")
    status = 409


class DirectRefused(Refusal):
    code = "direct_report_refused"
    message = _("It can't be reported directly: %(reason)s")
    status = 409


class DualRefused(Refusal):
    code = "dual_report_refused"
    message = _("The report can't be entered: %(reason)s")
    status = 409


class TermsMovedOn(MovedOn):
    code = "terms_moved_on"
    message = _("Somebody saved newer terms meanwhile. Reload the page, look, and save again.")


class DoubleRefused(Refusal):
    code = "double_assignment_refused"
    message = _("It can't be given to both lines: %(reason)s")
    status = 409
