"""From the outbox to the channels: fanned out, sent at least once, given up visibly.

Mail goes to a person in one letter per round, however many notices there are (which is what keeps
an import from filling mailboxes); webhooks get each notice, numbered and signed. A channel that
fails again and again is left alone for a while (F21).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.base.limits import IN_LIST_MAX
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import ADMIN_ROLES, Post, User
from anlan.kernel.audit import trail
from anlan.kernel.notices import calling, kinds, naming
from anlan.kernel.notices.models import Breaker, Delivery, Notice, Recipient, State, Webhook

log = logging.getLogger(__name__)

FAN_NOTICES = 500
#: Letters and calls in one round; the next tick goes on.
ROUND_MAX = 50
ATTEMPTS_MAX = 10
BACKOFF_SECONDS = 15
BACKOFF_SECONDS_MAX = 3_600
#: Failures in a row that trip a channel's breaker, and how long it stays open then.
TRIP_FAILURES = 5
OPEN_SECONDS = 60
OPEN_SECONDS_MAX = 1_800
#: Notices named in one letter; the rest are counted.
LETTER_LINES_MAX = 20
WAIT_MINUTES_MAX = 10
MAIL = "mail"


def mail_on() -> bool:
    return bool(getattr(settings, "NOTICE_MAIL", False))


# Out of the outbox


def fan_out(now: datetime) -> int:
    """Give each new notice its deliveries, a batch to a transaction; returns notices."""
    total = 0
    while count := _fan_batch(now):
        total += count
        if count < FAN_NOTICES:
            break
    return total


@transaction.atomic
def _fan_batch(now: datetime) -> int:
    notices = list(
        Notice.objects.select_for_update(skip_locked=_skips()).filter(fanned_at=None).order_by("id")[:FAN_NOTICES]
    )  # fmt: skip
    if not notices:
        return 0
    deliveries = []
    hooks = list(Webhook.objects.filter(active=True))
    for notice in notices:
        deliveries += [
            Delivery(notice=notice, channel=f"webhook:{hook.pk}", next_at=now)
            for hook in hooks
            if _wants(hook, notice.kind)
        ]
    if mail_on():
        deliveries += _letters(notices, now)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True, batch_size=1_000)
    ids = [notice.id for notice in notices]
    Notice.objects.filter(id__in=ids).update(fanned_at=now)
    return len(notices)


def _skips() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _wants(hook: Webhook, kind: str) -> bool:
    beginnings = [part.strip() for part in hook.kinds.split(",") if part.strip()]
    return not beginnings or any(kind.startswith(part) for part in beginnings)


def _letters(notices: Sequence[Notice], now: datetime) -> Iterator[Delivery]:
    """A delivery for each person that a notice reaches and who has an address."""
    rows = Recipient.objects.filter(notice__in=notices).values_list(
        "notice_id", "user_id", "unit_id"
    )
    wanted = list(rows)
    units = {unit for _n, _u, unit in wanted if unit}
    today = timezone.localdate(now)
    holders: dict[int, set[int]] = defaultdict(set)
    for start in range(0, len(units), IN_LIST_MAX):
        part = sorted(units)[start : start + IN_LIST_MAX]
        posts = Post.objects.held_on(today).filter(unit_id__in=part).exclude(role__in=ADMIN_ROLES)
        for unit, user in posts.values_list("unit_id", "user_id"):
            holders[unit].add(user)
    reached = {user for _n, user, _unit in wanted if user}.union(*holders.values())
    reachable: set[int] = set()
    for start in range(0, len(reached), IN_LIST_MAX):
        part = sorted(reached)[start : start + IN_LIST_MAX]
        users = User.objects.filter(id__in=part, is_active=True).exclude(email="")
        reachable |= set(users.values_list("id", flat=True))
    by_id = {notice.id: notice for notice in notices}
    for notice_id, user, unit in wanted:
        kind = kinds.of(by_id[notice_id].kind)
        if kind.quiet:
            continue
        moment = now if kind.urgent else after_quiet_hours(now)
        for each in sorted(({user} if user else holders[unit or 0]) & reachable):
            yield Delivery(notice_id=notice_id, channel=MAIL, user_id=each, next_at=moment)


def after_quiet_hours(now: datetime) -> datetime:
    """When a notice that can wait may go out: ANLAN_QUIET_HOURS says "22:00-07:00", say."""
    stated = str(getattr(settings, "NOTICE_QUIET_HOURS", ""))
    if "-" not in stated:
        return now
    begin, end = (time.fromisoformat(part.strip()) for part in stated.split("-"))
    local = timezone.localtime(now)
    clock = local.time()
    quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if not quiet:
        return now
    morning = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return morning if morning > local else morning + timedelta(days=1)


# To the channels


def deliver(now: datetime) -> int:
    """One round: each channel whose breaker is closed sends what is due; returns deliveries."""
    open_ = set(Breaker.objects.filter(open_until__gt=now).values_list("channel", flat=True))
    due = Delivery.objects.filter(state=State.PENDING, next_at__lte=now).exclude(channel__in=open_)
    sent = 0
    for channel in sorted(due.values_list("channel", flat=True).distinct()):
        queue = (
            due.filter(channel=channel).order_by("next_at", "notice_id").select_related("notice")
        )
        if channel == MAIL:
            sent += _mail_round(list(queue[: ROUND_MAX * LETTER_LINES_MAX]), now)
        else:
            sent += _hook_round(channel, list(queue[:ROUND_MAX]), now)
    return sent


def _mail_round(due: Sequence[Delivery], now: datetime) -> int:
    by_user: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in due:
        by_user[delivery.user_id].append(delivery)
    users = User.objects.in_bulk(list(by_user)[:ROUND_MAX])
    sent = 0
    for user_id, letters in list(by_user.items())[:ROUND_MAX]:
        user = users.get(user_id)
        if user is None or not user.email or not user.is_active:
            _give_up(letters, "no address")
            continue
        try:
            _letter(user, letters, now).send()
        except (OSError, SMTPException, ValueError) as error:
            if _failed(MAIL, letters, type(error).__name__, now):
                break
        else:
            _succeeded(MAIL, letters, now)
            sent += len(letters)
    return sent


def _letter(user: User, letters: Sequence[Delivery], now: datetime) -> EmailMessage:
    """Plain text only: whatever a notice quotes stays inert in it (S53)."""
    shown = letters[:LETTER_LINES_MAX]
    by = held.actor(user, today=timezone.localdate(now))
    names = naming.names([delivery.notice for delivery in shown], by)
    with translation.override(user.language or settings.LANGUAGE_CODE):
        lines = []
        for delivery in shown:
            notice = delivery.notice
            text = kinds.words(notice.kind, notice.about, notice.data)
            if name := _outside(names.get(notice.id)):
                text = f"{text}\n  {name}"
            path = kinds.link(notice.kind, notice.about, notice.data)
            lines.append(
                f"· {text}" + (f"\n  {settings.SITE_URL}{path}" if path and _site() else "")
            )
        more = len(letters) - LETTER_LINES_MAX
        if more > 0:
            lines.append(_("… and %(count)s more; sign in to see them.") % {"count": more})
        subject = ngettext("Anlan: %(count)s notice", "Anlan: %(count)s notices", len(letters)) % {
            "count": len(letters)
        }
        if first := next((n for d in shown if (n := _outside(names.get(d.notice_id)))), ""):
            subject = f"{subject} · {first}" + ("…" if len(letters) > 1 else "")
    # One id per letter, so that a letter sent twice can be told by the mail server.
    headers = {"Message-ID": f"<{letters[0].id}.{letters[0].attempts}@anlan>"}
    return EmailMessage(subject, "\n\n".join(lines), to=[user.email], headers=headers)


def _outside(name: naming.Name | None) -> str:
    """What a mail says of a case: whose or where, and until when. It passes through others' hands,
    so it has no word of the description, which may name people (S26)."""
    if name is None:
        return ""
    due = _("due %(day)s") % {"day": name.due.isoformat()} if name.due else ""
    return " · ".join(filter(None, (name.outside, due)))


def _site() -> str:
    return str(getattr(settings, "SITE_URL", ""))


def _hook_round(channel: str, due: Sequence[Delivery], now: datetime) -> int:
    hook = Webhook.objects.filter(pk=int(channel.partition(":")[2]), active=True).first()
    if hook is None:
        _give_up(due, "switched off")
        return 0
    sent = 0
    for delivery in due:
        try:
            calling.post_json(hook.url, *signed(hook, delivery, now))
        except calling.CallRefused as error:
            _give_up([delivery], error.code)
        except calling.CallFailed as error:
            if _failed(channel, [delivery], error.reason, now):
                break
        else:
            _succeeded(channel, [delivery], now)
            sent += 1
    return sent


def signed(hook: Webhook, delivery: Delivery, now: datetime) -> tuple[bytes, dict[str, str]]:
    """Body and headers. The signature is HMAC-SHA256 over "<timestamp>.<body>"; the delivery's id
    stays the same when it is sent again, so that the other side takes it once."""
    notice = delivery.notice
    body = json.dumps(
        {
            "delivery": str(delivery.id),
            "notice": str(notice.id),
            "kind": notice.kind,
            "about": notice.about,
            "at": notice.at.isoformat(),
            "data": notice.data,
            "text": kinds.words(notice.kind, notice.about, notice.data),
        },
        ensure_ascii=False,
    ).encode()
    stamp = str(int(now.timestamp()))
    signature = hmac.digest(hook_secret(hook).encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return body, {
        "X-Anlan-Delivery": str(delivery.id),
        "X-Anlan-Timestamp": stamp,
        "X-Anlan-Signature": f"sha256={signature.hex()}",
    }


@transaction.atomic
def add_webhook(url: str, secret: str, kinds_: str = "", *, by: Actor, at: datetime) -> Webhook:
    """Tell another system from now on. Raises CallRefused if its host isn't allowed."""
    calling.judge(url)
    hook = Webhook.objects.create(url=url, kinds=kinds_, secret="", made_at=at)
    hook.secret = crypto.seal_text(secret, f"notices_webhook.secret:{hook.pk}", "notices")
    hook.save(update_fields=["secret"])
    after = {"url": url, "kinds": kinds_}
    entry = trail.Entry("notices.webhook", "notices.webhook", hook.pk, after=after)
    trail.record([entry], by=by, at=at)
    return hook


