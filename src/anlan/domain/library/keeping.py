"""What commands do to a text's rows in their transaction: its articles, and its own days."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.domain.library.models import Article, Edition, Text
from anlan.kernel.papers.documents import clauses


def put_articles(edition: Edition, found: Iterable[clauses.Clause]) -> int:
    """The edition's articles anew; only a draft's, to which nothing refers."""
    assert not edition.stands, edition.pk
    Article.objects.filter(edition=edition).delete()
    rows = [
        Article(edition=edition, place=n, label=one.label, heading=one.heading, words=one.text)
        for n, one in enumerate(found)
    ]
    Article.objects.bulk_create(rows)
    return len(rows)


def recount(row: Text) -> None:
    """Put what a text says of itself in step with its editions, and save it."""
    standing = list(row.editions.filter(state=Edition.State.STANDS).order_by("number_in"))
    for edition, after in zip(standing, [*standing[1:], None], strict=False):
        until = after.effective_on if after else None
        if edition.until != until:
            edition.until = until
            edition.save(update_fields=["until"])
    days = [edition.effective_on for edition in standing]
    row.first_on = days[0] if days else None
    row.amended_on = days[1] if len(days) > 1 else None
    newest = standing[-1] if standing else row.editions.order_by("-number_in").first()
    if newest is not None:
        row.title, row.number, row.issuer = newest.title, newest.number, newest.issuer
    row.save()
