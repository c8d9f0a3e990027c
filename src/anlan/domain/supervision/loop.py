"""The loops of formal papers: transfers of findings (移交) and letters (函告).

Both go the standard way round: issued, signed for, answered, accepted. What runs late climbs the
ladder like any case; a paper's own page shows it.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine

TRANSFER = standard.machine("transfer", _("transfers"), page="supervision:paper")
LETTER = standard.machine("letter", _("letters"), page="supervision:paper")

LOOPS: dict[str, Machine] = {machine.kind: machine for machine in (TRANSFER, LETTER)}
KINDS = (*TRANSFER.kinds, *LETTER.kinds)

NAMES: dict[str, str | Promise] = {
    TRANSFER.kind: _("Transfer of findings"),
    LETTER.kind: _("Letter of supervision"),
}
#: What the states of the standard loop mean for a paper.
STATES: dict[str, str | Promise] = {
    "found": _("being issued"),
    "assigned": _("answer awaited"),
    "rectified": _("answered"),
    "verified": _("answered"),
    "closed": _("settled"),
    "void": _("withdrawn"),
}
#: And what its steps mean.
STEPS: dict[str, str | Promise] = {
    "find": _("issue"),
    "assign": _("send"),
    "rectify": _("send the return report"),
    "verify": _("check the answer"),
    "close": _("settle"),
    "reject": _("return the answer"),
    "amend": _("reply to findings"),
    "void": _("withdraw"),
}
