"""What is said where something on a list can't be done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotAllowed, Refusal


class Incomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "incomplete"
    message = _("%(reason)s")


class KindIncomplete(Refusal):
    """A kind of list that an office has not filled in."""

    code = "list_kind_incomplete"
    message = _("“%(name)s” takes no items yet: its office must first state %(gaps)s.")
    status = 409


class KindMovedOn(MovedOn):
    code = "list_kind_moved_on"
    message = _("Somebody saved this list's settings meanwhile. Look at theirs, then save again.")


class KindEnded(Refusal):
    code = "list_kind_ended"
    message = _("“%(name)s” was taken out of use. Choose another list.")
    status = 409


class AlreadyProposed(Refusal):
    code = "promotion_exists"
    message = _("This hazard is on “%(name)s” already, or waits to be decided on.")
    status = 409


class PromotionDecided(Refusal):
    code = "promotion_decided"
    message = _("This was decided before. Reload the page to see how.")
    status = 409


class SecondPerson(NotAllowed):
    """Who asked for it doesn't decide on it."""

    code = "second_person"
    message = _("You asked for this yourself, so somebody else must decide.")


class NotApprover(NotAllowed):
    code = "not_approver"
    message = _("On this list %(who)s decide; ask one of them.")


class StepNotNext(Refusal):
    """A step of the six before its turn, or one that this kind of list doesn't have."""

    code = "step_not_next"
    message = _("%(number)s is not at “%(step)s” now. Reload the page to see which step is next.")
    status = 409


class AnswersMissing(Refusal):
    code = "answers_missing"
    message = _("%(units)s haven't answered yet. Wait for their answers, or remind them.")
    status = 409


class ThreeMissing(Refusal):
    """整改一个问题、固化一项机制、治理一片领域: all three, or it isn't closed."""

    code = "three_missing"
    message = _("Not closed: first state %(fields)s.")
    status = 409


class NotCarriedOut(Refusal):
    """重点跟踪: off the list only once a check found that it was really carried out."""

    code = "not_carried_out"
    message = _(
        "Not closed: its last check didn't find it carried out. Enter a check that did, by "
        "somebody whose unit didn't rectify it."
    )
    status = 409


class NotAccepted(Refusal):
    code = "not_accepted"
    message = _("%(number)s goes into the library once it is accepted.")
    status = 409


class OneSideOnly(NotAllowed):
    code = "one_side_only"
    message = _("You have already spoken for another side; this one is somebody else's to enter.")
