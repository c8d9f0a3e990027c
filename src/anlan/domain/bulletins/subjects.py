"""The hazards that a letter or notice is about: what is on record of each, and nothing else.

What nobody recorded stays to be filled in: a ground, a demand or a day is the office's to state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actor import Actor
from anlan.domain.bulletins.body import glue
from anlan.domain.bulletins.refusals import PaperIncomplete
from anlan.domain.hazards.models import Grade, Hazard
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Listing, Party, PartyRole
from anlan.kernel.papers.official.paper import chinese_day
from anlan.ui.figures import chinese, day

#: Hazards that one letter is about.
ABOUT_MAX = 30


@dataclass(frozen=True)
class Subject:
    hazard: Hazard
    #: The units that rectify it now.
    units: Sequence[str] = ()
    #: The listing that stands.
    listing: Listing | None = None

    @property
    def who(self) -> str:
        """At whom it was found: the enterprise, the object, or who rectifies it."""
        row = self.hazard
        if row.enterprise:
            return row.enterprise.name
        return row.object_name or "、".join(self.units) or row.case.area.name

    @property
    def where(self) -> str:
        row = self.hazard
        return row.place or (row.enterprise.address if row.enterprise else "") or (
            row.case.area.full_name or row.case.area.name
        )  # fmt: skip


def read(pks: Sequence[UUID], by: Actor) -> list[Subject]:
    """In the order given. Raises PaperIncomplete where one isn't the writer's to see."""
    wanted = list(dict.fromkeys(pks))
    if len(wanted) > ABOUT_MAX:
        raise _wrong(_("At most %(n)d hazards.") % {"n": ABOUT_MAX})
    if not wanted:
        return []
    rows = policy.permitted(Hazard.objects.filter(pk__in=wanted), "hazard.view", by)
    found = {row.pk: row for row in rows.select_related("case__area", "enterprise")}
    if len(found) < len(wanted):
        raise _wrong(_("A hazard that it is about isn't there, or isn't yours to see."))
    units: dict[UUID, list[str]] = defaultdict(list)
    parties = Party.objects.filter(case__in=wanted, role=PartyRole.RECTIFIER, until=None)
    for pk, name in parties.order_by("rank", "pk").values_list("case_id", "unit__name"):
        units[pk].append(name)
    standing = Listing.objects.filter(case__in=wanted, status__in=Listing.STANDING)
    listings = {one.case_id: one for one in standing.select_related("supervisor")}
    return [Subject(found[pk], units[pk], listings.get(pk)) for pk in wanted]


def _wrong(reason: str) -> PaperIncomplete:
    return PaperIncomplete(field="about", reason=reason)


def spoken(value: date) -> str:
    """A day as it stands in a text: 2026年11月5日."""
    return chinese_day(value) if chinese() else day(value)


def _ended(text: str) -> str:
    """A text of somebody's as a sentence."""
    text = " ".join(text.split())
    return text if text[-1:] in "。！？.!?；;" else text + _(".")


def told(one: Subject, today: date) -> str:
    """What it is, since when, and how late."""
    row, case = one.hazard, one.hazard.case
    parts = [
        _("%(who)s (%(where)s): %(what)s") % {
            "who": one.who, "where": one.where, "what": _ended(row.description),
        },
        _("It was found on %(day)s under number %(number)s.") % {
            "day": spoken(case.opened_on), "number": case.number,
        },
    ]  # fmt: skip
    if case.grade == Grade.MAJOR:
        parts.append(_("It was judged to be a major hazard."))
    if case.due_on and case.unsettled and case.due_on < today:
        late = {"due": spoken(case.due_on), "n": (today - case.due_on).days, "today": spoken(today)}
        parts.append(
            _("It was to be rectified by %(due)s and is %(n)d days late on %(today)s.") % late
        )
    elif case.due_on and case.is_open:
        parts.append(_("It is to be rectified by %(due)s.") % {"due": spoken(case.due_on)})
    if case.round:
        parts.append(_("Its rectification failed %(n)d times.") % {"n": case.round})
    if case.rebounds:
        parts.append(
            _("It broke out again %(n)d times after it was closed.") % {"n": case.rebounds}
        )
    return glue().join(parts)


def ground(one: Subject) -> str:
    basis = one.hazard.basis
    return _("Judged by: %(basis)s") % {"basis": _ended(basis)} if basis else ""


def demand(one: Subject) -> str:
    """The measures that were laid down for it, as they stand in its record."""
    row = one.hazard
    parts = [_("Measures: %(text)s") % {"text": _ended(row.measure)}] if row.measure else []
    if row.contingency:
        parts.append(_("Meanwhile: %(text)s") % {"text": _ended(row.contingency)})
    return glue().join(parts)


def deadline(one: Subject, today: date) -> str:
    """A day that lies behind us is none to set: the office sets a new one."""
    due = one.listing.due_on if one.listing else one.hazard.case.due_on
    if due is None or due < today:
        return ""
    return _("Rectify it by %(due)s.") % {"due": spoken(due)}


def unit(one: Subject) -> str:
    names = "、".join(one.units)
    if one.hazard.responsible_person:
        data = {"units": names or one.who, "person": one.hazard.responsible_person}
        return _("%(units)s (answers for it: %(person)s).") % data
    return _ended(names or one.who)


def place(one: Subject) -> str:
    return _("%(who)s (%(where)s).") % {"who": one.who, "where": one.where}


def supervisor(one: Subject) -> str:
    if one.listing is None:
        return ""
    return _("Listed by %(unit)s on %(day)s under number %(number)s.") % {
        "unit": one.listing.supervisor.name, "day": spoken(one.listing.listed_on),
        "number": one.listing.number,
    }  # fmt: skip


TITLES = {
    "letter": gettext_lazy("Supervision letter on the rectification of hazards at %(who)s"),
    "talk": gettext_lazy("Notice of an admonitory talk to %(who)s"),
    "listed": gettext_lazy("Notice of listed supervision of a major hazard at %(who)s"),
}


def title_of(kind: str, found: Sequence[Subject]) -> str:
    names = list(dict.fromkeys(one.who for one in found))
    who = names[0] if len(names) == 1 else _("%(who)s and others, %(n)d in all") % {
        "who": names[0], "n": len(names)
    }  # fmt: skip
    return str(TITLES[kind]) % {"who": who}


def recipients(found: Sequence[Subject]) -> str:
    """Who is written to: those who rectify."""
    return "、".join(dict.fromkeys(name for one in found for name in one.units or [one.who]))
