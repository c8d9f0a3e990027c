"""Looks for trouble, and tells those who can mend it (S28): within a minute, once a day each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base import custody
from anlan.kernel.accounts import records
from anlan.kernel.accounts.commands import own_data
from anlan.kernel.accounts.models import ADMIN_ROLES, Post
from anlan.kernel.audit import health as audit
from anlan.kernel.jobs import health as jobs
from anlan.kernel.notices import delivering, kinds, outbox
from anlan.kernel.papers import attachments

Check = Callable[[datetime], list[str]]

#: Each gives the codes of what is wrong; engines above this one add theirs with ``add``.
CHECKS: list[Check] = [
    audit.health,
    jobs.health,
    attachments.health,
    delivering.health,
    own_data.health,
    records.health,
    custody.health,
]

#: What recurring tasks and background jobs do, for the page; one without words shows its name.
TASKS = {
    "accounts.seals": _("look at the seals of grants, settings and papers"),
    "loop.seals": _("look at the seals of closed cases"),
    "accounts.disable_unused": _("disable unused accounts"),
    "accidents.clocks": _("look which reports of accidents are late"),
    "accounts.sweep": _("clear ended sessions"),
    "audit.seal": _("seal the audit log"),
    "campaigns.progress": _("count what campaign tasks have reached"),
    "campaigns.key_dates": _("draw up the tasks of key dates"),
    "campaigns.checklists": _("ask for what posts do by working lists"),
    "campaigns.milestones": _("tell of late milestones"),
    "campaigns.returns": _("ask for the returns that come due"),
    "backup.leftovers": _("clear what broken-off backups left"),
    "facts.fold": _("sum up the ledger"),
    "filings.ask": _("ask for the filings whose periods end"),
    "hazards.import": _("take in workbooks"),
    "hazards.try": _("try out workbooks"),
    "hazards.undo": _("undo an import"),
    "ladder": _("remind of deadlines"),
    "lists.freshness": _("look which lists are kept up to date"),
    "measures.enforce": _("put measures into force on their day"),
    "recount": _("count provisional deadlines again"),
    "statistics.periods": _("tell who waits that a period is over"),
    "statistics.drawn": _("collect look-backs of drawn hazards"),
    "office.retention": _("throw away what is past its time"),
    "notices.deliver": _("send notices"),
    "notices.fan_out": _("hand out notices"),
    "notices.watch": _("watch the state of health"),
    "papers.check": _("check stored files"),
    "papers.sweep": _("clear unused files"),
    "papers.temporary": _("clear temporary files"),
}
CHANNELS = {"mail": _("e-mail"), "webhook": _("webhook")}

WORDS: dict[str, str | Promise] = {
    "audit_unsealed": _("The audit has not been sealed for a minute. Check that the worker runs."),
    "audit_heads": _(
        "The audit's heads file is missing, behind or ahead of the database. "
        "Run “./anlan check” and tell the audit administrator."
    ),
    "audit_broken": _(
        "The audit was changed from outside. Run “./anlan check”, keep everything as it is, "
        "and tell the audit administrator."
    ),
    "records_bent": _(
        "A grant, a setting, a closed case or an issued paper was changed from outside. Run "
        "“./anlan check”, which names it, keep everything as it is, and tell the security "
        "administrator."
    ),
    "worker_silent": _("The worker has not ticked for 30 seconds. Start “./anlan serve” again."),
    "ticks_late": _("A recurring task is late. Look at the worker's log."),
    "jobs_dead": _("A background job was given up. Look at it, and run it again."),
    "custodians_missing": _(
        "Whoever holds the key file can restore a backup alone. Name two custodians: "
        "./anlan custodians add NAME, each typing a passphrase of their own."
    ),
    "data_requests_late": _(
        "A request about personal data waits beyond its day. The system administrator answers "
        "it under People, Requests about personal data."
    ),
    "files_damaged": _("A file in the store is damaged. Put it back from a backup."),
    "notices_channel_down": _("Mails or calls to another system can't be sent at present."),
    "notices_dead_letters": _(
        "Some mails or calls to another system were given up. "
        "Mend the channel, then send them again."
    ),
}
for code, words in WORDS.items():
    kinds.declare(f"health.{code}", words, urgent=True)


def add(check: Check, words: dict[str, str | Promise]) -> None:
    """Let an engine above this one be watched as well; ``words`` say what its codes mean."""
    CHECKS.append(check)
    WORDS.update(words)
    for code, text in words.items():
        kinds.declare(f"health.{code}", text, urgent=True)


def problems(now: datetime) -> list[str]:
    """The codes of everything that is wrong now; none is healthy."""
    return [code for check in CHECKS for code in check(now)]


def alarm(now: datetime) -> list[str]:
    """Tell every administrator of each problem, once a day; returns the problems."""
    found = problems(now)
    if found:
        today = timezone.localdate(now)
        posts = Post.objects.held_on(today).filter(role__in=ADMIN_ROLES, user__is_active=True)
        users = list(posts.values_list("user_id", flat=True).distinct())
        with transaction.atomic():
            outbox.post_many(
                [
                    outbox.Post(f"health.{code}", to_users=users, key=f"health.{code}:{today}")
                    for code in found
                ],
                at=now,
            )
    return found


def channel(code: str) -> str:
    """A channel's name: e-mail, or a webhook with its number."""
    kind, _colon, number = code.partition(":")
    return f"{CHANNELS.get(kind, kind)} {number}".strip()
