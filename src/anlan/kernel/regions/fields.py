"""A form's field for a region, as the picker sends it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.kernel.regions.models import Region


class AreaField(forms.CharField):
    """An area by its code."""

    def clean(self, value: Any) -> Region | None:
        code = super().clean(value)
        area = Region.objects.current().filter(code=code).first() if code else None
        if code and area is None:
            raise forms.ValidationError(_("Choose an area from the list that opens as you type."))
        return area
