"""What people can get wrong with who carries a campaign."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class CarryingIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "carrying_incomplete"
    message = _("%(reason)s")


class LetterRefused(Refusal):
    code = "duty_letter_refused"
    message = _("The duty letter stays as it is: %(reason)s")
    status = 409


class HearingRefused(Refusal):
    code = "hearing_refused"
    message = _("The hearing stays as it is: %(reason)s")
    status = 409


class OrganEnded(Refusal):
    code = "organ_ended"
    message = _("“%(name)s” was dissolved, so its members stand as they are.")
    status = 409
