"""Who may do what to which rows: the only place where posts become filters.

A rule says for one permission which rows somebody may use it on, as a Q over the permission's
own table. List, page, export and command all ask the same rule, so they can't disagree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Model, Q, QuerySet, Value
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from anlan.base import bulk, stored
from anlan.base.actor import Actor
from anlan.base.memory import Memory
from anlan.base.paths import ancestors, upper
from anlan.base.prepared import SLOTS
from anlan.base.refusal import MovedOn, NotAllowed, NotFound
from anlan.base.statements import Kept, among, filled, given
from anlan.kernel.accounts import held
from anlan.kernel.accounts.held import Grant

#: Depends on nothing but ``held.posts``, ``held.grants`` and whether there is a person, unless it
#: is marked ``asking`` (tests/rights holds each rule to that).
Rule = Callable[[Actor], Q]
Row = TypeVar("Row", bound=Model)

#: No row; Django answers without asking the database.
NOTHING = Q(pk__in=[])
#: Every row. Not a bare Q(), which vanishes when it is or-ed with something.
EVERYTHING = ~Q(pk__in=[])
#: What a refusal tells and its audit row keeps.
NO_POST = stored.sentence(_("No post of yours allows this."))

_rules: dict[str, Rule] = {}
_loaded = False


class PermissionUnknown(LookupError):
    """A permission that no app declares: a slip of ours, refused rather than guessed."""


def register(rules: Mapping[str, Rule]) -> None:
    """Add rules. Declaring a permission twice is a slip, unless it is the same rule."""
    for permission, rule in rules.items():
        assert _rules.get(permission, rule) is rule, f"{permission} is declared twice"
        _rules[permission] = rule


def asking(rule: Rule) -> Rule:
    """Marks a rule that asks the database for more than posts: its answer is never remembered."""
    _asking.add(rule)
    return rule


_asking: set[Rule] = set()


def permissions() -> frozenset[str]:
    """Every permission that some app declares."""
    _load()
    return frozenset(_rules)


def _load() -> None:
    global _loaded
    if not _loaded:
        register(import_string(settings.POLICY_RULES)())
        _loaded = True


def rule_of(permission: str, by: Actor) -> Q:
    """The rows on which ``by`` may use ``permission``."""
    _load()
    rule = _rules.get(permission)
    if rule is None:
        raise PermissionUnknown(permission)
    if by.trusted:
        return EVERYTHING
    if not _in_token(permission, by):
        return NOTHING
    answers: dict[str, Q] = by.memo.setdefault("rules", {})
    if permission not in answers:
        answers[permission] = rule(by)
    return answers[permission]


def _in_token(permission: str, by: Actor) -> bool:
    """An API token reaches only what its scopes name; other actors have no such limit."""
    scopes: Iterable[str] | None = by.memo.get("scopes")
    if scopes is None:
        return True
    return permission in scopes or f"{permission.split('.')[0]}.*" in scopes


def permitted(rows: QuerySet[Row], permission: str, by: Actor) -> QuerySet[Row]:
    """Those of ``rows`` on which ``by`` may use ``permission``; a plain WHERE."""
    rule = rule_of(permission, by)
    if is_nothing(rule):
        return rows.none()
    return rows if rule == EVERYTHING else rows.filter(rule)


def branches(permission: str, by: Actor) -> list[Q]:
    """The rule as alternatives that each an index can serve; or-ed together they are the rule.

    For a page of a long list: a database that is handed the whole rule reads every row.
    """
    rule = rule_of(permission, by)
    if is_nothing(rule):
        return []
    parts = _alternatives(rule)
    return [Q()] if EVERYTHING in parts else [part for part in parts if not is_nothing(part)]


def _alternatives(rule: Q) -> list[Q]:
    if rule.negated or rule.connector != Q.OR:
        return [rule]
    return [
        part
        for child in rule.children
        for part in _alternatives(child if isinstance(child, Q) else Q(child))
    ]


def may(by: Actor, permission: str) -> bool:
    """Whether ``by`` may use ``permission`` at all: for things without rows, and for menus.

    A menu asks thirty times a page. The answer is remembered by what a rule may depend on: the
    posts that count today, what they cover, and whether there is a person.
    """
    _load()
    rule = _rules.get(permission)
    if rule is None:
        raise PermissionUnknown(permission)
    if by.trusted:
        return True
    if not _in_token(permission, by):
        return False
    holding = _holding(by)
    answer = _may.get((rule, holding))
    if answer is None:
        answer = not is_nothing(rule_of(permission, by))
        if rule in _asking:
            return answer
        _may.put((rule, holding), answer)
    return answer


MAY_KEPT_MAX = 100_000
_may: Memory[bool] = Memory(MAY_KEPT_MAX)


def _holding(by: Actor) -> Hashable:
    found: Hashable = by.memo.get("holding")
    if found is None:
        posts, grants = held.posts(by), held.grants(by)
        found = by.memo["holding"] = (frozenset(posts), frozenset(grants), by.user_id is None)
    return found


def standing(by: Actor, *permissions: str) -> Hashable:
    """All that these rules depend on for ``by``, to keep under it what came of them.

    None where one of them asks the database for more than posts: then nothing may be kept.
    """
    _load()
    if any(_rules[permission] in _asking for permission in permissions):
        return None
    if by.trusted:
        return ("trusted", by.user_id, permissions)
    scopes = by.memo.get("scopes")
    limits = None if scopes is None else frozenset(scopes)
    return (_holding(by), by.user_id, today_of(by), limits, permissions)


def demand(by: Actor, permission: str, at: datetime | None = None) -> None:
    """Refuse, and write the refusal down, where ``by`` may not use ``permission`` at all."""
    if not may(by, permission):
        _write_down(by, permission, "", "", NO_POST.kept(), at)
        raise NotAllowed(reason=NO_POST.text)


def access(
    rows: QuerySet[Row],
    permission: str,
    by: Actor,
    pk: object,
    *,
    version: int | None = None,
    at: datetime | None = None,
) -> Row:
    """The row ``pk``, the only way to get at it.

    Raises NotFound where ``by`` may not see it (it looks the same as a row that isn't there),
    NotAllowed where it may be seen but not used so, MovedOn where ``version`` is given and the
    row has another by now. Denials are audited in a transaction of their own.
    """
    row = permitted(rows, permission, by).filter(pk=pk).first()
    if row is None:
        _refuse(rows, permission, by, pk, at)
    assert row is not None
    if version is not None and getattr(row, "version", version) != version:
        raise MovedOn
    return row


def allowed(model: type[Model], pk: object, permissions: Iterable[str], by: Actor) -> set[str]:
    """Which of the permissions ``by`` has on one row: one statement for all of them, kept."""
    wanted = tuple(sorted(permissions))
    known = standing(by, *wanted)
    possible = None if known is None else _possible.get(known)
    if possible is None:
        possible = tuple(each for each in wanted if not is_nothing(rule_of(each, by)))
        if known is not None:
            _possible.put(known, possible)
    if not possible:
        return set()

    def build() -> QuerySet[Any, Any]:
        rules: dict[str, Any] = {
            f"may_{n}": Value(True, BooleanField())
            if by.trusted
            else ExpressionWrapper(rule_of(each, by), BooleanField())
            for n, each in enumerate(possible)
        }
        key: Any = model._meta.pk
        row = given("pk", "pk", getattr(key, "target_field", key))
        rows: QuerySet[Any, Any] = model._default_manager.filter(row).annotate(**rules)
        return rows.values_list(*rules)

    rows = _allowed.one(known and (model, known), build, planned=True).rows(pk=pk)
    return {each for row in rows for each, true in zip(possible, row, strict=True) if true}


def let_in(model: type[Model], permission: str, pks: Sequence[Any], by: Actor) -> Collection[Any]:
    """Those of the rows on which ``by`` may use ``permission``: of a few, by a statement kept."""
    if len(pks) > SLOTS:
        rows = permitted(model._default_manager.all(), permission, by)
        return {
            pk
            for chunk in bulk.slices(pks)
            for pk in rows.filter(pk__in=chunk).values_list("pk", flat=True)
        }
    key: Any = model._meta.pk
    field = getattr(key, "target_field", key)
    known = standing(by, permission)

    def build() -> QuerySet[Any, Any]:
        rows = permitted(model._default_manager.all(), permission, by)
        return rows.filter(among("pk", "pk", SLOTS, field)).values_list("pk")

    statement = _let_in.one(known and (model, known), build, planned=True)
    return {pk for (pk,) in statement.rows(**filled("pk", pks, SLOTS, pks[0]))}


_allowed, _let_in = Kept(5_000), Kept(5_000)
_possible = Memory[tuple[str, ...]](5_000)


def _refuse(
    rows: QuerySet[Row], permission: str, by: Actor, pk: object, at: datetime | None
) -> None:
    view = f"{permission.split('.')[0]}.view"
    about = rows.model._meta.label_lower
    if view in permissions() and permitted(rows, view, by).filter(pk=pk).exists():
        reason = _("None of your posts allows this step here, or the row is past it.")
        _write_down(by, permission, about, str(pk), "not_allowed", at)
        raise NotAllowed(reason=reason)
    # A number that was mistyped is no denial; a row that is there and hidden is.
    if rows.filter(pk=pk).exists():
        _write_down(by, permission, about, str(pk), "not_found", at)
    raise NotFound


def _write_down(
    by: Actor, action: str, object_type: str, object_id: str, reason: str, at: datetime | None
) -> None:
    held.denied(by, action, object_type, object_id, reason, at or timezone.now())


def is_nothing(rule: Q) -> bool:
    """Whether a rule can be seen to hold no row, without asking the database."""
    parts = [
        is_nothing(child) if isinstance(child, Q) else child == ("pk__in", [])
        for child in rule.children
    ]
    if not parts or rule.negated:
        return False
    return all(parts) if rule.connector == Q.OR else any(parts)


# Rules are built from these.


def scope(by: Actor, roles: Iterable[str], prefix: str = "") -> Q:
    """What ``by`` answers for in one of ``roles``, on path, sector_id and enterprise_id.

    ``prefix`` leads to the table that carries the three fields: ``"case__"``.
    """
    if by.trusted:
        return EVERYTHING
    wanted = frozenset(str(role) for role in roles)
    answers: dict[tuple[frozenset[str], str], Q] = by.memo.setdefault("scopes_compiled", {})
    key = (wanted, prefix)
    if key not in answers:
        grants = [grant for grant in held.grants(by) if grant.role in wanted]
        answers[key] = compiled(grants, prefix)
    return answers[key]


def has_role(by: Actor, roles: Iterable[str]) -> bool:
    """Whether ``by`` holds one of ``roles`` today, wherever."""
    wanted = {str(role) for role in roles}
    return by.trusted or any(post.role in wanted for post in held.posts(by))


def by_role(*roles: str) -> Rule:
    """A rule for what has no rows, or whose rows every holder of a role may use."""
    return lambda by: EVERYTHING if has_role(by, roles) else NOTHING


def units_of(by: Actor, roles: Iterable[str]) -> list[int]:
    """The units at which ``by`` holds one of ``roles`` today."""
    wanted = {str(role) for role in roles}
    return sorted({post.unit_id for post in held.posts(by) if post.role in wanted})


@dataclass(frozen=True)
class _Line:
    """One dimension pair that ranges are gathered under; None means all."""

    sector: str | None
    enterprise: int | None

    def wider(self) -> list[_Line]:
        lines = {_Line(None, None), _Line(self.sector, None), _Line(None, self.enterprise)}
        return [line for line in lines if line != self]


def compiled(grants: Iterable[Grant], prefix: str = "") -> Q:
    """A Q over path ranges × sectors × enterprises; what lies within another is dropped."""
    lines: dict[_Line, set[str]] = defaultdict(set)
    for grant in grants:
        lines[_Line(grant.sector, grant.enterprise)].add(grant.path)
    # Which (sector, enterprise) pairs each remaining path has.
    kept: dict[str, list[_Line]] = defaultdict(list)
    for line, paths in lines.items():
        wider: set[str] = set().union(*(lines.get(each, set()) for each in line.wider()))
        for path in paths:
            above = _prefixes(path)
            if not (paths & above or wider & {*above, path}):
                kept[path].append(line)
    clauses: dict[tuple[tuple[str, ...] | None, tuple[int, ...] | None], list[str]]
    clauses = defaultdict(list)
    for path, found in sorted(kept.items()):
        for key in _joined(found):
            clauses[key].append(path)
    parts = [_clause(key, paths, prefix) for key, paths in clauses.items()]
    if any(part == EVERYTHING for part in parts):
        return EVERYTHING
    return reduce(or_, parts) if parts else NOTHING


def _prefixes(path: str) -> set[str]:
    """Every path above ``path``, and the empty one, which is the nation."""
    if not path:
        return set()
    ids = ancestors(path)
    return {"".join(f"{part}/" for part in ids[:end]) for end in range(len(ids))}


def _joined(
    lines: Iterable[_Line],
) -> list[tuple[tuple[str, ...] | None, tuple[int, ...] | None]]:
    """Lines of one path, with sectors put together, and enterprises of the same sector."""
    whole: set[str | None] = set()
    named: dict[str | None, set[int]] = defaultdict(set)
    for line in lines:
        if line.enterprise is None:
            whole.add(line.sector)
        else:
            named[line.sector].add(line.enterprise)
    found: list[tuple[tuple[str, ...] | None, tuple[int, ...] | None]] = []
    sectors = tuple(sorted(sector for sector in whole if sector is not None))
    if None in whole:
        found.append((None, None))
    elif sectors:
        found.append((sectors, None))
    for sector, enterprises in named.items():
        found.append(((sector,) if sector else None, tuple(sorted(enterprises))))
    return found


def _clause(
    key: tuple[tuple[str, ...] | None, tuple[int, ...] | None], paths: list[str], prefix: str
) -> Q:
    sectors, enterprises = key
    clause = EVERYTHING
    if "" not in paths:
        clause = reduce(
            or_,
            (Q(**{f"{prefix}path__gte": path, f"{prefix}path__lt": upper(path)}) for path in paths),
        )
    if sectors is not None:
        clause = _and(clause, Q(**_one_or_many(f"{prefix}sector_id", sectors)))
    if enterprises is not None:
        clause = _and(clause, Q(**_one_or_many(f"{prefix}enterprise_id", enterprises)))
    return clause


def _one_or_many(field: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return {field: values[0]} if len(values) == 1 else {f"{field}__in": list(values)}


def _and(left: Q, right: Q) -> Q:
    return right if left == EVERYTHING else left & right


def today_of(by: Actor) -> date:
    """The day that one request reckons with for this actor."""
    day: date = by.memo.setdefault("today", timezone.localdate())
    return day
