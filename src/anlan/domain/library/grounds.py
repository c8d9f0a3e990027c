"""Articles that an item named, as the grounds of what was found against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from anlan.domain.library.models import Article, Basis


def found_by_item(
    pairs: Sequence[tuple[Article, UUID]], *, who: str, at: datetime
) -> None:  # fmt: skip
    """The articles behind items as the grounds of the cases that weren't as they ask.

    In the transaction, under the rights and the audit row of whoever entered what was found.
    """
    assert connection.in_atomic_block, "its caller's transaction"
    Basis.objects.bulk_create(
        Basis(text_id=article.edition.text_id, article=article, case_id=case, at=at, who=who)
        for article, case in pairs
    )
