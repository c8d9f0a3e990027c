"""What people can get wrong with the register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, Refusal


class EntryRefused(Refusal):
    """One row of a set can't be taken; ``field`` says where, ``reason`` why and how to mend it."""

    code = "entry_refused"
    message = _("%(field)s: %(reason)s")


class CodeTaken(Refusal):
    code = "credit_code_taken"
    message = _(
        "The credit code %(credit_code)s already belongs to %(name)s. "
        "Open that entry, or correct the code."
    )
    status = 409


class NameTaken(Refusal):
    code = "name_taken"
    message = _(
        "There is already an entry without a credit code called %(name)s in this area. "
        "Open that entry, or give this one its credit code."
    )
    status = 409


class MergeRefused(Refusal):
    code = "merge_refused"
    message = _("These two entries can't be merged: %(reason)s")
    status = 409


class EntryMovedOn(MovedOn):
    code = "entry_moved_on"
