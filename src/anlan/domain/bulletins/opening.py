"""The three sentences that a paper opens with: what was found, what stands open, what happened."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from anlan.domain.bulletins import board as on
from anlan.domain.bulletins import comparing
from anlan.domain.bulletins.board import Board
from anlan.domain.bulletins.body import Sentence
from anlan.domain.bulletins.figures import Put, of_value
from anlan.domain.bulletins.subjects import spoken

#: From how many months in a row on a fall is told: one is a month.
STREAK_FROM = 2

HAZARDS_UNIT = pgettext_lazy("measure word", " hazards")
ACCIDENTS_UNIT = pgettext_lazy("measure word", " accidents")
DEATHS_UNIT = pgettext_lazy("measure word", " deaths")


def opening(b: Board) -> list[Sentence]:
    found = [_found(b), _open(b)]
    return [*found, _accidents(b)] if b.scope.accidents else found


class _Said(Put):
    """A sentence about the whole area, whose figures are put in as it is written."""

    def __init__(self, b: Board) -> None:
        super().__init__()
        self.b = b

    def n(self, code: str) -> str:
        return self(of_value(self.b.whole[code]))

    def none(self, code: str) -> bool:
        return self.b.whole.number(code) == 0

    def flows(self, code: str, counter: str, unit: object) -> str:
        value = self.b.whole[code]
        return comparing.flows(value, self.b.scope, self.b.records, counter, unit, self)

    def nothing(self, code: str, words: str) -> str:
        """That there is none, in words; they open to what was counted."""
        return self.as_words(of_value(self.b.whole[code]), words)

    def then(self, code: str, counter: str, unit: object) -> str:
        value = self.b.whole[code]
        return comparing.then(value, self.b.scope, self.b.records, counter, unit, self)

    def sentence(self, rule: str, text: str) -> Sentence:
        return Sentence(text, tuple(self), rule)


def _found(b: Board) -> Sentence:
    said = _Said(b)
    head = {"period": _spoken(b), "area": b.scope.area.name}
    if b.whole.number(on.FOUND) is None:
        text = _("%(period)s, hazards found in %(area)s: %(why)s.")
        return said.sentence("found", text % {**head, "why": said.n(on.FOUND)})
    if said.none(on.FOUND):
        text = _("In %(period)s %(area)s %(none)s%(then)s.") % {
            **head, "none": said.nothing(on.FOUND, _("found no hazard")),
            "then": said.then(on.FOUND, on.FOUND, HAZARDS_UNIT),
        }  # fmt: skip
        return said.sentence("found", text)
    text = _("In %(period)s %(area)s found %(found)s hazards%(change)s") % {
        **head, "found": said.n(on.FOUND), "change": said.flows(on.FOUND, on.FOUND, HAZARDS_UNIT),
    }  # fmt: skip
    if said.none(on.MAJOR_FOUND):
        text += _(", %(none)s") % {"none": said.nothing(on.MAJOR_FOUND, _("none of them major"))}
    else:
        text += _(", %(n)s of them major") % {"n": said.n(on.MAJOR_FOUND)}
    text += _("; the rate of rectification is %(rate)s.") % {"rate": said.n(on.RATE)}
    return said.sentence("found", text)


def _spoken(b: Board) -> str:
    """The period; of one that isn't over, up to which day."""
    label = b.scope.period.label
    if comparing.is_running(b.scope):
        return _("%(period)s (up to %(day)s)") % {"period": label, "day": spoken(b.scope.today)}
    return str(label)


def _open(b: Board) -> Sentence:
    said, day = _Said(b), {"day": spoken(b.scope.passed.end)}
    if b.whole.number(on.OPEN) is None:
        text = _("Hazards that stand open on %(day)s: %(why)s.")
        return said.sentence("open", text % {**day, "why": said.n(on.OPEN)})
    if said.none(on.OPEN):
        text = _("On %(day)s %(none)s.") % {
            **day,
            "none": said.nothing(on.OPEN, _("no hazard stands open")),
        }
        return said.sentence("open", text)
    text = _("On %(day)s %(open)s hazards stand open") % {**day, "open": said.n(on.OPEN)}
    if said.none(on.OVERDUE):
        text += _(", %(none)s%(then)s") % {
            "none": said.nothing(on.OVERDUE, _("none of them overdue")),
            "then": said.then(on.OVERDUE, on.FOUND, HAZARDS_UNIT),
        }
    else:
        value = b.whole[on.OVERDUE]
        change = comparing.stock(value, b.scope, b.records, on.FOUND, HAZARDS_UNIT, said)
        text += _(", %(n)s of them overdue%(change)s, that is %(share)s") % {
            "n": said.n(on.OVERDUE), "change": change, "share": said.n(on.SHARE),
        }  # fmt: skip
    if said.none(on.MAJOR_OPEN):
        text += _("; %(none)s") % {"none": said.nothing(on.MAJOR_OPEN, _("no major one is open"))}
    else:
        text += _("; %(n)s major ones are open") % {"n": said.n(on.MAJOR_OPEN)}
    if not said.none(on.LISTED):
        text += _(", %(n)s are listed") % {"n": said.n(on.LISTED)}
    return said.sentence("open", text + _("."))


def _accidents(b: Board) -> Sentence:
    said = _Said(b)
    if b.whole.number(on.ACCIDENTS) is None:
        text = _("Production-safety accidents: %(why)s.")
        return said.sentence("accidents", text % {"why": said.n(on.ACCIDENTS)})
    if said.none(on.ACCIDENTS):
        none = said.nothing(on.ACCIDENTS, _("There was no production-safety accident"))
        text = none + said.then(on.ACCIDENTS, on.ACCIDENTS, ACCIDENTS_UNIT)
    else:
        text = _("There were %(n)s production-safety accidents%(change)s") % {
            "n": said.n(on.ACCIDENTS),
            "change": said.flows(on.ACCIDENTS, on.ACCIDENTS, ACCIDENTS_UNIT),
        }
        if said.none(on.DEAD):
            text += _(", %(none)s%(then)s") % {
                "none": said.nothing(on.DEAD, _("in which nobody died")),
                "then": said.then(on.DEAD, on.ACCIDENTS, DEATHS_UNIT),
            }
        else:
            text += _(", in which %(n)s people died%(change)s") % {
                "n": said.n(on.DEAD), "change": said.flows(on.DEAD, on.ACCIDENTS, DEATHS_UNIT),
            }  # fmt: skip
    if (b.double_fall or 0) >= STREAK_FROM:
        text += _("; both have fallen on a year ago for %(n)d months in a row") % {
            "n": b.double_fall
        }
    return said.sentence("accidents", text + _("."))
