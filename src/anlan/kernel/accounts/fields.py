"""Fields of forms that a picker fills: units that whoever chooses may see, and areas."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.kernel.accounts import units
from anlan.kernel.regions.models import Region

FormT = TypeVar("FormT", bound=forms.Form)


class Seen:
    """Mix-in of fields that take only what whoever fills in the form may see."""

    #: Whose form it is; ``chosen_by`` says so.
    by: Actor | None = None


class UnitField(Seen, forms.CharField):
    """A unit by its code, as the picker sends it: one that whoever chooses may see, or none."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        assert self.by is not None, "say with chosen_by() whose form it is"
        unit = units.seen(code, self.by)
        if unit is None:
            raise forms.ValidationError(_("Choose the unit from the list."), code="unit")
        return unit


class UnitsField(Seen, forms.CharField):
    """Units by name or code, a line each: those that whoever writes them may see."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": 4}), **more)

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        assert self.by is not None, "say with chosen_by() whose form it is"
        names = [line.strip() for line in text.replace("；", "\n").splitlines() if line.strip()]
        if len(names) > units.LINES_MAX:
            raise forms.ValidationError(_("At most %(n)d units.") % {"n": units.LINES_MAX})
        found, unknown = units.of_lines(names, self.by)
        if unknown:
            data = {"names": "、".join(unknown[:5])}
            raise forms.ValidationError(
                _("No unit, or several, are called: %(names)s. Write name or code in full.") % data
            )
        return found


def chosen_by(form: FormT, by: Actor) -> FormT:
    """The form, whose units and records are looked up among those that ``by`` may see."""
    for field in form.fields.values():
        if isinstance(field, Seen):
            field.by = by
    return form


class AreaField(forms.CharField):
    """An area by its code, as the picker sends it."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        area = Region.objects.filter(code=code, valid_to=None).first()
        if area is None:
            raise forms.ValidationError(_("Choose the area from the list."), code="area")
        return area