def hook_secret(hook: Webhook) -> str:
    return crypto.unseal_text(hook.secret, f"notices_webhook.secret:{hook.pk}", "notices")


# How it went


def _succeeded(channel: str, sent: Sequence[Delivery], now: datetime) -> None:
    _of(sent).update(state=State.SENT, sent_at=now, attempts=F("attempts") + 1, error="")
    Breaker.objects.filter(channel=channel).update(failures=0, open_until=None, error="")


def _failed(channel: str, tried: Sequence[Delivery], reason: str, now: datetime) -> bool:
    """Note a failure. True if the channel's breaker is open now."""
    reason = reason[:200]
    for delivery in tried:
        delivery.attempts += 1
        wait = min(BACKOFF_SECONDS * 2**delivery.attempts, BACKOFF_SECONDS_MAX)
        delivery.next_at = now + timedelta(seconds=wait)
        delivery.error = reason
        delivery.state = State.DEAD if delivery.attempts >= ATTEMPTS_MAX else State.PENDING
    fields = ["attempts", "next_at", "error", "state"]
    Delivery.objects.bulk_update(tried, fields, batch_size=200)
    breaker, _new = Breaker.objects.get_or_create(channel=channel)
    breaker.failures += 1
    breaker.error = reason
    if breaker.failures >= TRIP_FAILURES:
        # One failure more after each pause keeps it open, for twice as long.
        doubled = OPEN_SECONDS * 2 ** min(breaker.failures - TRIP_FAILURES, 10)
        breaker.open_until = now + timedelta(seconds=min(doubled, OPEN_SECONDS_MAX))
    breaker.save()
    log.warning("notices: %s failed (%s)", channel, reason)
    return breaker.open_until is not None and breaker.open_until > now


