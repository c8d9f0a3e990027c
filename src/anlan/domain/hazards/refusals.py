"""What people can get wrong with a hazard."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class Incomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "incomplete"
    message = _("%(reason)s")


class FiveElementsMissing(Refusal):
    """A major hazard may not be called rectified before the five elements are settled."""

    code = "five_elements_missing"
    message = _("%(number)s is a major hazard: first complete %(fields)s (五落实).")
    status = 409


class NotByHand(Refusal):
    """A major hazard can't be settled on the spot."""

    code = "not_on_the_spot"
    message = _(
        "Only ordinary hazards can be rectified on the spot. Enter it without that, please."
    )
