"""The forms of the pages about areas and trees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.text import plain
from anlan.domain.office.areas import LEVELS
from anlan.domain.office.commands.areas import (
    ABOLISH,
    KINDS,
    MERGE_INTO,
    MERGE_NEW,
    TRANSFER,
    Added,
    Reform,
)
from anlan.kernel.regions.commands import Paper
from anlan.kernel.regions.models import (
    CODE_CHARS_MAX,
    NAME_CHARS_MAX,
    Level,
    Region,
)
from anlan.ui.forms import DayInput, Form

DOC_CHARS_MAX = 60
PAPER_CHARS_MAX = 200
CODES_CHARS_MAX = 2_000


def codes_of(text: str) -> tuple[str, ...]:
    """Codes between spaces, lines or commas."""
    for mark in "，、,;；":
        text = text.replace(mark, " ")
    return tuple(dict.fromkeys(text.upper().split()))


def day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput, **more)


class AreaForm(Form):
    """An area that the tables lack."""

    kind = forms.ChoiceField(
        label=_("What it is"), choices=[(kind, kind) for kind in KINDS], widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("Name"), max_length=NAME_CHARS_MAX)
    level = forms.TypedChoiceField(
        label=_("Stands as a"),
        choices=[("", _("as usual for its kind")), *LEVELS],
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("A zone that is run as a county stands as a county."),
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_CHARS_MAX,
        required=False,
        help_text=_("Left empty, it gets one behind the code of the area above (530102-Z1)."),
    )
    day = day_field(_("Exists since"), required=False)
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=73, max_value=136)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=3, max_value=54)

    def __init__(self, parent: Region, *args: Any, **kwargs: Any) -> None:
        """Offers what can lie below ``parent``."""
        super().__init__(*args, **kwargs)
        self.parent_level = parent.level
        kinds = [(kind, kind) for kind, (_is, levels) in KINDS.items() if levels[-1] > parent.level]
        levels = [pair for pair in LEVELS if pair[0] > parent.level]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            ("", _("as usual for its kind")),
            *levels,
        ]

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def added(self) -> Added:
        """The area as entered; its usual level is the highest below the parent's."""
        entered = self.cleaned_data
        level = entered["level"]
        if level is None:
            level = next(each for each in KINDS[entered["kind"]][1] if each > self.parent_level)
        return Added(
            entered["kind"], entered["name"], Level(level), entered["code"], entered["day"],
            entered["lon"], entered["lat"],
        )  # fmt: skip


class PaperForm(Form):
    """What every change of an area is based on."""

    day = day_field(_("In force since"), help_text=_("The first day of the new state."))
    doc_no = forms.CharField(
        label=_("Number of the document"),
        max_length=DOC_CHARS_MAX,
        help_text=_("For example 国函〔2009〕125号."),
    )
    source = forms.CharField(
        label=_("Issued by, or its title"), max_length=PAPER_CHARS_MAX, required=False
    )

    @property
    def paper(self) -> Paper:
        return Paper(self.cleaned_data["source"], self.cleaned_data["doc_no"])


class RenameForm(PaperForm):
    name = forms.CharField(label=_("New name"), max_length=NAME_CHARS_MAX)
    field_order = ("name", "day", "doc_no", "source")


class RecodeForm(PaperForm):
    code = forms.CharField(label=_("New code"), max_length=CODE_CHARS_MAX)
    field_order = ("code", "day", "doc_no", "source")

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


class ReformForm(PaperForm):
    """What becomes of an area."""

    kind = forms.ChoiceField(
        label=_("What happens"),
        choices=(
            (MERGE_INTO, _("it is merged into an area that exists")),
            (MERGE_NEW, _("it is merged with others into a new area")),
            (TRANSFER, _("it comes under another area")),
            (ABOLISH, _("it is dissolved; nothing takes its place")),
        ),
        widget=forms.RadioSelect,
    )
    target = forms.CharField(
        label=_("Code of the area that takes it in, or that it comes under"),
        max_length=CODE_CHARS_MAX,
        required=False,
    )
    others = forms.CharField(
        label=_("Codes of the areas that end together with it"),
        max_length=CODES_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Several with spaces or commas. Only for a merger."),
    )
    name = forms.CharField(
        label=_("Name of the new area"),
        max_length=NAME_CHARS_MAX,
        required=False,
        help_text=_("Left empty, an area that comes under another keeps its name."),
    )
    code = forms.CharField(
        label=_("Code of the new area"), max_length=CODE_CHARS_MAX, required=False
    )
    field_order = ("kind", "target", "others", "name", "code", "day", "doc_no", "source")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("kind")
        if kind in (MERGE_INTO, TRANSFER) and not (data.get("target") or "").strip():
            self.add_error("target", _("Enter the code of the other area."))
        if kind == MERGE_NEW:
            for name, text in (
                ("name", _("Enter the name of the new area.")),
                ("code", _("Enter the code of the new area.")),
            ):
                if not (data.get(name) or "").strip():
                    self.add_error(name, text)
        if kind in (TRANSFER, ABOLISH) and codes_of(data.get("others") or ""):
            self.add_error("others", _("Leave this empty: only a merger ends several areas."))
        return data

    @property
    def reform(self) -> Reform:
        entered = self.cleaned_data
        return Reform(
            entered["kind"],
            entered["day"],
            self.paper,
            codes_of(entered["others"]),
            entered["target"].strip().upper(),
            entered["name"].strip(),
            entered["code"].strip().upper(),
        )


class TreeForm(Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_CHARS_MAX,
        help_text=_("A tree in force with this name ends on the day before."),
    )
    root = forms.CharField(label=_("Code of the area that it is about"), max_length=CODE_CHARS_MAX)
    valid_from = day_field(_("In force since"))

    def clean_root(self) -> Region:
        code = plain(self.cleaned_data["root"]).upper()
        found = Region.objects.current().filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("No area has this code. Check it on the page of areas."))
        return found


class RenewForm(Form):
    valid_from = day_field(_("In force since"))


class PlaceForm(Form):
    codes = forms.CharField(
        label=_("Codes of the areas"),
        max_length=CODES_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Several with spaces, commas or lines. One that stands elsewhere moves."),
    )
    under = forms.IntegerField(label=_("Placed under"), widget=forms.Select)
