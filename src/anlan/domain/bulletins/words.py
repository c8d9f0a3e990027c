"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "bulletin": _("paper"),
        "bulletins": _("paper"),
        "paper_layouts": _("template of papers"),
        "paper_numbers": _("numbers of papers"),
        "press_questions": _("question of the press"),
        "publication": _("press and publicity"),
        "publications": _("press and publicity"),
    },
    verbs={
        "agree": _("countersigned"),
        "agreed": _("countersigned by all"),
        "countersign": _("countersigned"),
        "decline": _("declined"),
        "end_layout": _("template taken out of use"),
        "give_out": _("given out"),
        "instruct": _("instruction entered"),
        "layout": _("template put in"),
        "refresh": _("figures read anew"),
        "revoke": _("revoked"),
        "seal": _("sealed"),
        "send_back": _("sent back"),
        "situation": _("situation paper read"),
        "start_layout": _("template taken out to edit"),
        "take_back": _("taken back"),
        "word": _("word of a number set"),
    },
    objects={
        "bulletins": _("paper"),
        "paper_layout": _("template of papers"),
        "paper_word": _("word of a number"),
        "press_question": _("question of the press"),
        "publication": _("press and publicity"),
        "publications": _("press and publicity"),
    },
    fields={
        "bytes": pgettext_lazy("field", "size in bytes"),
        "outlet": pgettext_lazy("field", "outlet"),
        "paper": pgettext_lazy("field", "paper"),
        "question": pgettext_lazy("field", "question"),
        "topic": pgettext_lazy("field", "topic"),
        "word": pgettext_lazy("field", "word of numbers"),
    },
)
