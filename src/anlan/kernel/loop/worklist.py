"""One worklist over all kinds of case: 待办 / 我发起的 / 已办. Counts are the lists' own.

Each capability says what its heaps are. A heap is a condition on a record that is a case; what the
person may do there is added, each alternative of it by itself, so that an index serves a count.
Keys that were counted are the list, so a list that is not long costs one statement more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from anlan.base import planner
from anlan.base.actor import Actor
from anlan.base.memory import Memory
from anlan.base.statements import Kept, Row, Statement
from anlan.kernel.accounts import policy
from anlan.kernel.loop.models import Case, Event, Extension, Party, PartyRole
from anlan.ui.keyset import Keyset, Page

#: Beyond this a badge says "99+": no page counts a whole table.
COUNT_MAX = 99
#: Rows of a kind whose heaps are told apart in one statement; of more, heap by heap.
TOLD_APART_MAX = 1_000


@dataclass(frozen=True)
class Tray:
    """One heap of work: what it is called, what lies in it, and what makes it one's work.

    Kinds that wait for the same step share a code. Whoever may act may see (tests hold the rules
    to that), so nothing but ``needs`` is asked.
    """

    code: str
    label: str | Promise
    where: Q
    needs: str


class Wanted(NamedTuple):
    """What a page is wanted of: what fulfils ``where`` and lies in any of ``branches``.

    probe:  in place of ``where``, to find out whether a branch has many rows.
    few:    known to be few.
    last:   what must be fulfilled too, and costs more to see than all the rest: a text within.
    """

    where: Q
    branches: Sequence[Q]
    probe: Q | None = None
    few: bool = False
    last: Q | None = None


@dataclass(frozen=True)
class Narrowed:
    """What the reader narrowed the worklist to: the condition, and what it was made of."""

    where: Q
    key: Hashable


@dataclass(frozen=True)
class Work:
    """How one capability's cases stand in the worklist. Its records' primary key is their case."""

    #: Kinds of case and what one of them is called.
    kinds: Mapping[str, str | Promise]
    model: type[Model]
    #: Relations that a row shows; ``case__area`` among them.
    related: Sequence[str]
    view: str
    #: Depends on what rights depend on, and asks the database for nothing.
    trays: Callable[[Actor], Sequence[Tray]]
    title: Callable[[Any], str]
    whose: Callable[[Any], str]
    state: Callable[[Any], str]
    #: What stands beside the state: grade, rung.
    mark: Callable[[Any], Any] = lambda row: ""
    #: Puts beside the rows of a page, as (rows, moment), what takes a statement to know.
    dress: Callable[[Sequence[Any], datetime], object] | None = None
    #: What is counted of a row, once it is dressed; None where nothing ever is.
    figure: Callable[[Any], Any] | None = None
    #: Signs for receipt of many.
    sign: Callable[[Sequence[UUID], Actor, datetime, UUID], object] | None = None
    #: Reads a page where there may be very many rows: (wanted, order, params, key), where ``key``
    #: is all that ``wanted`` depends on, or None.
    page: Callable[[Callable[[], Wanted], Keyset, Any, Hashable], Page[Any]] | None = None
    #: There are many everywhere, so that it isn't looked first whether there are few.
    always_many: bool = False

    @property
    def name(self) -> str:
        return self.model._meta.label

    @property
    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()


def one_by_one(
    receive: Callable[..., object],
) -> Callable[[Sequence[UUID], Actor, datetime, UUID], object]:
    """Signs for many by a command that takes one, each under an id that a repeat finds again."""

    def sign(pks: Sequence[UUID], by: Actor, at: datetime, request_id: UUID) -> None:
        for pk in pks:
            receive(pk, by=by, at=at, request_id=uuid5(request_id, str(pk)))

    return sign


@cache
def works() -> tuple[Work, ...]:
    """The kinds of work of this installation."""
    found: tuple[Work, ...] = import_string(settings.LOOP_WORKS)()
    return found


@cache
def by_kind() -> dict[str, Work]:
    return {kind: work for work in works() for kind in work.kinds}


def dress(rows: Sequence[Any], at: datetime) -> bool:
    """Dress a page's rows, kind by kind; whether anything is counted of any of them."""
    rows_of: dict[str, list[Any]] = {}
    for row in rows:
        rows_of.setdefault(by_kind()[kind_of(row)].name, []).append(row)
    counted = False
    for work in works():
        mine = rows_of.get(work.name, [])
        if work.dress and mine:
            work.dress(mine, at)
        if work.figure is not None:
            counted = counted or any(map(work.figure, mine))
    return counted


