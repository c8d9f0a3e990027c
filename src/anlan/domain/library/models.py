"""Laws, standards and rules: texts with their editions and articles; what was made of them."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.paths import PATH_CHARS_MAX
from anlan.kernel.papers.documents.clauses import HEADINGS_CHARS_MAX, LABEL_CHARS_MAX

TITLE_CHARS_MAX, NUMBER_CHARS_MAX, NAME_CHARS_MAX, SECTORS_CHARS_MAX = 200, 80, 120, 300


class Kind(models.TextChoices):
    """What a text is, in the order of its force."""

    LAW = "law", pgettext_lazy("library", "law")
    REGULATION = "regulation", pgettext_lazy("library", "administrative regulation")
    LOCAL = "local", pgettext_lazy("library", "local regulation")
    GOVERNMENT_RULE = (
        "government_rule",
        pgettext_lazy("library", "rule of a ministry or government"),
    )
    NORMATIVE = "normative", pgettext_lazy("library", "normative document")
    STANDARD = "standard", pgettext_lazy("library", "national or industry standard")
    LOCAL_STANDARD = "local_standard", pgettext_lazy("library", "local or group standard")
    GUIDE = "guide", pgettext_lazy("library", "guidance or manual")
    OFFICE_RULE = "office_rule", pgettext_lazy("library", "working rule of an office")


class Status(models.TextChoices):
    """How a text stands on a day; it follows from the days of its editions and of its end."""

    DRAFT = "draft", pgettext_lazy("library", "draft")
    COMING = "coming", pgettext_lazy("library", "issued, not yet in force")
    IN_FORCE = "in_force", pgettext_lazy("library", "in force")
    AMENDED = "amended", pgettext_lazy("library", "in force as amended")
    REPEALED = "repealed", pgettext_lazy("library", "repealed")
    REPLACED = "replaced", pgettext_lazy("library", "replaced")


class Text(models.Model):
    """A law, a standard or a rule that an office keeps for its area and what lies below it.

    Title, number and issuer are those of its newest edition in the library, else of its draft.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    #: Who keeps it.
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.NORMATIVE)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    issuer = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: Codes with commas around each.
    sectors = models.CharField(max_length=SECTORS_CHARS_MAX, blank=True)
    #: From when its first edition is in force; null while none is in the library.
    first_on = models.DateField(null=True)
    #: From when its second edition is in force.
    amended_on = models.DateField(null=True)
    #: The first day on which it no longer is in force, why, and what took its place.
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")
    #: One up with each change: a page that saw an older one is refused.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at", "-id"], name="library_text_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")),
                name="library_text_replaced_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def status_on(self, day: date) -> str:
        if self.first_on is None:
            return Status.DRAFT
        if self.ended_on and self.ended_on <= day:
            return Status.REPLACED if self.replaced_by_id else Status.REPEALED
        if self.first_on > day:
            return Status.COMING
        return Status.AMENDED if self.amended_on and self.amended_on <= day else Status.IN_FORCE


def stands(status: str, day: date, prefix: str = "") -> Q:
    """Texts of which ``status_on(day)`` is this."""
    ended = Q(**{f"{prefix}ended_on__lte": day})
    known, by = (
        Q(**{f"{prefix}first_on__isnull": False}),
        Q(**{f"{prefix}replaced_by__isnull": True}),
    )
    begun, amended = Q(**{f"{prefix}first_on__lte": day}), Q(**{f"{prefix}amended_on__lte": day})
    # A comparison with null is neither true nor false, and so is its negation.
    going = known & (Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gt": day}))
    plain = Q(**{f"{prefix}amended_on__isnull": True}) | Q(**{f"{prefix}amended_on__gt": day})
    found = {
        Status.DRAFT: Q(**{f"{prefix}first_on__isnull": True}),
        Status.COMING: going & Q(**{f"{prefix}first_on__gt": day}),
        Status.IN_FORCE: going & begun & plain,
        Status.AMENDED: going & begun & amended,
        Status.REPEALED: known & ended & by,
        Status.REPLACED: known & ended & ~by,
    }
    return found[Status(status)]


class Edition(models.Model):
    """A text as it reads from a day on; once in the library its words never change."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being read")
        FAILED = "failed", _("couldn't be read")
        DRAFT = "draft", _("being checked")
        STANDS = "stands", _("in the library")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.ForeignKey(Text, models.PROTECT, related_name="editions")
    number_in = models.SmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    #: 文号, or the standard's number.
    number = models.CharField(max_length=NUMBER_CHARS_MAX, blank=True)
    issuer = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    issued_on = models.DateField(null=True)
    effective_on = models.DateField(null=True)
    #: From when the next edition takes its place.
    until = models.DateField(null=True)
    #: What was amended, by which decision.
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    body = models.TextField(blank=True)
    #: The file that it was read from.
    file = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    #: Why it couldn't be read: a refusal's code and data.
    why = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)
    stands_since = models.DateTimeField(null=True)
    stands_by = models.CharField(max_length=NAME_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "number_in"], name="library_edition_number"),
            models.CheckConstraint(
                condition=~Q(state="stands") | Q(effective_on__isnull=False),
                name="library_edition_has_its_day",
            ),
        ]

    @property
    def stands(self) -> bool:
        return self.state == self.State.STANDS


class Article(models.Model):
    """An article or a clause of an edition, with its own number."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="articles")
    place = models.SmallIntegerField()
    label = models.CharField(max_length=LABEL_CHARS_MAX, blank=True)
    heading = models.CharField(max_length=HEADINGS_CHARS_MAX, blank=True)
    words = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "place"], name="library_article_place")
        ]


class Basis(models.Model):
    """A text or an article of it as the ground of a case: a task, a duty, a problem, a measure."""

    text = models.ForeignKey(Text, models.PROTECT, related_name="bases")
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="bases")
    case = models.ForeignKey("loop.Case", models.PROTECT, related_name="bases")
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["text", "article", "case"], condition=Q(article__isnull=False),
                name="library_basis_once",
            ),
            models.UniqueConstraint(
                fields=["text", "case"], condition=Q(article__isnull=True),
                name="library_basis_whole_once",
            ),
        ]  # fmt: skip


class RuleSet(models.Model):
    """Check items or acceptance items (检查项、验收条款) of a sector, made of articles."""

    class Purpose(models.TextChoices):
        CHECK = "check", _("check items")
        ACCEPTANCE = "acceptance", _("acceptance items")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    area = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    path = models.CharField(max_length=PATH_CHARS_MAX)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=TITLE_CHARS_MAX)
    purpose = models.CharField(max_length=10, choices=Purpose)
    sector = models.ForeignKey(
        "accounts.Sector", models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_CHARS_MAX)

    class Meta:
        indexes = [models.Index(fields=["path", "-made_at", "-id"], name="library_set_path")]

    def __str__(self) -> str:
        return self.title


class RuleItem(models.Model):
    """One thing to be checked or accepted, and the article that asks for it."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="items")
    place = models.SmallIntegerField()
    words = models.TextField()
    #: How it is found out: by papers, by looking, by measuring.
    method = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    article = models.ForeignKey(Article, models.PROTECT, null=True, related_name="items")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "place"], name="library_item_place")
        ]
