"""Reading the library: lists, search in articles, an edition, and how what it grounds stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.library.models import (
    Article,
    Basis,
    Edition,
    RuleItem,
    RuleSet,
    Status,
    Text,
    stands,
)
from anlan.kernel.accounts import policy
from anlan.kernel.loop import naming
from anlan.kernel.loop.machine import machines
from anlan.kernel.loop.models import Case
from anlan.kernel.papers import scripts
from anlan.kernel.regions.models import Region

#: A search for one sign would find everything.
WORD_CHARS_MIN = 2
#: Articles on one page of a text, and links that a page shows.
ARTICLES_PAGE, LINKS_MAX = 100, 200


def texts(by: Actor) -> QuerySet[Text]:
    return policy.permitted(Text.objects.all(), "laws.view", by)


def sets(by: Actor) -> QuerySet[RuleSet]:
    return policy.permitted(RuleSet.objects.all(), "rulesets.view", by)


def narrowed(rows: QuerySet[Text], asked: Any, today: date) -> QuerySet[Text]:
    rows = rows.filter(scripts.holding(asked["q"], "title", "number", "issuer"))
    if kind := asked["kind"]:
        rows = rows.filter(kind=kind)
    if status := asked["status"]:
        rows = rows.filter(stands(status, today))
    if sector := asked["sector"]:
        rows = rows.filter(sectors__contains=f",{sector},")
    if code := asked["area"]:
        region = Region.objects.filter(code=code).first()
        rows = rows.filter(below(region.path)) if region else rows.none()
    return rows


def found_articles(by: Actor, asked: Any, today: date) -> QuerySet[Article]:
    """Articles that hold every word, of editions that no later one has taken the place of."""
    rows = Article.objects.filter(
        Q(edition__until__isnull=True) | Q(edition__until__gt=today),
        edition__state=Edition.State.STANDS, edition__text__in=texts(by).values("pk"),
    )  # fmt: skip
    if not asked["ended"]:
        rows = rows.filter(
            Q(edition__text__ended_on__isnull=True) | Q(edition__text__ended_on__gt=today)
        )
    if kind := asked["kind"]:
        rows = rows.filter(edition__text__kind=kind)
    if sector := asked["sector"]:
        rows = rows.filter(edition__text__sectors__contains=f",{sector},")
    rows = rows.filter(scripts.holding(asked["q"], "words"))
    return rows.select_related("edition__text")


def edition_on(text: Text, today: date) -> Edition | None:
    """The edition in force on a day; before the first, that one; else the newest there is."""
    rows = text.editions.order_by("-number_in")
    standing = rows.filter(state=Edition.State.STANDS)
    return standing.filter(effective_on__lte=today).first() or standing.last() or rows.first()


# --- how what refers to the library stands -------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How the law behind a link or an item stands: a word, what more there is, the article now."""

    tone: str
    word: str
    more: str = ""
    now: Article | None = None

    @property
    def said(self) -> str:
        return self.more or self.word


def standings(refs: Iterable[tuple[Text, Article | None]], today: date) -> list[Standing]:
    """How each stands on a day; one statement for all articles that were amended since.

    refs:  texts with ``replaced_by``, articles with their ``edition``.
    """
    listed = list(refs)
    amended = {
        (text.pk, article.label)
        for text, article in listed
        if article and article.label and article.edition.until and article.edition.until <= today
    }
    now: dict[tuple[UUID, str], Article] = {}
    if amended:
        rows = Article.objects.filter(
            Q(edition__until__isnull=True) | Q(edition__until__gt=today),
            edition__state=Edition.State.STANDS, edition__effective_on__lte=today,
            edition__text__in={pk for pk, _label in amended},
            label__in={label for _pk, label in amended},
        )  # fmt: skip
        for row in rows.select_related("edition").order_by("-place"):
            now[(row.edition.text_id, row.label)] = row
    return [_standing(text, article, now, today) for text, article in listed]


def _standing(
    text: Text, article: Article | None, now: dict[tuple[UUID, str], Article], today: date
) -> Standing:
    status = Status(text.status_on(today))
    word = str(status.label)
    if status == Status.REPLACED and text.replaced_by:
        other = text.replaced_by.title
        more = _("replaced from %(day)s by “%(title)s”") % {"day": text.ended_on, "title": other}
        return Standing("red", word, more)
    if status in (Status.REPEALED, Status.REPLACED):
        return Standing("red", word, _("repealed from %(day)s") % {"day": text.ended_on})
    if article is None or not article.edition.until or article.edition.until > today:
        return Standing("green" if status != Status.COMING else "blue", word)
    word, day = pgettext("library", "amended"), {"day": article.edition.until}
    after = now.get((text.pk, article.label))
    if after is None:
        more = _("amended from %(day)s: no article of this number any more") % day
        return Standing("red", word, more)
    if after.words == article.words:
        more = _("amended from %(day)s; this article reads as before") % day
        return Standing("green", word, more, after)
    more = _("amended from %(day)s: this article reads differently now") % day
    return Standing("amber", word, more, after)


@dataclass(frozen=True)
class Shown:
    """A link as a page shows it."""

    basis: Basis
    what: str
    whose: str
    number: str
    url: str
    standing: Standing


def links_of(by: Actor, rows: QuerySet[Basis], today: date) -> list[Shown]:
    """Links with the cases behind them, as far as ``by`` sees those."""
    bases = list(
        rows.select_related("text__replaced_by", "article__edition", "case").order_by("-pk")[
            :LINKS_MAX
        ]
    )
    names = naming.names({one.case_id for one in bases}, by)
    seen = [one for one in bases if one.case_id in names]
    states = standings([(one.text, one.article) for one in seen], today)
    return [
        Shown(
            one, names[one.case_id].words, names[one.case_id].place, one.case.number,
            page_of(one.case), state,
        )
        for one, state in zip(seen, states, strict=True)
    ]  # fmt: skip


def page_of(case: Case) -> str:
    """The address of a case's page; the library's own where its kind has none."""
    machine = machines().get(case.kind)
    if machine is None or not machine.page:
        return reverse("library:list")
    return reverse(machine.page, args=[case.pk])


def items_of(row: RuleSet, today: date) -> list[tuple[RuleItem, Standing | None]]:
    """A set's items in their order, each with how the article behind it stands."""
    items = list(
        row.items.filter(withdrawn_at=None)
        .select_related("article__edition__text__replaced_by")
        .order_by("place")
    )
    grounded = [one for one in items if one.article]
    refs: Sequence[Any] = [
        (one.article.edition.text, one.article) for one in grounded if one.article
    ]
    states = dict(zip([one.pk for one in grounded], standings(refs, today), strict=True))
    return [(one, states.get(one.pk)) for one in items]
