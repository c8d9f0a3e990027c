"""Forms of the library. A form only reads; commands say what may be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.domain.library.commands import ItemTerms, SetTerms, Terms
from anlan.domain.library.commands.base import BODY_CHARS_MAX
from anlan.domain.library.commands.sets import WORDS_CHARS_MAX
from anlan.domain.library.models import (
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    Edition,
    Kind,
    RuleItem,
    RuleSet,
)
from anlan.kernel.accounts import sectors
from anlan.ui.forms import DayInput, Form


def _line(label: Any, required: bool = True, chars: int = TITLE_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _day(label: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=hint)


class Step(Form):
    """What every press carries: the request's own id, and the version that was looked at."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class _Data(Step):
    """What is stated of an edition, beside its text."""

    title = _line(_("Title"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    number = _line(_("Document or standard number"), False, NUMBER_CHARS_MAX)
    issuer = _line(pgettext_lazy("library", "Issued by"), False)
    issued_on = _day(
        _("Issued on"), False, _("The day on which this edition was passed or issued.")
    )
    effective_on = _day(
        _("In force from"), False, _("Of an amended text: from when the amendment is.")
    )
    note = _line(_("What was amended, by which decision"), False)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors concerned"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sectors"]
        field.choices = list(sectors.names().items())

    @property
    def terms(self) -> Terms:
        data = self.cleaned_data
        names = ("title", "kind", "number", "issuer", "issued_on", "effective_on", "note")
        given = {name: data[name] for name in names}
        return Terms(sectors=tuple(data["sectors"]), body=data.get("body", ""), **given)

    @staticmethod
    def of(row: Edition) -> dict[str, Any]:
        names = ("title", "number", "issuer", "issued_on", "effective_on", "note", "body")
        return {name: getattr(row, name) for name in names} | {
            "kind": row.text.kind, "seen": row.text.version,
            "sectors": [code for code in row.text.sectors.split(",") if code],
        }  # fmt: skip


class EditionForm(_Data):
    field_order = (
        "title", "kind", "number", "issuer", "issued_on", "effective_on", "note", "body", "sectors",
    )  # fmt: skip
    body = forms.CharField(
        label=pgettext_lazy("library", "Text"), max_length=BODY_CHARS_MAX, required=False,
        widget=forms.Textarea({"rows": 18}),
        help_text=_(
            "It is divided by its own numbers: 第一条, or 4.1, or 一、（一）. "
            "Put each number at the beginning of a line."
        ),
    )  # fmt: skip


class Correct(_Data):
    reason = _line(_("Reason"))


class NewText(EditionForm):
    pk = forms.UUIDField(widget=forms.HiddenInput)


class NextEdition(Step):
    pk = forms.UUIDField(widget=forms.HiddenInput)


class End(Step):
    on = _day(_("No longer in force from"))
    replaced_by = forms.UUIDField(
        label=pgettext_lazy("library", "Replaced by"), required=False, widget=forms.Select
    )
    reason = _line(_("By which decision or text"))

    def __init__(self, *args: Any, texts: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["replaced_by"].widget
        widget.choices = [("", _("by no other text of the library")), *texts]


class Resume(Step):
    reason = _line(_("Reason"))


class Link(Step):
    case = forms.UUIDField(widget=forms.HiddenInput)
    article = forms.IntegerField(required=False, widget=forms.HiddenInput)
    note = _line(_("Note"), False)


class SetForm(Step):
    title = _line(_("Title"))
    purpose = forms.ChoiceField(label=_("What its items are for"), choices=RuleSet.Purpose.choices)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    note = _line(_("Note"), False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sector"]
        field.choices = [("", _("every sector")), *sectors.names().items()]

    @property
    def terms(self) -> SetTerms:
        data = self.cleaned_data
        return SetTerms(data["title"], data["purpose"], data["sector"], data["note"])

    @staticmethod
    def of(row: RuleSet) -> dict[str, Any]:
        return {"title": row.title, "purpose": row.purpose, "sector": row.sector_id or "",
                "note": row.note, "seen": row.version}  # fmt: skip


class ItemForm(Step):
    words = forms.CharField(
        label=_("What is checked"), max_length=WORDS_CHARS_MAX, widget=forms.Textarea({"rows": 5}),
        help_text=_("One thing that can be answered by yes or no; an article often holds several."),
    )  # fmt: skip
    method = _line(_("How it is checked"), False, hint=_("By papers, by looking, by measuring."))
    article = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def terms(self) -> ItemTerms:
        data = self.cleaned_data
        return ItemTerms(data["words"], data["method"], data["article"])

    @staticmethod
    def of(row: RuleItem) -> dict[str, Any]:
        return {"words": row.words, "method": row.method, "article": row.article_id}