def kind_of(row: Any) -> str:
    """Its case's; of a row that was only read, without making a model for it."""
    kind: str = row.read("case__kind") if isinstance(row, Row) else row.case.kind
    return kind


def opened(kinds: Iterable[str], **more: object) -> Q:
    """Open cases; the kinds are named, for the indexes begin with them."""
    named = {"is_open": True, "kind__in": sorted(kinds), **more}
    return Q(**{f"case__{name}": value for name, value in named.items()})


def among(rows: QuerySet[Any], case: str = "case") -> Q:
    return Q(case__pk__in=rows.values(case))


def trays(
    by: Actor, kinds: Iterable[str], *, answers: Sequence[int], needs: Mapping[str, str]
) -> list[Tray]:
    """The heaps of the standard loop that ``needs`` names, each with its permission.

    answers:  units for which the person signs and rectifies.
    """
    kinds = sorted(kinds)
    parties = Party.objects.filter(unit__in=answers, until=None)
    own = Event.objects.filter(
        case=OuterRef("case__pk"), user_id=by.user_id, step__in=("rectify", "fix_on_spot")
    )
    mine = among(parties.filter(role=PartyRole.RECTIFIER))
    asked = among(Extension.objects.filter(granted=None))
    signed = _signed()
    mine_signed = signed.filter(user_id=by.user_id)
    # Where a heap of its own holds what waits for the second person, it is not in the first.
    fresh = ~Q(Exists(signed if "second" in needs else mine_signed))
    second = Q(Exists(signed)) & ~Q(Exists(mine_signed))
    heaps: tuple[tuple[str, str | Promise, Q], ...] = (
        ("receive", _("to sign for"), opened(kinds) & among(parties.filter(received_at=None))),
        ("rectify", _("to rectify"), opened(kinds, state="assigned") & mine),
        ("assign", _("to assign"), opened(kinds, state="found")),
        ("verify", _("to verify"), opened(kinds, state="rectified") & ~Q(Exists(own))),
        ("close", _("to close"), opened(kinds, state="verified") & fresh),
        ("second", _("second person to close"), opened(kinds, state="verified") & second),
        ("extension", _("extensions to decide"), opened(kinds, state="assigned") & asked),
    )
    return [Tray(code, label, where, needs[code]) for code, label, where in heaps if code in needs]


def _signed() -> QuerySet[Event]:
    """First signatures under closing a case in its present round (销号待第二人)."""
    this_round = Cast(KT("changes__round"), IntegerField())
    rows = Event.objects.filter(case=OuterRef("case__pk"), step="second")
    return rows.alias(of_round=this_round).filter(of_round=OuterRef("case__round"))


def started(by: Actor) -> Q:
    """我发起的: cases whose first event is this person's."""
    return among(Event.objects.filter(seq=1, user_id=by.user_id))


def handled(by: Actor) -> Q:
    """已办: cases on which this person has taken a step."""
    return among(Event.objects.filter(user_id=by.user_id))


#: Where one has begun cases, and where one has dealt with them.
PAST = {"mine": started, "done": handled}


