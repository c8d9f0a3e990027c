"""What the loop's notices say. Where a case has its page, config knows."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.kernel.notices.kinds import declare

WORDS = {
    "loop.assigned": _("%(number)s was assigned to your unit; due %(due)s. Sign for receipt."),
    "loop.to_verify": _("%(number)s was rectified and waits for verification."),
    "loop.rejected": _("%(number)s was sent back: %(reason)s"),
    "loop.rebound": _("%(number)s broke out again and was reopened: %(reason)s"),
    "loop.extension_asked": _("An extension is asked for %(number)s: %(reason)s"),
    "loop.extension_decided": _("The request to extend %(number)s was decided. Look at its page."),
    "loop.listed": _("%(number)s was put under listed supervision (%(listing)s)."),
    "loop.reminded": _("Reminder: %(number)s was due %(due)s and is still open."),
    "loop.warned": _("Warning: %(number)s was due %(due)s and is still open."),
    "loop.talked": _("An admonitory talk was held about %(number)s, due %(due)s."),
    "loop.circulated": _("A circular was issued about %(number)s, due %(due)s."),
    "loop.accounted": _("Accountability was sought about %(number)s, due %(due)s."),
}
for code, words in WORDS.items():
    declare(code, words, settings.CASE_PAGE, urgent=code == "loop.warned")