def _give_up(deliveries: Sequence[Delivery], reason: str) -> None:
    _of(deliveries).update(state=State.DEAD, error=reason)


def _of(deliveries: Sequence[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(id__in=[delivery.id for delivery in deliveries])


@transaction.atomic
def send_again(channel: str, *, by: Actor, at: datetime) -> int:
    """Put a channel's dead letters back into the queue, and close its breaker."""
    count = Delivery.objects.filter(channel=channel, state=State.DEAD).update(
        state=State.PENDING, attempts=0, next_at=at
    )
    Breaker.objects.filter(channel=channel).delete()
    entry = trail.Entry("notices.send_again", "notices.channel", channel, after={"count": count})
    trail.record([entry], by=by, at=at)
    return count


def dead_letters() -> dict[str, int]:
    """By channel, how many were given up."""
    rows = Delivery.objects.filter(state=State.DEAD).values_list("channel")
    return dict(rows.annotate(count=Count("id")))


def health(now: datetime) -> list[str]:
    problems = []
    if Breaker.objects.filter(open_until__gt=now).exists():
        problems.append("notices_channel_down")
    if Delivery.objects.filter(state=State.DEAD).exists():
        problems.append("notices_dead_letters")
    return problems


def invariants(now: datetime | None = None) -> Iterator[tuple[str, bool, int, str]]:
    """I7: each committed event is delivered, on its way, or visible as a dead letter."""
    now = now or timezone.now()
    long_ago = now - timedelta(minutes=WAIT_MINUTES_MAX)
    unfanned = Notice.objects.filter(fanned_at=None, at__lt=long_ago).count()
    lonely = Notice.objects.filter(recipients=None).count()
    open_ = Breaker.objects.filter(open_until__gt=long_ago).values("channel")
    stuck = Delivery.objects.filter(state=State.PENDING, next_at__lt=long_ago)
    stuck_count = stuck.exclude(channel__in=open_).count()
    wrong = {"not fanned out": unfanned, "to nobody": lonely, "stuck": stuck_count}
    detail = ", ".join(f"{count} {what}" for what, count in wrong.items() if count)
    yield "I7 outbox", not detail, Notice.objects.count(), detail
