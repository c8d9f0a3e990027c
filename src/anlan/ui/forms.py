"""Forms whose messages name the field and say what to write, instead of "this field"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.base.refusal import MovedOn, Refusal
from anlan.base.text import visible

#: By the code that Django's fields give their errors.
MESSAGES = {
    "required": _("Fill in: %(label)s"),
    "invalid_choice": _("%(label)s: choose one of the list"),
    "invalid_list": _("%(label)s: choose from the list"),
}
#: By the kind of field, since "invalid" means something else in each.
EXAMPLES: tuple[tuple[type[forms.Field], Any], ...] = (
    (forms.DateTimeField, _("%(label)s: write day and time, for example 2024-06-25 14:30")),
    (forms.DateField, _("%(label)s: write a day, for example 2024-06-25")),
    # Before IntegerField, which it is made of.
    (forms.DecimalField, _("%(label)s: write a number, for example 12.5")),
    (forms.IntegerField, _("%(label)s: write a whole number, for example 12")),
    (forms.EmailField, _("%(label)s: write an address, for example anwei@yn.gov.cn")),
)


class Spoken:
    """Mix-in of ``Form`` and ``ModelForm``."""

    #: Who was first, where that sent the form back.
    late: MovedOn | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # type: ignore[attr-defined]
            return  # It refuses nothing, and a page has dozens of fields.
        form: Any = self
        form.data = _as_seen(form)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            label = str(field.label or name)
            own = {code: text % {"label": label} for code, text in MESSAGES.items()}
            for kind, text in EXAMPLES:
                if isinstance(field, kind):
                    own["invalid"] = text % {"label": label}
                    break
            defaults: dict[str, Any] = {}
            for cls in reversed(type(field).__mro__):
                defaults.update(getattr(cls, "default_error_messages", {}))
            for code, text in own.items():
                # What the form's author wrote for this very field stands.
                if field.error_messages.get(code) == defaults.get(code):
                    field.error_messages[code] = lazystr(text)


def _as_seen(form: forms.BaseForm) -> Any:
    """What came, without the characters that nobody sees; a password stays as typed."""
    data: Any = form.data
    if not isinstance(data, QueryDict):
        return data  # A program's own, such as a form made from a row.
    secret = {
        form.add_prefix(name)
        for name, field in form.fields.items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    changed = {}
    for name, texts in data.lists():
        seen = [visible(text) for text in texts]
        if seen != texts and name not in secret:
            changed[name] = seen
    if not changed:
        return data
    data = data.copy()
    for name, texts in changed.items():
        data.setlist(name, texts)
    return data


class Form(Spoken, forms.Form):
    def as_written(self, name: str, kept: Any) -> str:
        """A value as the record keeps it, as its field would hold it."""
        return "" if kept is None else str(kept)


class ModelForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]
    pass


def put_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show what was refused beside the field that it names.

    Raises it again where it names none, or where no form can mend it: somebody was first (409).
    """
    if refusal.status >= 409 or "field" not in refusal.data:
        refusal.typed = typed(form)
        raise refusal
    name = str(refusal.data["field"])
    form.add_error(name if name in form.fields else None, str(refusal))


def typed(form: forms.BaseForm) -> list[tuple[str, str]]:
    """What stands in a form's visible fields, (label, text); nothing of a secret or a file."""
    found = []
    for bound in form.visible_fields():
        widget, value = bound.field.widget, bound.value()
        if isinstance(widget, forms.PasswordInput | forms.FileInput) or value in (None, "", []):
            continue
        if isinstance(widget, forms.Select):
            names = {str(code): str(name) for code, name in _options(widget)}
            chosen = value if isinstance(value, list | tuple) else [value]
            value = "、".join(names.get(str(one), str(one)) for one in chosen)
        found.append((str(bound.label), str(value)))
    return found


def _options(widget: forms.Select) -> Iterator[tuple[Any, Any]]:
    for code, name in widget.choices:
        if isinstance(name, list | tuple):
            yield from name
        else:
            yield code, name


class PickerInput(forms.TextInput):
    """A record that is looked for by its words (``ui.area_picker``); the field sends its id.

    Its field has a method ``named``: what a chosen id is called.
    """

    def __init__(self, label: Any, picker_url: Any) -> None:
        super().__init__()
        self.label, self.picker_url = label, picker_url


class DayInput(forms.DateInput):
    """The browser's own day picker; the value is written as it must be read."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


def text_area(
    label: Any, required: bool = True, rows: int = 3, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=TEXT_CHARS_MAX, help_text=help_text,
        widget=forms.Textarea({"rows": rows}),
    )  # fmt: skip
