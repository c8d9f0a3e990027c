"""What these commands refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal


class Taken(Refusal):
    code = "taken"
    message = gettext_lazy("“%(value)s” is taken already. Choose another.")
    status = 409


class TwoPeople(Refusal):
    code = "two_people"
    message = gettext_lazy(
        "Whoever creates an account may not give it posts, and nobody may give themselves posts. "
        "Ask another security administrator."
    )
    status = 403


class RolesExclude(Refusal):
    code = "roles_exclude"
    message = gettext_lazy(
        "An administrator holds no other role, and nobody is two administrators. "
        "End the other post first, or choose another person."
    )
    status = 409


class LinkSpent(Refusal):
    code = "link_spent"
    message = gettext_lazy(
        "This link was used before or has run out. Ask an administrator for a new one."
    )
    status = 410


class RegulatorRefused(Refusal):
    """A department that can't regulate a sector in this area."""

    code = "regulator_refused"
    message = gettext_lazy("The regulators can't be set: %(reason)s")
    status = 409
