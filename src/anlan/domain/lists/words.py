"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "activities": _("new activity"),
        "freshness": _("lists kept up to date"),
        "library": _("case library"),
        "list_item": _("problem on a list"),
        "list_kind": _("kind of list"),
        "list_setting": _("setting of lists"),
        "listkind": _("kinds of lists"),
        "lists": _("problem lists"),
        "listsettings": _("settings of lists"),
        "promotion": _("promotion"),
        "stated": _("figure from a document"),
    },
    verbs={
        "analyse": _("analysed"),
        "answer_elsewhere": _("answered what was found elsewhere"),
        "apply": _("applied elsewhere"),
        "ask_elsewhere": _("asked others to look for the same"),
        "no_change": _("stated that nothing changed"),
        "promote": _("proposed for a list"),
        "register": _("registered"),
        "shelve": _("put into the library"),
        "state_three": _("three results stated"),
    },
    objects={
        "activity": _("new activity"),
        "library_case": _("case of the library"),
        "list_kind": _("kind of list"),
        "list_setting": _("setting of lists"),
        "promotion": _("promotion"),
        "stated_figure": _("figure from a document"),
    },
    fields={
        "ends": pgettext_lazy("field", "ends of the ages"),
        "hazard": pgettext_lazy("field", "hazard"),
        "hazard_kinds": pgettext_lazy("field", "kinds of hazards"),
        "list": pgettext_lazy("field", "list"),
        "tags": pgettext_lazy("field", "tags"),
    },
)
