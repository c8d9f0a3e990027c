"""Forms of problem lists. A form only reads; what may be done is the command's to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.lists.models import (
    ORIGIN_CHARS_MAX,
    TITLE_CHARS_MAX,
    Closure,
    ItemCheck,
    ListKind,
    Origin,
)
from anlan.domain.lists.rules import (
    FORMS,
    NAME_CHARS_MAX,
    NEEDS,
    OPTIONAL,
    STEP_NAMES,
    KindRules,
)
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import AreaField
from anlan.kernel.accounts.fields import UnitField as UnitField
from anlan.kernel.accounts.fields import chosen_by as chosen_by
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop.forms import Nothing, Opinion, Reason, StepForm
from anlan.kernel.regions.models import Level
from anlan.ui.forms import DayInput, Form, text_area

__all__ = ["Nothing", "Opinion", "Reason", "StepForm"]
DAYS_MAX = 250


def _line(label: Any, required: bool = True, chars: int = NAME_CHARS_MAX, hint: Any = "") -> Any:
    return forms.CharField(label=label, required=required, max_length=chars, help_text=hint)


class Assign(StepForm):
    rectifier = UnitField(label=_("Rectifying unit"), widget=forms.HiddenInput)
    supervisor = UnitField(label=_("Supervising unit"), widget=forms.HiddenInput, required=False)
    due_on = forms.DateField(
        label=_("Deadline"), required=False, widget=DayInput,
        help_text=_("Left empty, it is counted by the list's own rule."),
    )  # fmt: skip
    closure = forms.ChoiceField(
        label=_("Closure measure (关停并转)"), required=False, choices=[("", "—"), *Closure.choices]
    )
    reason = text_area(_("Requirements"), required=False)

    def __init__(self, *args: Any, rules: KindRules | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rules is None or not rules.tracked:
            del self.fields["closure"]


class Track(StepForm):
    outcome = forms.ChoiceField(
        label=_("What the check found"), choices=ItemCheck.Outcome.choices, widget=forms.RadioSelect
    )
    on = forms.DateField(label=_("Looked at on"), widget=DayInput)
    closure = forms.ChoiceField(
        label=_("Closure measure (关停并转)"), required=False, choices=[("", "—"), *Closure.choices]
    )
    found = text_area(_("Where you looked, and what you found there"))
    next_on = forms.DateField(
        label=_("Look again on"), required=False, widget=DayInput,
        help_text=_("Left empty: as the list says; once it is carried out, not again."),
    )  # fmt: skip


class Rectify(StepForm):
    result = text_area(_("What was done, and who answered for it"), rows=4)
    cause = text_area(_("Cause"), required=False)


class Ask(StepForm):
    units = forms.MultipleChoiceField(
        label=_("Who looks for the same"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = UnitField(label=_("Another unit"), widget=forms.HiddenInput, required=False)
    wanted = text_area(_("What they should look for"))
    due_on = forms.DateField(label=_("Answer until"), required=False, widget=DayInput)

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["units"]
        field.choices = [(str(pk), name) for pk, name in choices]

    @property
    def chosen(self) -> list[int]:
        other = self.cleaned_data["other"]
        picked = {int(pk) for pk in self.cleaned_data["units"]} | ({other.pk} if other else set())
        return sorted(picked)


class Answer(StepForm):
    found = forms.IntegerField(label=_("How many of the same were found"), min_value=0)
    answer = text_area(_("Where you looked, and what you did about it"))


class Apply(StepForm):
    source_treated = text_area(_("What was done at the source"))
    mechanism = text_area(_("Which mechanism came of it"), required=False)
    mechanism_ref = _line(
        _("Where it can be read"), False, 300, _("The document's number, or its address.")
    )


class Evaluate(StepForm):
    side = forms.ChoiceField(label=_("Side"))
    score = forms.DecimalField(
        label=_("Score"), required=False, min_value=0, max_digits=6, decimal_places=2
    )
    verdict = forms.ChoiceField(label=_("Verdict"), required=False)
    comment = text_area(_("Comment"), required=False)

    def __init__(self, *args: Any, rules: KindRules | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert rules is not None
        side: Any = self.fields["side"]
        verdict: Any = self.fields["verdict"]
        side.choices = [(each, each) for each in rules.sides]
        verdict.choices = [("", "—"), *((each, each) for each in rules.verdicts)]
        self.fields["score"].help_text = str(_("From 0 to %(max)d.")) % {"max": rules.score_max}
        del self.fields["verdict" if rules.by_score else "score"]


class Analyse(StepForm):
    analysis = text_area(_("What the analysis found"), rows=5)


class Three(StepForm):
    problem_solved = text_area(_("One problem solved (整改一个问题)"), required=False)
    mechanism = text_area(_("One mechanism fixed (固化一项机制)"), required=False)
    mechanism_ref = _line(
        _("Where it can be read"), False, 300, _("The document's number, or its address.")
    )
    field_treated = text_area(_("One field treated (治理一片领域)"), required=False)


class Promote(StepForm):
    kind = forms.ChoiceField(label=_("Which list"))
    reason = text_area(_("What makes it typical"))
    topic = forms.ChoiceField(label=_("Focus topic"), required=False)
    cause = text_area(_("Cause"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[ListKind] = (), topics: Sequence[str] = (),
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        topic: Any = self.fields["topic"]
        kind.choices = [(str(one.pk), one.title) for one in kinds]
        topic.choices = [("", "—"), *((each, each) for each in topics)]


class Decide(StepForm):
    answer = text_area(_("Opinion"), required=False)


class Enter(Promote):
    """A problem that is entered without a hazard before it."""

    pk = forms.UUIDField(widget=forms.HiddenInput)
    reason = None  # type: ignore[assignment]
    title = _line(_("Title"), True, TITLE_CHARS_MAX)
    description = text_area(_("What the problem is"), rows=4)
    origin = forms.ChoiceField(
        label=_("Where it came from"),
        choices=[pair for pair in Origin.choices if pair[0] != Origin.HAZARD],
    )
    origin_text = _line(
        _("Which inspection, accident or report"),
        True,
        ORIGIN_CHARS_MAX,
        _("Its number, or its title and day."),
    )
    area = AreaField(label=_("Area"), widget=forms.HiddenInput)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    enterprise_name = _line(_("Enterprise"), False, 200, _("The full name, where there is one."))
    found_on = forms.DateField(label=_("Day found"), widget=DayInput)

    field_order = ("kind", "title", "description", "origin", "origin_text", "area", "sector",
                   "enterprise_name", "found_on", "topic", "cause")  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sector: Any = self.fields["sector"]
        sector.choices = [("", "—"), *sectors.names().items()]


# --- kinds ---------------------------------------------------------------------------------

_UNITS = (("calendar_days", _("calendar days")), ("working_days", _("working days")))
_LEVELS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


def lines(text: str) -> list[str]:
    return [line.strip()[:NAME_CHARS_MAX] for line in text.splitlines() if line.strip()]


class KindForm(Form):
    """What a kind of list is and asks, on one page."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = _line(_("Name of the list"))
    group = _line(
        _("Group it belongs to"), False, hint=_("For example the seven lists that go together.")
    )
    authority = _line(_("On whose authority"), False, 200)
    needs = forms.MultipleChoiceField(
        label=_("What an item must state"), required=False, choices=list(NEEDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    topics = text_area(_("Focus topics, one a line"), required=False)
    approvers = forms.MultipleChoiceField(
        label=_("Who decides on promotions"),
        choices=[(Role.LEADER.value, Role.LEADER.label), (Role.OFFICE.value, Role.OFFICE.label)],
        widget=forms.CheckboxSelectMultiple,
    )
    approve_level = forms.ChoiceField(
        label=_("From which level up"), required=False,
        choices=[("", _("any level")), *((str(int(each)), each.label) for each in _LEVELS)],
    )  # fmt: skip
    form = forms.ChoiceField(
        label=_("Each side gives"), choices=list(FORMS.items()), widget=forms.RadioSelect
    )
    score_max = forms.IntegerField(
        label=_("Highest score"), required=False, min_value=1, max_value=1000
    )
    sides = text_area(
        _("Sides that evaluate, one a line"), required=False,
        help_text=_("No document names them, so they are yours to set."),
    )  # fmt: skip
    verdicts = text_area(_("Verdicts to choose from, one a line"), required=False)
    tracked = forms.BooleanField(
        label=_("Watch list: nothing leaves it before a check found that it was carried out"),
        required=False,
    )
    check_days = forms.IntegerField(
        label=_("Days from one check to the next"), required=False, min_value=1, max_value=DAYS_MAX
    )
    no_three = forms.BooleanField(label=_("It closes without the three results"), required=False)
    reason = _line(_("Why it is changed"), False, 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step, name in STEP_NAMES.items():
            self.fields[f"name_{step}"] = forms.CharField(
                label=_("Step %(n)s is called") % {"n": self._place(step)}, initial=name,
                max_length=NAME_CHARS_MAX,
            )  # fmt: skip
            if step in OPTIONAL:
                self.fields[f"applies_{step}"] = forms.BooleanField(
                    label=_("applies"), required=False
                )
            if step != "find":
                self.fields[f"n_{step}"] = forms.IntegerField(
                    label=_("Time for it"), required=False, min_value=1, max_value=DAYS_MAX
                )
                self.fields[f"unit_{step}"] = forms.ChoiceField(
                    label=_("counted in"), choices=_UNITS
                )

    @staticmethod
    def _place(step: str) -> int:
        return list(STEP_NAMES).index(step) + 1

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The fields of each step, as the page sets them in rows."""
        names = ("name", "applies", "n", "unit")
        return [
            {each: self[f"{each}_{step}"] for each in names if f"{each}_{step}" in self.fields}
            for step in STEP_NAMES
        ]

    @classmethod
    def of(cls, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """The form's initial values for a version's data."""
        rules = KindRules(data)
        found: dict[str, Any] = {
            "version": version, "name": rules.name, "group": data.get("group", ""),
            "authority": rules.authority, "needs": rules.needs,
            "topics": "\n".join(rules.topics), "approvers": rules.approvers,
            "approve_level": str(rules.approve_level or ""), "form": data.get("form", "score"),
            "score_max": rules.score_max, "sides": "\n".join(rules.sides),
            "verdicts": "\n".join(rules.verdicts), "tracked": rules.tracked,
            "check_days": rules.check_days, "no_three": not rules.three,
        }  # fmt: skip
        for step in STEP_NAMES:
            stated = data.get("steps", {}).get(step, {})
            found[f"name_{step}"] = rules.step_name(step)
            found[f"applies_{step}"] = rules.applies(step)
            found[f"n_{step}"] = stated.get("n")
            found[f"unit_{step}"] = stated.get("unit", "calendar_days")
        return found

    @property
    def data_entered(self) -> dict[str, Any]:
        entered = self.cleaned_data
        steps = {
            step: {
                "name": entered[f"name_{step}"],
                "applies": bool(entered.get(f"applies_{step}", True)),
                "n": entered.get(f"n_{step}"),
                "unit": entered.get(f"unit_{step}") or "calendar_days",
            }
            for step in STEP_NAMES
        }
        return {
            "name": entered["name"].strip(), "group": entered["group"].strip(),
            "authority": entered["authority"].strip(), "needs": entered["needs"],
            "topics": lines(entered["topics"]), "approvers": entered["approvers"],
            "approve_level": int(entered["approve_level"]) if entered["approve_level"] else None,
            "form": entered["form"], "score_max": entered["score_max"] or None,
            "sides": lines(entered["sides"]), "verdicts": lines(entered["verdicts"]),
            "steps": steps, "tracked": entered["tracked"], "three": not entered["no_three"],
            "check_days": entered["check_days"],
        }  # fmt: skip
