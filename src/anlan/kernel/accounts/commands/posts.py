"""Posts: granted, ended, transferred, deputised. Two people make and grant an account (S16)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotAllowed, NotFound, Unreadable
from anlan.kernel.accounts import policy, records, sessions
from anlan.kernel.accounts.commands.people import user_for_update
from anlan.kernel.accounts.commands.refusals import RolesExclude, TwoPeople
from anlan.kernel.accounts.models import (
    ADMIN_ROLES,
    Post,
    Role,
    Unit,
    User,
)
from anlan.kernel.audit import trail
from anlan.kernel.audit.trail import Entry


@transaction.atomic
def grant_post(
    user_id: int,
    unit: Unit,
    role: str,
    *,
    by: Actor,
    at: datetime,
    title: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Post:
    """Give a person a role at a unit. Two people make and grant an account (S16)."""
    policy.demand(by, "people.grant", at)
    user = user_for_update(user_id)
    _two_people(user, by)
    today = timezone.localdate(at)
    post = _make_post(
        user, unit, role, title=title, since=valid_from or today, until=valid_to, by=by
    )
    after = {
        "user": user.pk,
        "unit": unit.code,
        "role": role,
        "from": str(post.valid_from),
        "to": str(valid_to),
    }
    trail.record(
        [Entry("accounts.post_granted", "accounts.post", post.pk, after=after)], by=by, at=at
    )
    sessions.kill([user.pk])
    return post


def _two_people(user: User, by: Actor) -> None:
    if by.trusted:
        return
    if by.user_id is None or user.pk == by.user_id or user.created_by_id == by.user_id:
        raise TwoPeople


def _make_post(
    user: User,
    unit: Unit,
    role: str,
    *,
    title: str,
    since: date | None,
    until: date | None,
    by: Actor,
    deputy_of: Post | None = None,
) -> Post:
    if role not in Role.values:
        raise Unreadable(field=_("Role"), reason=_("choose one from the list"))
    if since and until and until < since:
        raise Unreadable(field=_("Last day"), reason=_("it lies before the first day"))
    try:
        with transaction.atomic():
            return Post.objects.create(
                user=user,
                unit=unit,
                role=role,
                title=title,
                valid_from=since,
                valid_to=until,
                deputy_of=deputy_of,
                granted_by_id=by.user_id,
            )
    except IntegrityError as error:
        raise RolesExclude from error


@transaction.atomic
def end_post(post_id: int, *, by: Actor, at: datetime, reason: str = "") -> Post:
    """The right is gone at the person's next request, and their sessions with it (S09, S17)."""
    policy.demand(by, "people.grant", at)
    post = _post(post_id)
    _two_people(post.user, by)
    yesterday = timezone.localdate(at) - timedelta(days=1)
    posts = [post, *post.deputies.filter(Q(valid_to=None) | Q(valid_to__gt=yesterday))]
    Post.objects.filter(pk__in=[each.pk for each in posts]).update(valid_to=yesterday)
    trail.record(
        [
            Entry(
                "accounts.post_ended", "accounts.post", each.pk, reason=reason,
                before={"to": str(each.valid_to)}, after={"to": str(yesterday)},
            )
            for each in posts
        ],
        by=by,
        at=at,
    )  # fmt: skip
    sessions.kill({each.user_id for each in posts})
    post.refresh_from_db()
    return post


@transaction.atomic
def transfer(
    user_id: int, unit: Unit, role: str, *, by: Actor, at: datetime, title: str = ""
) -> Post:
    """调动: every post that the person held ends, and the new one begins (S18)."""
    today = timezone.localdate(at)
    for post in Post.objects.filter(user_id=user_id).held_on(today):
        end_post(post.pk, by=by, at=at, reason="transfer")
    return grant_post(user_id, unit, role, by=by, at=at, title=title)


@transaction.atomic
def appoint_deputy(
    post_id: int,
    user_id: int,
    *,
    by: Actor,
    at: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Post:
    """Somebody stands in: on the given days, or, without both, whenever the holder is away."""
    policy.demand(by, "people.grant", at)
    principal, user = _post(post_id), user_for_update(user_id)
    _two_people(user, by)
    if user.pk == principal.user_id or principal.role in ADMIN_ROLES:
        raise Unreadable(field=_("Deputy"), reason=_("choose another person, and no administrator"))
    post = _make_post(
        user,
        principal.unit,
        principal.role,
        title=principal.title,
        since=valid_from,
        until=valid_to,
        by=by,
        deputy_of=principal,
    )
    after = {"deputy_of": principal.pk, "from": str(valid_from), "to": str(valid_to)}
    trail.record(
        [Entry("accounts.deputy_appointed", "accounts.post", post.pk, after=after)], by=by, at=at
    )
    sessions.kill([user.pk])
    return post


@transaction.atomic
def set_away(
    post_id: int, *, away_from: date | None, away_to: date | None, by: Actor, at: datetime
) -> Post:
    """The holder, or a security administrator, says from when to when the holder is away."""
    post = _post(post_id)
    if post.user_id != by.user_id:
        policy.demand(by, "people.grant", at)
    if away_from and away_to and away_to < away_from:
        raise Unreadable(field=_("Back on"), reason=_("it lies before the first day"))
    before = {"from": str(post.away_from), "to": str(post.away_to)}
    post.away_from, post.away_to = away_from, away_to
    post.save(update_fields=["away_from", "away_to"])
    after = {"from": str(away_from), "to": str(away_to)}
    entry = Entry("accounts.post_away", "accounts.post", post.pk, before=before, after=after)
    trail.record([entry], by=by, at=at)
    return post


def _post(post_id: int) -> Post:
    post = (
        Post.objects.select_for_update(of=("self",))
        .select_related("user", "unit")
        .filter(pk=post_id)
        .first()
    )
    if post is None:
        raise NotFound
    found: Post = post
    return found


@transaction.atomic
def reseal(*, by: Actor, at: datetime) -> int:
    """Seal every grant anew, after its keys were lost: whoever runs this vouches for the rows."""
    if not by.trusted:
        raise NotAllowed(reason=_("Only the command line on the server can do this."))
    total = 0
    for model in records.sealed_models():
        total += records.seal_rows(model, model._meta.label_lower, model.SEALED, None)
    trail.record(
        [Entry("accounts.resealed", "accounts.post", "*", after={"rows": total})], by=by, at=at
    )
    return total
