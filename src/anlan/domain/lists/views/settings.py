"""What the topmost office sets for all lists: age bands, when a list is stale, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.base.refusal import NotFound, Refusal
from anlan.domain.lists import commands, settings
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.models import UnitKind
from anlan.kernel.accounts.office_settings import REASON_CHARS_MAX
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page


class SettingForm(Form):
    """The fields of one setting; the version that was seen and why it is changed come with it."""

    field_order = ("version",)

    version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = django_forms.CharField(
            label=gettext_lazy("Why it is changed"), max_length=REASON_CHARS_MAX
        )


class Numbers(django_forms.CharField):
    """Whole numbers with commas between."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        parts = str(super().clean(value)).replace("，", ",").replace("、", ",").split(",")
        if any(not part.strip().isdecimal() or len(part.strip()) > 5 for part in parts):
            raise django_forms.ValidationError(
                _("Last day of each band: write numbers with commas between, like 7, 30, 90")
            )
        return [int(part) for part in parts]


class Lines(django_forms.CharField):
    """Words, one a line, each once."""

    widget = django_forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = (line.strip() for line in str(super().clean(value)).splitlines())
        return list(dict.fromkeys(filter(None, lines)))


class BandsForm(SettingForm):
    ends = Numbers(
        label=gettext_lazy("Last day of each band"), max_length=60,
        help_text=gettext_lazy("Days since it was found, with commas between: 7, 30, 90."),
    )  # fmt: skip


class FreshnessForm(SettingForm):
    days = django_forms.IntegerField(
        label=gettext_lazy("Stale after so many days"), min_value=1, max_value=settings.DAYS_MAX
    )
    kinds = django_forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of units that must keep a list"), required=False,
        widget=django_forms.CheckboxSelectMultiple, choices=UnitKind.choices,
        help_text=gettext_lazy("Units of other kinds count once they have an open case."),
    )  # fmt: skip


class TagsForm(SettingForm):
    hazard_kinds = Lines(
        label=gettext_lazy("Kinds of hazard"), required=False,
        help_text=gettext_lazy(
            "One a line, named as in your problem lists: a hazard of that kind reminds of the case."
        ),
    )  # fmt: skip
    tags = Lines(
        label=gettext_lazy("Tags of the office"),
        required=False,
        help_text=gettext_lazy("One a line. A case keeps a tag that is taken away here."),
    )


@dataclass(frozen=True)
class Page:
    title: str | Promise
    form: type[SettingForm]
    #: The page that it is about: its address and what it is called.
    back: str
    back_title: str | Promise


PAGES = {
    settings.AGES: Page(
        gettext_lazy("Age bands"), BandsForm,
        "lists:ages_home", gettext_lazy("Ages and clearing to zero"),
    ),
    settings.FRESHNESS: Page(
        gettext_lazy("When a list is stale"), FreshnessForm,
        "lists:freshness", gettext_lazy("Kept up to date"),
    ),
    settings.TAGS: Page(
        gettext_lazy("Tags of the library"), TagsForm,
        "lists:library", gettext_lazy("Case library"),
    ),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires("listsettings.edit")
def edit(request: HttpRequest, code: str) -> HttpResponse:
    if code not in PAGES:
        raise NotFound
    page, by, at = PAGES[code], actor_of(request), timezone.now()
    version, data = settings.current(code)
    back, status = reverse(page.back), 200
    form = page.form(request.POST or None, initial={"version": version, **data})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            seen, reason = given.pop("version"), given.pop("reason")
            try:
                commands.change_setting(code, given, version=seen, reason=reason, by=by, at=at)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("In force from now on."))
                return go_on(request, back)
    context = {"form": form, "page": page, "back": back}
    return render_page(request, "lists/setting.html", "lists/setting.html", context, status)
