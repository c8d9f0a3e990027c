"""Reasons and second signatures: what a step wants of people before it is taken."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.loop.labels import step_label
from anlan.kernel.loop.models import Case, Event
from anlan.kernel.loop.refusals import OwnWork, ReasonMissing


def reason_in(text: str) -> str:
    """The reason without blanks around it; raises ReasonMissing where nothing is left."""
    if not text.strip():
        raise ReasonMissing
    return text.strip()


def not_whoever_asked(case: Case, step: str, asked_by: int | None, by: Actor) -> None:
    """Refuse what ``by`` asked for without anybody else: somebody else must decide."""
    if asked_by is not None and asked_by == by.user_id:
        raise own_work(case, step, _("somebody else must decide"))


def own_work(case: Case, step: str, reason: str | Promise) -> OwnWork:
    return OwnWork(step=step_label(step), number=case.number, reason=reason)


def signed_closing(case: Case, by: Actor) -> bool:
    """Whether another person put the first signature under closing this round."""
    for event in Event.objects.filter(case=case, step="second").order_by("-seq"):
        if event.changes.get("round") == case.round:
            if _own(event, by):
                raise own_work(case, "second", _("closing takes a second person"))
            return True
    return False


def asked_by_another(case: Case, step: str, by: Actor, **wanted: object) -> bool:
    """Whether another person has asked for this since the case was graded last.

    Raises OwnWork where it was ``by``: the second signature is another person's.
    """
    for event in Event.objects.filter(case=case, step__in=(step, "move")).order_by("-seq"):
        if event.step == "move":
            if "grade" in event.changes:
                return False
        elif all(event.changes.get(name) == value for name, value in wanted.items()):
            if _own(event, by):
                raise own_work(case, step, _("it takes a second person"))
            return True
    return False


def _own(event: Event, by: Actor) -> bool:
    return event.user_id == by.user_id and event.actor == by.name
