"""What people can get wrong with a case."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import NotAllowed, Refusal


class StepNotPossible(Refusal):
    """The loop has no such step from the state that the case is in."""

    code = "step_not_possible"
    message = _(
        "%(number)s is “%(state)s”, so “%(step)s” can't be done now. "
        "Reload the page to see which steps are next."
    )
    status = 409


class OwnWork(NotAllowed):
    """Nobody passes judgement on their own work."""

    code = "own_work"
    message = _("You did “%(step)s” on %(number)s yourself, so somebody else must check it.")


class ReasonMissing(Refusal):
    """A step that needs a reason came without one."""

    code = "reason_missing"
    message = _("Write the reason: whoever reads this later must understand why.")


class NotAParty(NotAllowed):
    """The person's unit has no such part in the case."""

    code = "not_a_party"


class ReviewsMissing(Refusal):
    """A closing that a level above or beside has not signed off."""

    code = "reviews_missing"
    message = _("Not closed: %(units)s must confirm first.")
    status = 409


class ExtensionRefused(Refusal):
    """An extension that can't be asked for, or was decided before."""

    code = "extension_refused"
    message = _("The extension can't be entered: %(reason)s")
    status = 409


class UrgeRefused(Refusal):
    """Nothing to urge, or urged just now."""

    code = "urge_refused"
    message = _("It can't be urged now: %(reason)s")
    status = 409


class ListingRefused(Refusal):
    """A listing or delisting that doesn't fit what stands."""

    code = "listing_refused"
    message = _("Listed supervision can't be changed: %(reason)s")
    status = 409
