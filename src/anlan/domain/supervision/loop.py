"""The loops of formal papers: transfers of findings (移交) and letters (函告).

Both go the standard way round: issued, signed for, answered, accepted. What runs late climbs the
ladder like any case; a paper's own page shows it.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.indicators.declare import Distinct
from anlan.kernel.loop import standard
from anlan.kernel.loop.machine import Machine
from anlan.kernel.loop.talks import TALKED

TRANSFER = standard.machine("transfer", _("transfers"), page="supervision:paper", prefix="YJ")
LETTER = standard.machine("letter", _("letters"), page="supervision:paper", prefix="HG")

LOOPS: dict[str, Machine] = {machine.kind: machine for machine in (TRANSFER, LETTER)}

#: Counted from the daily logs of the teams that stay at listed hazards (现场进驻).
MOVED_OUT = FactKind(
    "supervision.moved_out",
    _("people moved out"),
    _("persons"),
    _("By the day of the log entry; the sum of what the teams' daily logs state."),
)
RESIDENT_DAYS = FactKind(
    "supervision.resident_days",
    _("days with a resident team"),
    _("days"),
    _("One for each team and day that has a log entry; a day without one doesn't count."),
)
KINDS = (*TRANSFER.kinds, *LETTER.kinds, MOVED_OUT, RESIDENT_DAYS, TALKED)

TALKED_COUNT = Distinct(
    "supervision.talked",
    _("Talked to"),
    TALKED.code,
    source=_("the monthly table of law enforcement (执法与整治月度统计)"),
)
INDICATORS = (TALKED_COUNT,)

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