@dataclass(frozen=True)
class Heaps:
    """What waits for one person among the cases of one capability.

    keys:  by tray the cases in it, COUNT_MAX + 1 at most; what has fewer is known whole.
    """

    work: Work
    trays: Sequence[Tray]
    keys: Mapping[str, frozenset[UUID]]

    def waiting(self, code: str = "") -> frozenset[UUID]:
        """The cases of a tray, or of all of them."""
        if code:
            return self.keys.get(code, frozenset())
        return frozenset[UUID]().union(*self.keys.values())

    def is_whole(self, code: str = "") -> bool:
        sizes = [len(keys) for name, keys in self.keys.items() if code in ("", name)]
        return max(sizes, default=0) <= COUNT_MAX

    def page(
        self, by: Actor, order: Keyset, params: Any, narrowed: Narrowed, code: str = ""
    ) -> Page[Any]:
        """A page of a tray, or of all of them."""
        if self.is_whole(code):
            keys = self.waiting(code)
            if not keys:
                return Page([], "", "")
            these = Q(narrowed.where, pk__in=keys)
            return _page(self.work, lambda: Wanted(these, [Q()], few=True), order, params, None)
        chosen = [tray for tray in self.trays if code in ("", tray.code)]

        def wanted() -> Wanted:
            branches = _joined(
                (part, tray) for tray in chosen for part in policy.branches(tray.needs, by)
            )
            return Wanted(narrowed.where & opened(self.work.kinds), branches)

        standing = policy.standing(by, *(tray.needs for tray in chosen))
        key = standing and ("waiting", self.work.name, code, narrowed.key, standing)
        return _page(self.work, wanted, order, params, key)


def heaps(works: Iterable[Work], by: Actor) -> list[Heaps]:
    """The heaps of each capability; no statement for those of which none can be this person's."""
    found = [(work, trays) for work in works if (trays := _trays(work, by))]
    opened = _open_counts([work for work, _trays in found if not work.always_many])
    made = []
    for work, trays in found:
        count = opened.get(work.name)
        if count == 0:
            # Most kinds have nothing open at most times, and that is quickly seen.
            made.append(Heaps(work, trays, {tray.code: frozenset() for tray in trays}))
            continue
        is_many = count is None or count > TOLD_APART_MAX
        keys = None if is_many else _told_apart(work, trays, by)
        made.append(Heaps(work, trays, _in_trays(work, trays, by) if keys is None else keys))
    return made


#: What is built for one person's posts is kept, for the page is asked for again and again.
KEPT_MAX = 5_000
_kept, _kept_trays = Kept(KEPT_MAX), Memory[tuple[Tray, ...]](KEPT_MAX)


def _trays(work: Work, by: Actor) -> tuple[Tray, ...]:
    """The heaps that can be this person's."""
    key = (work.name, policy.standing(by))
    found = _kept_trays.get(key)
    if found is None:
        every = work.trays(by)
        found = tuple(tray for tray in every if policy.may(by, tray.needs))
        if policy.standing(by, *(tray.needs for tray in every)):
            _kept_trays.put(key, found)
    return found


def _open_counts(works: Sequence[Work]) -> dict[str, int]:
    """How many cases are open by capability, as far as that says how to read them."""

    def one(work: Work) -> Statement:
        def build() -> QuerySet[Any, Any]:
            most = TOLD_APART_MAX + 1 if work.page else 1
            rows = Case.objects.filter(kind__in=sorted(work.kinds), is_open=True).order_by()
            return rows.values_list("is_open")[:most]

        return _kept.one(("open", work.name), build)

    found = Statement.all_at_once([one(work) for work in works])
    return {work.name: len(rows) for work, rows in zip(works, found, strict=True)}


