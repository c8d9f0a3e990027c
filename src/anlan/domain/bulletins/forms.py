"""Forms of papers. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Self
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.bulletins import tables
from anlan.domain.bulletins.figures import COMPARED
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.models import (
    LIST_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    TITLE_CHARS_MAX,
    WORD_CHARS_MAX,
    Word,
)
from anlan.domain.bulletins.subjects import ABOUT_MAX
from anlan.domain.campaigns.choosing import CampaignField
from anlan.kernel.accounts.fields import AreaField, UnitField, UnitsField
from anlan.kernel.indicators.declare import Indicator, declared
from anlan.kernel.loop.forms import Nothing, Reason, StepForm
from anlan.ui.forms import DayInput, Form, text_area
from anlan.ui.offers import rest

__all__ = ["Nothing", "Reason"]


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


class New(StepForm):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind of paper"))
    area = AreaField(label=_("Area that it tells of"), widget=forms.HiddenInput)
    period = _line(_("Period"), True, 40, _("Like 2026-11, 2026-11X3 (ten days), 2026-Q3, 2026."))
    title = _line(_("Title"), False, TITLE_CHARS_MAX, _("Left empty, the usual one of its kind."))
    recipients = _line(_("Recipients (主送)"), False, LIST_CHARS_MAX)
    due_on = forms.DateField(label=_("To be signed by"), required=False, widget=DayInput)
    about = forms.CharField(
        required=False, max_length=37 * ABOUT_MAX, widget=forms.HiddenInput, empty_value=""
    )

    def clean_about(self) -> tuple[UUID, ...]:
        """Numbers of hazards with commas between."""
        try:
            return tuple(UUID(part) for part in self.cleaned_data["about"].split(",") if part)
        except ValueError:
            raise forms.ValidationError(_("Begin at the hazard that it is about.")) from None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(code, kind.label) for code, kind in KINDS.items()]


class Head(StepForm):
    title = forms.CharField(
        label=_("Title"), max_length=TITLE_CHARS_MAX, widget=forms.Textarea({"rows": 2})
    )
    recipients = _line(_("Recipients (主送)"), False, LIST_CHARS_MAX)
    copies = _line(_("Copies (抄送)"), False, LIST_CHARS_MAX)
    organ = _line(_("Author (署名)"))
    mark = _line(_("Red head, where it isn't the author's name"), False)
    annexes = text_area(_("Names of annexes, a line each"), required=False, rows=2)
    note = _line(_("Note (附注)"), False, TITLE_CHARS_MAX)
    secrecy = _line(_("Secrecy (密级)"), False, 20)
    urgency = _line(_("Urgency (紧急程度)"), False, 20)


class NewBlock(StepForm):
    kind = forms.ChoiceField(
        label=_("What to add"),
        choices=[("text", _("paragraph")), ("heading", _("heading")), ("points", _("points")),
                 ("table", _("table")), ("chart", _("chart")),
                 ("annex", _("annex: what follows stands in it"))],
    )  # fmt: skip
    title = _line(_("Heading or title"), False, 200)
    text = text_area(_("Text"), required=False, rows=3)
    rows = forms.ChoiceField(label=_("Rows"), choices=list(tables.ROWS.items()), required=False)
    indicators = forms.MultipleChoiceField(
        label=_("Indicators"), required=False, widget=forms.SelectMultiple({"size": 8})
    )
    codes = _line(
        _("Or by their codes"), False, 400,
        _("With commas, as they stand in braces: item.12, task.closed."),
    )  # fmt: skip
    compare = forms.ChoiceField(
        label=_("Compared"), required=False,
        choices=[("", "—"), *COMPARED.items()],
    )  # fmt: skip
    ranked = forms.BooleanField(label=_("Ranked by the first indicator"), required=False)
    after = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["indicators"]
        field.choices = [(each.code, each.label) for each in declared().values()]

    def narrow(
        self, offered: Iterable[Indicator],
        beside: Iterable[tuple[Any, Sequence[tuple[str, Any]]]] = (), left: int = 0,
    ) -> Self:  # fmt: skip
        """Those alone that its reader is offered; by group, what may be bound beside them."""
        field: Any = self.fields["indicators"]
        field.choices = [*((each.code, each.label) for each in offered), *beside, *rest(left)]
        return self

    @property
    def given(self) -> dict[str, Any]:
        data = self.cleaned_data
        spec: dict[str, Any] = {}
        if data["kind"] in ("table", "chart"):
            spec = {name: data[name] for name in ("rows", "indicators", "compare", "ranked")}
            more = [one for one in re.split(r"[\s,，、{}]+", data["codes"]) if one]
            spec["indicators"] = [*spec["indicators"], *more]
        return {name: data[name] for name in ("kind", "title", "text", "after")} | {"spec": spec}


class Review(StepForm):
    said = text_area(_("Note"), required=False)


class Objection(StepForm):
    reason = text_area(_("What your unit objects to"))


class Correct(StepForm):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    reason = text_area(_("What is put right, and why"))


class Ask(StepForm):
    units = UnitsField(label=_("Units that countersign, a line each"))
    said = text_area(_("Note"), required=False)


class Numbered(StepForm):
    word = forms.TypedChoiceField(
        label=_("Next number of"), required=False, coerce=int, empty_value=None
    )
    text = _line(_("Or the number that your OA gave it"), False, NUMBER_CHARS_MAX,
                 _("As it stands there, like 云安办〔2026〕5号."))  # fmt: skip

    def of(self, unit: int) -> None:
        field: Any = self.fields["word"]
        words = Word.objects.filter(unit=unit).order_by("word")
        field.choices = [("", "—"), *((row.pk, row.word) for row in words)]


class GiveOut(StepForm):
    units = UnitsField(label=_("Units that it goes to, a line each"))
    copies = UnitsField(label=_("Units that get a copy"), required=False)


class Instruct(StepForm):
    leader = _line(_("Leader"))
    said_on = forms.DateField(label=_("Day"), widget=DayInput)
    text = text_area(_("Instruction"))
    campaign = CampaignField(label=_("Becomes a task of the campaign"))
    unit = UnitField(label=_("Unit that is to do it"), widget=forms.HiddenInput, required=False)
    due_on = forms.DateField(label=_("By when"), widget=DayInput, required=False,
                             help_text=_("Left empty, 30 days after it was said."))  # fmt: skip


class NewWord(Form):
    word = _line(
        _("Word of numbers (发文机关代字)"), True, WORD_CHARS_MAX,
        _("As your office uses it, like 云安办; of a brief the name of its series."),
    )  # fmt: skip


class NewLayout(Form):
    kind = forms.ChoiceField(label=_("Kind of paper"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(code, kind.label) for code, kind in KINDS.items()]
