"""People, many at once: new ones are one write, known ones are changed where that is safe.

A list adds and never takes away: whoever holds another post than the list says keeps it, and the
row's answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import policy, units
from anlan.kernel.accounts.commands.imports import Problem, RowResult, Text, texts, unknown
from anlan.kernel.accounts.commands.people import change_person, create_people
from anlan.kernel.accounts.commands.posts import grant_post
from anlan.kernel.accounts.commands.refusals import RolesExclude
from anlan.kernel.accounts.models import BUSINESS_ROLES, Post, Role, Unit, User
from anlan.kernel.accounts.names import account_name, is_account_name
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry


@dataclass
class _People:
    """What one import of people knows and gathers."""

    known: dict[str, User]
    units: dict[str, Unit]
    by: Actor
    at: datetime
    #: By user id: the row's number and the row.
    new: dict[str, tuple[int, Text]] = field(default_factory=dict)
    roles: dict[str, str] = field(
        default_factory=lambda: (
            {role.value: role.value for role in Role}
            | {str(role.label): role.value for role in Role}
        )
    )

    def problem(self, row: Text, username: str) -> Problem | None:
        unit, role = row.get("unit", ""), row.get("role", "")
        if not is_account_name(username):
            text = _("Use 2 to 60 letters, digits, dots or hyphens without spaces.")
            return "username", "unreadable", text
        if not row.get("name"):
            return "name", "missing", _("A name is missing.")
        if username in self.new:
            return "username", "twice", _("The file has this user id twice.")
        if unit and unit not in self.units:
            if units.CREDIT_CODE.fullmatch(unit):
                text = _(
                    "No enterprise of the register has this credit code. Enter it there first."
                )
                return "unit", "unknown", text
            return "unit", "unknown", _("No unit has this code.")
        if role and role not in self.roles:
            return "role", "unknown", unknown(role, [str(each.label) for each in BUSINESS_ROLES])
        if role and not unit:
            text = _("A post is held at a unit: write the unit's code, or leave the role empty.")
            return "unit", "missing", text
        if role and not self.by.trusted:
            text = _("Posts are granted by a security administrator afterwards; leave this empty.")
            return "role", "two_people", text
        return None

    def take(self, number: int, row: Text) -> RowResult | None:
        """What becomes of a row; None where it is new, and written with the others."""
        username = account_name(row.get("username", ""))
        problem = self.problem(row, username)
        if problem:
            return RowResult(number, "rejected", None, *problem)
        if username in self.known:
            return self.change(number, row, self.known[username])
        self.new[username] = (number, row)
        return None

    def change(self, number: int, row: Text, user: User) -> RowResult:
        """What a row says otherwise of an account that is there: a post is added, none ends."""
        try:
            said = [*self._post(row, user), *self._person(row, user)]
        except RolesExclude as refusal:
            return RowResult(number, "rejected", user.pk, "role", refusal.code, str(refusal))
        done = any(changed for changed, _text in said)
        text = " ".join(text for _changed, text in said)
        code = "differs" if said else ""
        return RowResult(number, "updated" if done else "unchanged", user.pk, "", code, text)

    def _person(self, row: Text, user: User) -> list[tuple[bool, str]]:
        name, email = row["name"], row.get("email", "") or user.email
        said = []
        if name != user.name:
            said.append((True, _("The name was %(name)s until now.") % {"name": user.name}))
        if email != user.email:
            text = _("The e-mail address was %(email)s until now.")
            said.append((True, text % {"email": user.email or "—"}))
        if said:
            changed = change_person(
                user.pk, name=name, email=email, expires_on=user.expires_on, by=self.by, at=self.at
            )
            user.name, user.email = changed.name, changed.email
        return said

    def _post(self, row: Text, user: User) -> list[tuple[bool, str]]:
        if not row.get("role"):
            return []
        unit, role, title = self.units[row["unit"]], self.roles[row["role"]], row.get("title", "")
        held: list[Post] = user.posts_to_come  # type: ignore[attr-defined]  # prefetched
        same = [post for post in held if (post.unit_id, post.role) == (unit.pk, role)]
        if same:
            if not title or title in {post.title for post in same}:
                return []
            text = _("The job title stays “%(title)s”. To change it, end the post on the person's "
                     "page and grant it anew.")  # fmt: skip
            return [(False, text % {"title": same[0].title})]
        if not user.is_active:
            text = _("The account is disabled, so the post was not added. Enable it first, on the "
                     "person's page.")  # fmt: skip
            return [(False, text)]
        post = grant_post(user.pk, unit, role, title=title, by=self.by, at=self.at)
        said = [(True, _("Added post: %(post)s.") % {"post": _words(post)})]
        if held:
            text = _("Kept as before: %(posts)s. If that no longer holds, a security administrator "
                     "ends it on the person's page.")  # fmt: skip
            said.append((False, text % {"posts": "、".join(map(_words, held))}))
        held.append(post)
        return said

    def posts(self, made: Sequence[User], since: date) -> list[Post]:
        return [
            Post(
                user=user,
                unit=self.units[row["unit"]],
                role=self.roles[row["role"]],
                title=row.get("title", ""),
                valid_from=since,
            )
            for user, (_number, row) in zip(made, self.new.values(), strict=True)
            if row.get("role") and row.get("unit")
        ]


def _known(names: set[str], today: date) -> dict[str, User]:
    """Accounts that are there, with the posts that they hold or will hold themselves."""
    posts = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), deputy_of=None)
    shown = Prefetch("posts", posts.select_related("unit").order_by("pk"), to_attr="posts_to_come")
    found = User.objects.filter(username__in=names).prefetch_related(shown)
    return {user.username: user for user in found}


def _words(post: Post) -> str:
    return f"{post.unit.name} {post.get_role_display()}"


@transaction.atomic
def import_people(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> list[RowResult]:
    """Make accounts: columns username, name, email, unit, role, title.

    ``unit`` is a unit's code, or the credit code of an enterprise that is in the register.
    Posts are given only where ``by`` is trusted: a system administrator makes people, and a
    security administrator grants (S16).
    """
    policy.demand(by, "people.edit", at)
    listed = texts(rows)
    names = {account_name(row.get("username", "")) for row in listed}
    codes = {row.get("unit", "") for row in listed}
    state = _People(
        known=_known(names, timezone.localdate(at)),
        units={unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
        | (units.of_enterprises(codes, by=by, at=at) if by.trusted else {}),
        by=by,
        at=at,
    )
    taken = [state.take(number, row) for number, row in enumerate(listed, start=1)]
    wanted = [
        (username, row["name"], row.get("email", ""), None)
        for username, (_number, row) in state.new.items()
    ]
    made = create_people(wanted, by=by, at=at)
    granted = Post.objects.bulk_create(state.posts(made, timezone.localdate(at)))
    trail.record([_granted(post) for post in granted], by=by, at=at)
    results = [each for each in taken if each is not None]
    results += [
        RowResult(number, "created", user.pk)
        for user, (number, _row) in zip(made, state.new.values(), strict=True)
    ]
    return sorted(results, key=lambda result: result.row)


def _granted(post: Post) -> Entry:
    after = {"user": post.user_id, "unit": post.unit.code, "role": post.role}
    return Entry("accounts.post_granted", "accounts.post", post.pk, after=after)
