"""Forms of schemes, points, rankings and appeals. A form only reads."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.limits import TEXT_CHARS_MAX
from anlan.domain.assessments import spec as specs
from anlan.domain.assessments import spec_text, stages
from anlan.domain.assessments.models import NAME_CHARS_MAX, NOTE_CHARS_MAX, Audience
from anlan.domain.assessments.presets import presets
from anlan.domain.assessments.spec import (
    ABSENT,
    EFFECTS,
    GROUPS,
    LEVELS,
    MEASURES,
    RULES,
    SPANS,
    TIES,
    Item,
    Rule,
    Spec,
    Veto,
)
from anlan.domain.assessments.spec_text import text_of
from anlan.domain.campaigns.choosing import STAGED, CampaignField
from anlan.kernel.calendar.periods import Kind
from anlan.kernel.indicators.declare import Distinct, Ratio, declared
from anlan.kernel.loop.forms import Nothing, Reason, StepForm
from anlan.kernel.regions.models import AssessmentTree
from anlan.ui.forms import Form, text_area

__all__ = ["Nothing", "Reason"]

PERIOD_NAMES: dict[str, Any] = {
    Kind.WEEK.value: pgettext_lazy("period", "week"),
    Kind.TEN_DAYS.value: pgettext_lazy("period", "ten days"),
    Kind.FORTNIGHT.value: pgettext_lazy("period", "fortnight"),
    Kind.MONTH.value: pgettext_lazy("period", "month"),
    Kind.QUARTER.value: pgettext_lazy("period", "quarter"),
    Kind.HALF.value: pgettext_lazy("period", "half-year"),
    Kind.YEAR.value: pgettext_lazy("period", "year"),
    specs.STAGE: pgettext_lazy("period", "stage of a campaign"),
}
_LINES = 1_000


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


def _lines(label: Any, hint: Any, rows: int = 4) -> Any:
    return forms.CharField(
        label=label, required=False, max_length=_LINES, help_text=hint,
        widget=forms.Textarea({"rows": rows}),
    )  # fmt: skip


def _digits(label: Any, hint: Any = "") -> Any:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=specs.DIGITS_MAX, help_text=hint
    )


def _choice(label: Any, choices: Any, required: bool = True, hint: Any = "") -> Any:
    return forms.ChoiceField(label=label, choices=choices, required=required, help_text=hint)


# --- schemes -------------------------------------------------------------------------------


class NewScheme(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    preset = _choice(_("Begin with"), ())
    #: The duty letter by whose targets it begins.
    letter = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = _line(_("Name of the scheme"), False, hint=_("Left empty, the name of what is shipped."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["preset"]
        field.choices = [
            *((code, each.name) for code, each in presets().items()),
            ("", _("an empty scheme")),
        ]
        field.required = False


class Draft(Form):
    """What every change of a draft carries."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class General(Draft):
    group = _choice(_("Who is compared"), list(GROUPS.items()))
    tree = _choice(_("Assessment tree"), (), False, _("Only where a tree says who is compared."))
    letters = _line(
        _("Words in the titles of the letters"), False, hint=_("Only of duty letters; left empty, "
                                                               "all that are in force."),
    )  # fmt: skip
    period = _choice(_("Period"), [(code, PERIOD_NAMES[code]) for code in specs.PERIODS])
    campaign = CampaignField(
        of=STAGED, label=_("Take its stages from"),
        help_text=_(
            "Where a stage is the period: the campaign's stages take the place of what is written."
        ),
    )  # fmt: skip
    stages = _lines(
        _("Stages"), _("One a line, with its two days: “Searching: 2024-02-01..2024-06-30”.")
    )
    total = _line(_("Total of all weights"), chars=specs.NUMBER_CHARS_MAX)
    digits = _digits(_("Decimals of the total"), _("Rounded half up; nothing is rounded before."))
    dimensions = _lines(
        _("Dimensions"), _("One a line; behind a colon, if you want, what its items add up to: "
                           "“Accident prevention: 40”.")
    )  # fmt: skip
    grades = _lines(
        _("Grades"), _("One a line, the best first, with the least total: “excellent: 90”. "
                       "The last has no number.")
    )  # fmt: skip
    ties = _choice(_("Equal totals"), list(TIES.items()))
    tie_items = _line(
        _("Items that decide"), False, 200,
        _("Codes of items with commas, the first one first."),
    )  # fmt: skip
    missing = _choice(_("A figure that isn't known gives"), list(ABSENT.items()))
    nothing = _choice(_("A rate of nothing, or what doesn’t apply, gives"), list(ABSENT.items()))
    red = forms.IntegerField(label=_("On the red list, first ranks"), min_value=0,
                             max_value=specs.LIST_MAX)  # fmt: skip
    black = forms.IntegerField(label=_("On the black list, last ranks"), min_value=0,
                               max_value=specs.LIST_MAX)  # fmt: skip
    appeal_days = forms.IntegerField(
        label=_("Days in which appeals are taken"), min_value=0, max_value=365,
        help_text=_("Counted from publishing; 0 sets no limit."),
    )  # fmt: skip
    source = _line(_("Document that it rests on"), False, specs.SOURCE_CHARS_MAX)
    source_version = _line(_("Version of that document"), False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tree"]
        names = AssessmentTree.objects.order_by("name").values_list("name", flat=True).distinct()
        field.choices = [("", "—"), *((name, name) for name in names)]

    @staticmethod
    def initial_of(spec: Spec) -> dict[str, Any]:
        names = ("group", "tree", "letters", "period", "digits", "ties", "missing", "nothing",
                 "red", "black", "appeal_days", "source", "source_version")  # fmt: skip
        return {
            **{name: getattr(spec, name) for name in names},
            "total": text_of(spec.total), "tie_items": ", ".join(spec.tie_items),
            "dimensions": _said((each.name, each.weight) for each in spec.dimensions),
            "grades": _said((each.name, each.least) for each in spec.grades),
            "stages": stages.as_lines(spec.stages),
        }  # fmt: skip

    def changed(self, spec: Spec) -> dict[str, Any]:
        """The scheme's data with what the form says; codes stay with their names."""
        data = dict(self.cleaned_data)
        found = spec_text.written(spec)
        for name in ("group", "tree", "letters", "period", "ties", "missing", "nothing", "red",
                     "black", "appeal_days", "source", "source_version", "total"):  # fmt: skip
            found[name] = data[name]
        found |= stages.written(spec, data["stages"], data["campaign"])
        found["digits"] = data["digits"] if data["digits"] is not None else 0
        found["tie_items"] = [
            code.strip() for code in data["tie_items"].replace("，", ",").split(",") if code.strip()
        ]
        found["dimensions"] = _rows(data["dimensions"], "weight", "d",
                                    {each.name: each.code for each in spec.dimensions})  # fmt: skip
        found["grades"] = _rows(data["grades"], "least", "g",
                                {each.name: each.code for each in spec.grades})  # fmt: skip
        return found


def _said(pairs: Any) -> str:
    return "\n".join(
        name if number is None else f"{name}: {text_of(number)}" for name, number in pairs
    )


def _rows(text: str, column: str, letter: str, codes: dict[str, str]) -> list[dict[str, Any]]:
    """Lines “name: number” as rows; a name that is new gets the next free code."""
    found, taken = [], set(codes.values())
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _colon, number = line.replace("：", ":").rpartition(":")
        if not _colon:
            name, number = line, ""
        name = name.strip()
        code = codes.get(name)
        if code is None:
            code = next(f"{letter}{n}" for n in range(1, 1_000) if f"{letter}{n}" not in taken)
            taken.add(code)
        found.append({"code": code, "name": name, **({column: number.strip()} if number else {})})
    return found


class ItemForm(Draft):
    name = _line(pgettext_lazy("assessment", "Item"))
    dimension = _choice(_("Dimension"), ())
    weight = _line(
        _("Weight"), chars=specs.NUMBER_CHARS_MAX,
        hint=_("0 for an item that only takes points off, or is shown and counts nothing."),
    )  # fmt: skip
    indicator = _choice(_("Figure"), (), False, _("Left empty where a unit gives the points."))
    span = _choice(_("Counted over"), list(SPANS.items()))
    measure = _choice(_("What is scored"), list(MEASURES.items()))
    base = forms.IntegerField(
        label=_("Base year"), required=False, min_value=specs.BASE_FIRST, max_value=specs.BASE_LAST,
        help_text=_("Only of a change on a base year, like 2019."),
    )  # fmt: skip
    kind = _choice(_("Rule"), list(RULES.items()))
    none_at = _line(_("No points at"), False, specs.NUMBER_CHARS_MAX)
    full_at = _line(_("Full points at"), False, specs.NUMBER_CHARS_MAX)
    steps = _lines(_("Steps"), _("One a line, the best first: “95: 10” gives 10 from 95 on."))
    better = _choice(_("Better is"), [("up", _("more")), ("down", _("less"))])
    each = _line(_("Each unit costs"), False, specs.NUMBER_CHARS_MAX)
    free = _line(_("Free of it"), False, specs.NUMBER_CHARS_MAX)
    least = _line(
        _("Least that is left"), False, specs.NUMBER_CHARS_MAX,
        _("By rank, the last one's points. Below 0 where points are taken off."),
    )  # fmt: skip
    scorer = _line(_("Code of the unit that gives the points"), False, 40)
    digits = _digits(_("Decimals of the points"), _("Left empty, they aren't rounded."))
    value_digits = _digits(_("Decimals of the figure"), _("Left empty, it isn't rounded."))
    missing = _choice(_("A figure that isn't known gives"), (), False)
    nothing = _choice(_("A rate of nothing, or what doesn’t apply, gives"), (), False)
    source = _line(_("Laid down in"), False, specs.SOURCE_CHARS_MAX)

    def __init__(self, *args: Any, spec: Spec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        as_scheme = [("", _("as the scheme says")), *ABSENT.items()]
        choices: dict[str, Any] = {
            "dimension": [(each.code, each.name) for each in spec.dimensions],
            "indicator": [("", "—"), *indicator_choices()],
            "missing": as_scheme, "nothing": as_scheme,
        }  # fmt: skip
        for name, found in choices.items():
            field: Any = self.fields[name]
            field.choices = found

    @staticmethod
    def initial_of(item: Item) -> dict[str, Any]:
        rule = item.rule
        return {
            **{name: getattr(item, name) for name in
               ("name", "dimension", "indicator", "span", "measure", "base", "digits",
                "value_digits", "missing", "nothing", "source")},
            "weight": text_of(item.weight), "kind": rule.kind, "none_at": text_of(rule.none_at),
            "full_at": text_of(rule.full_at), "better": rule.better, "each": text_of(rule.each),
            "free": text_of(rule.free) if rule.free else "",
            "least": text_of(rule.least) if rule.least else "", "scorer": rule.scorer,
            "steps": "\n".join(f"{text_of(a)}: {text_of(b)}" for a, b in rule.steps),
        }  # fmt: skip

    def data_of(self, code: str) -> dict[str, Any]:
        """The item as a scheme keeps it: only what its rule reads."""
        data = self.cleaned_data
        reads = _READ_BY[data["kind"]]
        rule: dict[str, Any] = {"kind": data["kind"]}
        for name in ("none_at", "full_at", "each", "free", "least", "better", "scorer"):
            if name in reads and data[name]:
                rule[name] = data[name]
        if "steps" in reads:
            rule["steps"] = [
                [part.strip() for part in line.replace("：", ":").partition(":")[::2]]
                for line in data["steps"].splitlines() if line.strip()
            ]  # fmt: skip
        manual = data["kind"] == "manual"
        return {
            "code": code, "name": data["name"], "dimension": data["dimension"],
            "weight": data["weight"], "rule": rule,
            "indicator": "" if manual else data["indicator"], "span": data["span"],
            "measure": data["measure"],
            "base": data["base"] if data["measure"] == "base" else None,
            "value_digits": data["value_digits"],
            "digits": data["digits"], "missing": data["missing"], "nothing": data["nothing"],
            "source": data["source"],
        }  # fmt: skip


#: What each rule reads.
_READ_BY: dict[str, tuple[str, ...]] = {
    "linear": ("none_at", "full_at"),
    "steps": ("steps", "better"),
    "rank": ("better", "least"),
    "deduct": ("each", "free", "least"),
    "manual": ("least", "scorer"),
}


def indicator_choices(*, counts: bool = False) -> list[tuple[str, Any]]:
    """Indicators that can be scored; for a veto counts alone."""
    return [
        (code, f"{each.label} ({code})")
        for code, each in declared().items()
        if not isinstance(each, Distinct) and not (counts and isinstance(each, Ratio))
    ]


class VetoForm(Draft):
    name = _line(_("What the veto is for"))
    indicator = _choice(_("Figure"), ())
    at_least = forms.IntegerField(label=_("From this number on"), min_value=1, max_value=1_000_000)
    span = _choice(_("Counted over"), list(SPANS.items()))
    level = _choice(_("For whom"), list(LEVELS.items()), False)
    effect = _choice(_("What it does"), list(EFFECTS.items()))
    grade = _choice(_("Best grade that is left"), (), False)
    source = _line(_("Laid down in"), False, specs.SOURCE_CHARS_MAX)

    def __init__(self, *args: Any, spec: Spec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicator: Any = self.fields["indicator"]
        indicator.choices = indicator_choices(counts=True)
        grade: Any = self.fields["grade"]
        grade.choices = [("", "—"), *((each.code, each.name) for each in spec.grades[1:])]

    @staticmethod
    def initial_of(veto: Veto) -> dict[str, Any]:
        return {name: value for name, value in vars(veto).items() if name != "code"}

    def data_of(self, code: str) -> dict[str, Any]:
        data = {k: v for k, v in self.cleaned_data.items() if k not in ("request_id", "seen")}
        if data["effect"] != "cap":
            data["grade"] = ""
        return {"code": code, **data}


# --- rankings and appeals ------------------------------------------------------------------


class Run(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    period = _choice(_("Period"), ())
    reason = _line(_("Why it is worked out again"), False, NOTE_CHARS_MAX,
                   _("Needed where the period is published already."))  # fmt: skip

    def __init__(self, *args: Any, periods: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["period"]
        field.choices = periods


class Publish(Form):
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    audience = _choice(_("Who sees it"), Audience.choices)


class AppealForm(Form):
    pk = forms.UUIDField(widget=forms.HiddenInput)
    request_id = forms.UUIDField(widget=forms.HiddenInput)
    item = _choice(_("About the item"), (), False)
    text = text_area(_("What is wrong, and on what evidence"))
    wanted = forms.DecimalField(
        label=_("Points that you ask for"), required=False, max_digits=12, decimal_places=6
    )

    def __init__(self, *args: Any, spec: Spec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["item"]
        field.choices = [("", _("the whole score")), *((i.code, i.name) for i in spec.items)]


class Uphold(StepForm):
    answer = forms.CharField(label=_("Reason"), max_length=TEXT_CHARS_MAX,
                             widget=forms.Textarea({"rows": 3}))  # fmt: skip
    points = forms.DecimalField(
        label=_("Points that the item gives now"), required=False, max_digits=12, decimal_places=6,
        help_text=_("The ranking is then corrected and published at once. Left empty, a figure is "
                    "mended where it was entered, and the ranking worked out again."),
    )  # fmt: skip


class Dismiss(StepForm):
    answer = text_area(_("Reason"))


def rule_said(rule: Rule) -> Any:
    """A rule as people read it, with its numbers."""
    if rule.kind == "linear":
        up = (rule.full_at or 0) > (rule.none_at or 0)
        words = (
            _("%(none)s and less gives 0, %(full)s and more all, in proportion between")
            if up
            else _("%(none)s and more gives 0, %(full)s and less all, in proportion between")
        )
        return words % {"none": text_of(rule.none_at), "full": text_of(rule.full_at)}
    if rule.kind == "steps":
        words = _("from %(bound)s on %(points)s") if rule.better == "up" else _(
            "up to %(bound)s %(points)s")  # fmt: skip
        return "；".join(str(words) % {"bound": text_of(a), "points": text_of(b)}
                        for a, b in rule.steps)  # fmt: skip
    if rule.kind == "rank":
        return _("by rank in the group, the last gets %(least)s") % {"least": text_of(rule.least)}
    if rule.kind == "deduct":
        words = _("each costs %(each)s, not below %(least)s")
        if rule.free > Fraction(0):
            words = _("each above %(free)s costs %(each)s, not below %(least)s")
        return words % {"each": text_of(rule.each or Fraction(0)), "free": text_of(rule.free),
                        "least": text_of(rule.least)}  # fmt: skip
    return _("points given by a named unit")
