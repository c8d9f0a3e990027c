"""What people can get wrong with the library."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class TextIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "library_text_incomplete"
    message = _("%(reason)s")
    status = 422


class EditionStands(Refusal):
    """What stands in the library is referred to by its articles; it isn't written anew."""

    code = "library_edition_stands"
    message = _(
        "This edition stands in the library, so its text can't be changed. Correct its data, or "
        "enter the amended text as a new edition."
    )
    status = 409


class DraftWaits(Refusal):
    code = "library_draft_waits"
    message = _("An edition of this text is still being entered. Finish or drop that one first.")
    status = 409


class NotReferable(Refusal):
    """A draft's articles come and go; nothing may hang on them."""

    code = "library_not_referable"
    message = _("This edition isn't in the library yet. Put it in first; then refer to it.")
    status = 409


class LinkThere(Refusal):
    code = "library_link_exists"
    message = _("That is linked already.")
    status = 409
