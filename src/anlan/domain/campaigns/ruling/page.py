"""The page of a rule of the topmost office: what is in force, who set it, and a form to change it.

class RuleForm(RuleFields):
    near = forms.IntegerField(…)

return rule_page(request, RuleForm, initial, save, "map_rule", context)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal
from anlan.kernel.accounts.office_settings import REASON_CHARS_MAX
from anlan.ui.forms import Form, put_refusal
from anlan.ui.pages import go_on, render_page


class RuleFields(Form):
    """What every rule has beside its own fields: the version that was seen, and why it changes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Why it is changed"), max_length=REASON_CHARS_MAX)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # The reason is asked for last.
        self.order_fields([name for name in self.fields if name != "reason"])


def rule_page(
    request: HttpRequest, form_class: type[RuleFields], initial: Mapping[str, Any],
    save: Callable[[dict[str, Any]], object], name: str, context: Mapping[str, Any],
) -> HttpResponse:  # fmt: skip
    """Show a rule, and on a POST put what the form says in force.

    save:  puts the form's data in force; what it refuses stands in the form.
    name:  of the page's address and template.
    """
    form = form_class(request.POST or None, initial=dict(initial))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(form.cleaned_data)
            except Refusal as refusal:
                put_refusal(form, refusal)
            else:
                messages.success(request, _("In force from now on."))
                return go_on(request, reverse(f"campaigns:{name}"))
    template = f"campaigns/{name}.html"
    return render_page(request, template, template, {"form": form, **context}, status)
