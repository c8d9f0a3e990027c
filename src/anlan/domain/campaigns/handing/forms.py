"""Whom it goes to: the form of a handing out."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.forms import NAMES, Seen
from anlan.domain.campaigns.handing.commands import HEAPS
from anlan.ui.forms import text_area


class HandOutForm(Seen):
    heap = forms.ChoiceField(
        label=_("To whom"), choices=list(HEAPS.items()), widget=forms.RadioSelect, initial="next"
    )
    units = text_area(
        _("Names of units"), required=False, rows=3, help_text=_("Several with “、” or one a line.")
    )

    def names(self) -> list[str]:
        return [name for name in NAMES.split(self.cleaned_data["units"]) if name.strip()]
