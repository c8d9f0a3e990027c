"""Who carries a campaign: its leading group, task forces and committees, and who sits in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.models.limits import NAME_CHARS_MAX, TITLE_CHARS_MAX
from anlan.domain.campaigns.models.plans import Campaign, Plan


class Organ(models.Model):
    """A body that a campaign has set up. It ends with a day; what it was stays readable."""

    class Kind(models.TextChoices):
        LEADING_GROUP = "leading_group", _("leading group")
        TASK_FORCE = "task_force", _("task force")
        COMMITTEE = "committee", _("professional committee")
        OTHER = "other", _("another body")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="organs")
    kind = models.CharField(max_length=15, choices=Kind)
    name = models.CharField(max_length=TITLE_CHARS_MAX)
    #: The body of which it is a part (a task force of the leading group).
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    #: Codes with commas around each.
    sectors = models.CharField(max_length=300, blank=True)
    duties = models.TextField(blank=True)
    #: The paper by which it was set up.
    basis = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    #: One up with each change; a page that saw an older one is refused.
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["campaign", "kind", "id"], name="organ_of_campaign")]

    def __str__(self) -> str:
        return self.name


class OrganMember(models.Model):
    """A person or a unit in a body, from a day on. Who leaves keeps the row, with the day."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("head")
        DEPUTY = "deputy", _("deputy head")
        OFFICE = "office", _("head of its office")
        MEMBER = "member", _("member")
        LIAISON = "liaison", _("contact person")
        SECONDED = "seconded", _("seconded staff")

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="members")
    role = models.CharField(max_length=10, choices=Role)
    #: A member unit has no person.
    person = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    post = models.CharField(max_length=NAME_CHARS_MAX, blank=True)
    #: As the paper names it, and which of ours that is.
    unit_name = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    #: Why they left, or whom they follow.
    note = models.CharField(max_length=TITLE_CHARS_MAX, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="organ_member_leaves_after_coming",
            ),
            models.CheckConstraint(
                condition=~Q(person="") | ~Q(unit_name=""), name="organ_member_is_somebody"
            ),
        ]
        indexes = [models.Index(fields=["organ", "role", "id"], name="member_of_organ")]


class OrganPlan(models.Model):
    """A plan for which a body answers; each plan is one body's."""

    organ = models.ForeignKey(Organ, models.PROTECT, related_name="carried")
    plan = models.OneToOneField(Plan, models.PROTECT, related_name="carried_by")
