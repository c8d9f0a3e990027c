"""Forms of lines and tasks. A form only reads; commands say what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.campaigns.below.commands import Share
from anlan.domain.campaigns.carrying.forms import NAMES, day, line
from anlan.domain.campaigns.commands.terms import (
    NewLine,
    NewLineUnit,
    NewTarget,
)
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    Line,
    LineUnit,
    Stage,
    Target,
    Task,
)
from anlan.domain.campaigns.queries import number
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.fields import UnitField as UnitField
from anlan.kernel.accounts.fields import chosen_by as chosen_by
from anlan.kernel.loop.forms import Nothing, Opinion, Reason, StepForm
from anlan.ui.forms import Form, text_area

__all__ = ["Nothing", "Opinion", "Reason", "StepForm", "chosen_by"]
TARGET_ROWS = 3


_KINDS = (("", "—"), ("number", _("a number")), ("change", _("a change against a base")),
          ("trend", _("keeps falling")), ("curb", _("firmly curbed")))  # fmt: skip
_COMPARATORS = (("", "—"), (">=", "≥"), ("<=", "≤"), ("=", "="))


class LineForm(Form):
    """One line of a draft. Empty rows of targets are left out."""

    request_id = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=Line.Kind.choices)
    no = line(_("No."), False, NAME_CHARS_MAX)
    title = line(_("What is to be done, in short"), False)
    text = text_area(_("As the plan says it"), rows=4)
    section = line(_("Section"), False)
    leads = line(_("Lead unit"), False, 1000, _("As the paper names it; several with “、”."))
    supports = line(_("Supporting units"), False, 2000, _("Several with “、”."))
    starts_on, due_on = day(_("From"), False), day(_("Until"), False)
    due_text = line(_("As the paper says the day"), False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"), required=False, widget=forms.SelectMultiple({"size": 4})
    )
    basis = text_area(_("Papers it rests on"), required=False, rows=2)
    evidence = text_area(_("What is wanted as proof"), required=False, rows=2)
    days_kept = forms.BooleanField(
        label=_("These days stay though they lie outside the stage"), required=False
    )

    def __init__(self, *args: Any, stages: Sequence[Stage] = (), targets: Sequence[Target] = (),
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.old = list(targets)
        self.target_rows = len(self.old) + TARGET_ROWS
        stage: Any = self.fields["stage"]
        stage.choices = [("", "—"), *((str(one.pk), one.name) for one in stages)]
        some: Any = self.fields["sectors"]
        some.choices = list(sectors.names().items())
        for n in range(self.target_rows):
            kind = self.old[n].kind if n < len(self.old) else ""
            extra = [] if kind in dict(_KINDS) else [(kind, kind)]
            self.fields[f"tkind_{n}"] = forms.ChoiceField(
                label=_("Target"), choices=[*_KINDS, *extra], required=False
            )
            self.fields[f"object_{n}"] = line(_("of what"), False)
            self.fields[f"comparator_{n}"] = forms.ChoiceField(
                label=_("at least, at most"), choices=_COMPARATORS, required=False
            )
            self.fields[f"value_{n}"] = forms.DecimalField(
                label=_("Number"), required=False, max_digits=16, decimal_places=4
            )
            self.fields[f"unit_{n}"] = line(_("Unit of measure"), False, 20)

    @property
    def targets(self) -> list[list[Any]]:
        names = ("tkind", "object", "comparator", "value", "unit")
        return [[self[f"{name}_{n}"] for name in names] for n in range(self.target_rows)]

    @staticmethod
    def of(line: Line, units: Iterable[LineUnit], targets: Iterable[Target]) -> dict[str, Any]:
        named = list(units)
        names = ("kind", "no", "title", "text", "section", "starts_on", "due_on", "due_text",
                 "basis", "evidence")  # fmt: skip
        found: dict[str, Any] = {name: getattr(line, name) for name in names}
        found["stage"] = line.stage_id or ""
        found["sectors"] = [code for code in line.sectors.split(",") if code]
        for field, role in (("leads", "lead"), ("supports", "support")):
            found[field] = "、".join(one.name for one in named if one.role == role)
        for n, one in enumerate(targets):
            found |= {f"tkind_{n}": one.kind, f"object_{n}": one.object, f"unit_{n}": one.unit,
                      f"comparator_{n}": one.comparator,
                      f"value_{n}": number(one.value, one.digits)}  # fmt: skip
        return found

    def new(self, line: Line | None = None, units: Iterable[LineUnit] = ()) -> NewLine:
        data = self.cleaned_data
        chosen = {one.name: one.unit_id for one in units}
        named = tuple(
            NewLineUnit(name, role, chosen.get(name))
            for field, role in (("leads", "lead"), ("supports", "support"))
            for name in map(str.strip, NAMES.split(data[field]))
            if name
        )
        same = line is not None and line.text == data["text"].replace("\r\n", "\n")
        names = ("kind", "no", "title", "text", "section", "starts_on", "due_on", "due_text",
                 "basis", "evidence")  # fmt: skip
        return NewLine(
            **{name: data[name] for name in names}, sectors=tuple(data["sectors"]),
            stage=int(data["stage"]) if data["stage"] else None, units=named,
            targets=tuple(self._targets()), elements=line.elements if line else {},
            start=line.start if line and same else None, end=line.end if line and same else None,
        )  # fmt: skip

    def _targets(self) -> Iterable[NewTarget]:
        for n in range(self.target_rows):
            data = {name: self.cleaned_data[f"{name}_{n}"]
                    for name in ("tkind", "object", "comparator", "value", "unit")}  # fmt: skip
            if not data["tkind"] and data["value"] is None:
                continue
            kind = data["tkind"] or "number"
            fields = {"kind": kind, "value": data["value"], "unit": data["unit"],
                      "comparator": data["comparator"], "object": data["object"]}  # fmt: skip
            yield NewTarget(**fields, **self._kept(n, data["value"]))

    def _kept(self, n: int, value: Decimal | None) -> dict[str, Any]:
        """What the form doesn't show of a target whose number was left as it stood."""
        if n >= len(self.old) or number(self.old[n].value, self.old[n].digits) != value:
            return {}
        names = ("baseline", "direction", "per", "text", "start", "end", "counted",
                 "counted_where")  # fmt: skip
        return {name: getattr(self.old[n], name) for name in names}