def listed(
    work: Work, by: Actor, narrowed: Narrowed, past: str, order: Keyset, params: Any
) -> Page[Any]:
    """A page of what the person has begun or dealt with, as far as he may see it."""
    if not policy.may(by, work.view):
        return Page([], "", "")

    def wanted() -> Wanted:
        return Wanted(narrowed.where & PAST[past](by), policy.branches(work.view, by))

    standing = policy.standing(by, work.view)
    key = standing and (past, work.name, narrowed.key, standing)
    return _page(work, wanted, order, params, key)


def _page(
    work: Work, wanted: Callable[[], Wanted], order: Keyset, params: Any, key: Hashable
) -> Page[Any]:
    if work.page:
        return work.page(wanted, order, params, key)
    where, branches, *_more = wanted()
    if not branches:
        return Page([], "", "")
    rows = work.rows.select_related(*work.related)
    return order.page(rows.filter(where, reduce(or_, branches)), params)


def _joined(parts: Iterable[tuple[Q, Tray]]) -> list[Q]:
    """Each alternative of a right once, with all the heaps that it opens."""
    found: list[tuple[Q, Q]] = []
    for part, tray in parts:
        for n, (known, where) in enumerate(found):
            if known == part:
                found[n] = (known, where | tray.where)
                break
        else:
            found.append((part, tray.where))
    return [part & where for part, where in found]


def count(rows: QuerySet[Any], branches: Sequence[Q]) -> int:
    """How many of ``rows`` lie in any of ``branches``: at most COUNT_MAX + 1, shown as "99+"."""
    found: set[UUID] = set()
    for branch in branches:
        found.update(rows.filter(branch).order_by().values_list("pk", flat=True)[: COUNT_MAX + 1])
    return min(len(found), COUNT_MAX + 1)


def _in_trays(work: Work, trays: Sequence[Tray], by: Actor) -> Mapping[str, frozenset[UUID]]:
    """The keys of the cases in each tray, COUNT_MAX + 1 at most."""
    statements = {tray.code: _of_tray(work, tray, by) for tray in trays}
    rows = iter(Statement.all_at_once([one for each in statements.values() for one in each]))
    keys: dict[str, frozenset[UUID]] = {}
    for code, each in statements.items():
        found = {pk for _one in each for (pk,) in next(rows)}
        keys[code] = frozenset(sorted(found)[: COUNT_MAX + 1])
    return keys


def _of_tray(work: Work, tray: Tray, by: Actor) -> tuple[Statement, ...]:
    def build() -> list[QuerySet[Any, Any]]:
        rows = work.rows.filter(tray.where).order_by().values_list("pk")
        return [rows.filter(part)[: COUNT_MAX + 1] for part in policy.branches(tray.needs, by)]

    standing = policy.standing(by, tray.needs)
    return _kept.all(standing and (work.name, tray.code, standing), build)


def _told_apart(
    work: Work, found: Sequence[Tray], by: Actor
) -> Mapping[str, frozenset[UUID]] | None:
    """The keys of all heaps in one statement; None where there are too many rows for that."""

    def build() -> QuerySet[Any, Any]:
        conditions = {
            f"in_{tray.code}": planner.of_each(
                reduce(or_, policy.branches(tray.needs, by)) & tray.where
            )
            for tray in found
        }
        flags = {
            name: ExpressionWrapper(where, output_field=BooleanField())
            for name, where in conditions.items()
        }
        rows: QuerySet[Any, Any] = work.rows.filter(
            opened(work.kinds), reduce(or_, conditions.values())
        ).order_by()
        told: QuerySet[Any, Any] = rows.annotate(**flags).values_list("pk", *flags)
        return told[: TOLD_APART_MAX + 1]

    standing = policy.standing(by, *(tray.needs for tray in found))
    key = standing and ("apart", work.name, tuple(tray.code for tray in found), standing)
    read = _kept.one(key, build).rows()
    if len(read) > TOLD_APART_MAX:
        return None
    return {
        tray.code: frozenset(sorted(row[0] for row in read if row[n])[: COUNT_MAX + 1])
        for n, tray in enumerate(found, 1)
    }
