"""What ``./anlan check`` asks of the library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Min, Q

from anlan.domain.library.models import Basis, Edition, RuleItem, Text

Finding = tuple[str, bool, int, str]
NAMED_MAX = 5
_REFERRING: tuple[tuple[str, Any], ...] = (("link", Basis), ("item", RuleItem))


def invariants(now: datetime) -> Iterator[Finding]:
    yield _days_follow_editions()
    yield _nothing_refers_to_a_draft()


def _days_follow_editions() -> Finding:
    """A text's days are those of its editions, and each edition ends where the next begins."""
    standing = Q(editions__state=Edition.State.STANDS)
    rows = Text.objects.annotate(began=Min("editions__effective_on", filter=standing))
    wrong = Q(first_on__isnull=True, began__isnull=False) | ~Q(first_on=F("began"))
    begun = rows.filter(wrong).exclude(first_on=None, began=None)
    bad = list(begun.values_list("title", flat=True)[:NAMED_MAX])
    turned = Edition.objects.filter(until__lte=F("effective_on"))
    bad += turned.values_list("title", flat=True)[:NAMED_MAX]
    return "I6 days of texts are those of their editions", not bad, rows.count(), "; ".join(bad)


def _nothing_refers_to_a_draft() -> Finding:
    draft = ~Q(article__edition__state=Edition.State.STANDS) & Q(article__isnull=False)
    bad = [
        f"{name} {pk}"
        for name, model in _REFERRING
        for pk in model.objects.filter(draft).values_list("pk", flat=True)[:NAMED_MAX]
    ]
    count = Basis.objects.count() + RuleItem.objects.count()
    return "I6 links and items refer to what stands", not bad, count, "; ".join(bad)
