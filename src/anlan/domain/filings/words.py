"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "filing": _("filing of a form"),
        "filings": _("filing of a form"),
        "forms": _("form of direct reporting"),
        "items": _("item of forms"),
    },
    verbs={
        "begin_version": _("new version begun"),
        "corrected": _("corrected"),
        "correction_asked": _("correction asked for"),
        "correction_refused": _("correction refused"),
        "end_declaring": _("declaring ended"),
        "forward": _("passed up"),
        "let_declare": _("declaring allowed"),
        "other_day": _("another day given"),
        "other_day_done": _("another day carried out"),
        "other_day_resumed": _("carrying out of another day resumed"),
    },
    objects={
        "form": _("form of direct reporting"),
        "item": _("item of forms"),
    },
    fields={
        "cells": pgettext_lazy("field", "cells"),
        "deadlines": pgettext_lazy("field", "deadlines"),
        "measure": pgettext_lazy("field", "counted in"),
        "moved": pgettext_lazy("field", "moved"),
        "to_move": pgettext_lazy("field", "to be moved"),
        "who": pgettext_lazy("field", "who files"),
    },
)