class QuotaForm(Form):
    """The shares of the units below in one target; an empty field leaves what stands."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)

    def __init__(self, *args: Any, tasks: Sequence[Task], target: Target, **more: Any) -> None:
        super().__init__(*args, **more)
        self.target, self.tasks = target, list(tasks)
        have = dict(target.quotas.values_list("task", "value"))
        for task in self.tasks:
            self.fields[f"share_{task.pk}"] = forms.DecimalField(
                label=task.plan.unit.name, required=False, min_value=0, max_digits=14,
                decimal_places=target.digits, initial=number(have.get(task.pk), target.digits),
            )  # fmt: skip

    @property
    def rows(self) -> list[Any]:
        return [self[f"share_{task.pk}"] for task in self.tasks]

    @property
    def shares(self) -> list[Share]:
        found = [(task.pk, self.cleaned_data[f"share_{task.pk}"]) for task in self.tasks]
        return [
            Share(pk, self.target.pk, int(value * 10**self.target.digits))
            for pk, value in found
            if value is not None
        ]


# --- steps of a task -----------------------------------------------------------------------


class Assign(StepForm):
    unit = UnitField(label=_("Unit that does it"), widget=forms.HiddenInput)
    due_on = day(_("To be finished by"), False, _("Left empty, the plan's own day holds."))
    reason = text_area(_("Requirements"), required=False)


class HandOver(StepForm):
    unit = UnitField(label=_("Unit that does it from now on"), widget=forms.HiddenInput)
    reason = text_area(_("Reason"))


class Person(StepForm):
    person = line(_("Who answers for it"), True, NAME_CHARS_MAX)
    starts_on = day(_("Worked on from"), False)


class Proved(StepForm):
    """A step that may bring files; where proof is wanted, it asks why there is none."""

    def __init__(self, *args: Any, asks_why: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if asks_why:
            self.fields["no_evidence"] = text_area(
                _("Why there is no proof"), required=False, rows=2,
                help_text=_("Only where you attach nothing."),
            )  # fmt: skip


class Progress(Proved):
    progress = forms.IntegerField(label=_("How far, in per cent"), min_value=0, max_value=100)
    text = text_area(_("What was done since the last report"), rows=4)

    def __init__(
        self, *args: Any, targets: Sequence[tuple[int, str]] = (), counted: bool = False,
        steps: Sequence[tuple[int, str]] = (), **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        if counted:
            del self.fields["progress"]
        if steps:
            self.fields["milestones"] = forms.MultipleChoiceField(
                label=_("Milestones reached by now"), required=False,
                choices=[(str(pk), name) for pk, name in steps],
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        self.asked = [pk for pk, _label in targets]
        for pk, label in targets:
            self.fields[f"reached_{pk}"] = forms.DecimalField(
                label=label, required=False, max_digits=16, decimal_places=4,
                help_text=_("Reached so far. It stands as your unit's declaration."),
            )  # fmt: skip

    @property
    def reached(self) -> dict[int, Decimal]:
        found = {pk: self.cleaned_data[f"reached_{pk}"] for pk in self.asked}
        return {pk: value for pk, value in found.items() if value is not None}


class Done(Proved):
    result = text_area(_("What was done, and what proves it"), rows=4)


class Extend(StepForm):
    until = day(_("Wished-for day"))
    reason = text_area(_("Reason"))


class Decide(StepForm):
    grant = forms.ChoiceField(
        label=_("Decision"), choices=(("1", _("grant")), ("0", _("refuse"))),
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = text_area(_("Opinion"), required=False)
