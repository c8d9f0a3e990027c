"""Choosing a campaign in a form: looked for by words of its title, so that none is out of reach."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.domain.campaigns import queries
from anlan.domain.campaigns.models import Campaign
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.fields import Seen
from anlan.ui.forms import PickerInput

#: What a field may ask for: any that one sees, those with stages, those that one may plan in.
ANY, STAGED, OPEN = "any", "staged", "open"


def offered(by: Actor, of: str) -> QuerySet[Campaign]:
    rows = queries.campaigns(by)
    if of == STAGED:
        rows = rows.filter(pk__in=Campaign.objects.filter(stages__isnull=False).values("pk"))
    elif of == OPEN:
        mine = policy.permitted(Campaign.objects.filter(ended_on=None), "campaigns.edit", by)
        rows = rows.filter(pk__in=mine.values("pk"))
    return rows.order_by("-starts_on", "-pk")


class CampaignField(Seen, forms.CharField):
    """A campaign by its id, as the picker sends it."""

    def __init__(self, *, of: str = ANY, **more: Any) -> None:
        self.of = of
        url = lazystr(_Address(of))
        widget = PickerInput(_("Words of its title"), url)
        super().__init__(required=False, widget=widget, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        row = self._row(text)
        if row is None:
            raise forms.ValidationError(_("Choose the campaign from the list."))
        return row

    def named(self, value: Any) -> str:
        row = self._row(str(value)) if value else None
        return row.title if row else ""

    def _row(self, text: str) -> Campaign | None:
        assert self.by is not None, "say with chosen_by() whose form it is"
        try:
            pk = UUID(text)
        except ValueError:
            return None
        return offered(self.by, self.of).filter(pk=pk).first()


class _Address:
    """The picker's address, asked for when a page is written: fields are made before addresses."""

    def __init__(self, of: str) -> None:
        self.of = of

    def __str__(self) -> str:
        return f"{reverse('campaigns:pick')}?of={self.of}"
