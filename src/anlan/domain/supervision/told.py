"""What people are told of papers, worded when they read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.kernel.notices.kinds import declare

PAGE = "supervision:paper"

declare(
    "paper.copied",
    _("%(number)s was sent to %(unit)s, which you stand above; it is due on %(due)s."),
    PAGE,
)
declare("paper.answered", _("%(unit)s answered %(number)s; look at the answer."), PAGE)
declare("paper.settled", _("The answer to %(number)s was accepted."), PAGE)
declare("paper.withdrawn", _("%(number)s was withdrawn: %(reason)s"), PAGE)
declare("paper.talk", _("A talk with %(unit)s is proposed because of %(number)s."), PAGE)

HAZARD = "oversight:hazard"

declare(
    "listed.escalation_asked",
    _("%(unit)s asks you to take over the listing of %(number)s: %(reason)s"),
    HAZARD,
)
declare("listed.escalation_taken", _("%(unit)s took over the listing of %(number)s."), HAZARD)
declare(
    "listed.escalation_refused",
    _("%(unit)s did not take over the listing of %(number)s: %(reason)s"),
    HAZARD,
)
declare("listed.team_sent", _("A team is sent to stay at %(number)s from %(day)s."), HAZARD)
declare(
    "listed.reported",
    _("%(unit)s reports the major hazard %(number)s directly: %(text)s"),
    HAZARD,
    urgent=True,
)
declare(
    "listed.doubled",
    _("%(number)s was given to %(territory)s and to %(regulator)s: both confirm its closing."),
    HAZARD,
)
