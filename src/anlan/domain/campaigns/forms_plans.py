"""Forms of campaigns, their stages and plans. A form only reads; commands say what may be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.commands.terms_wanted import NewExpected, NewGoal
from anlan.domain.campaigns.carrying.forms import Seen, day, line
from anlan.domain.campaigns.commands.stages import STAGES_MAX
from anlan.domain.campaigns.commands.terms import NewCampaign, NewPlan, NewStage
from anlan.domain.campaigns.models import (
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    Campaign,
    Plan,
    Stage,
)
from anlan.domain.campaigns.templates import Preset
from anlan.kernel.accounts import sectors
from anlan.kernel.accounts.models import Unit
from anlan.ui.forms import text_area

#: Rows of stages that a form has at least, and empty ones behind those that are there.
STAGE_ROWS, STAGE_ROWS_FREE = 6, 2
STAGE_FIELDS = ("stage", "from", "to", "outputs")


def _units(field: Any, units: Iterable[Unit]) -> None:
    field.choices = [(str(unit.pk), unit.name) for unit in units]


class StagesForm(Seen):
    """Stages in rows: as many as there are, and some to be filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = self.data if self.is_bound else self.initial
        have = sum(f"stage_{n}" in given for n in range(STAGES_MAX))
        free = 0 if self.is_bound else STAGE_ROWS_FREE
        self.stage_rows = min(max(STAGE_ROWS, have + free), STAGES_MAX)
        for n in range(self.stage_rows):
            self.fields[f"stage_{n}"] = line(_("Stage"), False, NAME_CHARS_MAX)
            self.fields[f"from_{n}"] = day(_("from"), False)
            self.fields[f"to_{n}"] = day(_("to"), False)
            self.fields[f"outputs_{n}"] = line(_("What must be there at its end"), False, 300)

    @property
    def stages(self) -> list[list[Any]]:
        return [[self[f"{name}_{n}"] for name in STAGE_FIELDS] for n in range(self.stage_rows)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n in range(self.stage_rows):
            named, first, last, outputs = (data.get(f"{name}_{n}") for name in STAGE_FIELDS)
            if named and not (first and last):
                self.add_error(f"from_{n}", _("Give the stage its first and its last day."))
            if not named and (first or last or outputs) and f"stage_{n}" not in self.errors:
                self.add_error(f"stage_{n}", _("Give each stage a name."))
        return data

    @staticmethod
    def of_stages(stages: Iterable[Any]) -> dict[str, Any]:
        """What the rows begin with; ``stages`` are rows or those of a template."""
        found: dict[str, Any] = {}
        for n, one in enumerate(stages):
            row = (one.name, one.starts_on, one.ends_on, one.outputs)
            for name, value in zip(STAGE_FIELDS, row, strict=True):
                found[f"{name}_{n}"] = value
        return found

    def new_stages(self) -> tuple[NewStage, ...]:
        data = self.cleaned_data
        return tuple(
            NewStage(data[f"stage_{n}"], data[f"from_{n}"], data[f"to_{n}"], data[f"outputs_{n}"])
            for n in range(self.stage_rows)
            if data[f"stage_{n}"]
        )


class CampaignForm(StagesForm):
    unit = forms.ChoiceField(label=_("Kept by"))
    title = line(_("Title"))
    code = line(
        _("Plans it declares"), False, 20,
        _("How many of each kind: master plan, topics, sectors, like 1+2+10."),
    )  # fmt: skip
    starts_on, ends_on = day(_("First day")), day(_("Last day"))
    base_year = forms.IntegerField(
        label=_("Measured against the year"), required=False, min_value=1990, max_value=2100
    )
    basis = text_area(_("Papers it rests on"), required=False, rows=2)

    def __init__(self, *args: Any, units: Sequence[Unit] = (), template: Preset | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.template = template
        _units(self.fields["unit"], units)
        for name, label, rows in self._brought():
            self.fields[name] = forms.MultipleChoiceField(
                label=label, required=False, choices=rows, widget=forms.CheckboxSelectMultiple,
                initial=[code for code, _label in rows],
            )  # fmt: skip

    def _brought(self) -> Iterable[tuple[str, Any, list[tuple[str, str]]]]:
        """What the template brings along, each to be left out."""
        if self.template is None:
            return
        plans = [
            (str(n), f"{Plan.Kind(row.kind).label}：{row.name}")
            for n, row in enumerate(self.template.plans)
        ]
        yield "expected", _("Plans it is to have"), plans
        if goals := [(str(n), row.text) for n, row in enumerate(self.template.goals)]:
            yield "goals", _("Goals"), goals

    @staticmethod
    def of(
        campaign: Campaign | None, stages: Iterable[Stage], template: Preset | None
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if campaign is not None:
            names = ("title", "code", "starts_on", "ends_on", "base_year", "basis")
            found |= {name: getattr(campaign, name) for name in names}
            found |= {"unit": campaign.unit_id, "seen": campaign.version}
            found |= StagesForm.of_stages(stages)
        elif template is not None:
            brought = ("title", "starts_on", "ends_on", "base_year", "basis")
            found |= {name: getattr(template, name) for name in brought}
            found["code"] = template.declared
            found |= StagesForm.of_stages(template.stages)
        return found

    def new(self, pk: UUID) -> NewCampaign:
        data = self.cleaned_data
        return NewCampaign(
            unit=int(data["unit"]), title=data["title"], starts_on=data["starts_on"],
            ends_on=data["ends_on"], pk=pk, code=data["code"], base_year=data["base_year"],
            basis=data["basis"], stages=self.new_stages(), **self._chosen(),
        )  # fmt: skip

    def _chosen(self) -> dict[str, Any]:
        if self.template is None:
            return {}
        data = self.cleaned_data
        plans = [self.template.plans[int(n)] for n in data.get("expected", ())]
        goals = [self.template.goals[int(n)] for n in data.get("goals", ())]
        expected = tuple(NewExpected(row.kind, row.name, row.source) for row in plans)
        return {
            "expected": expected,
            "goals": tuple(
                NewGoal(row.text, row.kind, due_on=row.due_on, source=row.source) for row in goals
            ),
        }


class PlanForm(Seen):
    unit = forms.ChoiceField(label=_("Whose plan"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Plan.Kind.choices)
    title = line(_("Title"))
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    number = line(_("Number of the paper"), False, NUMBER_CHARS_MAX)
    issuer = line(_("Issued by"), False)
    issued_on = day(_("Issued on"), False)
    starts_on, ends_on = day(_("First day")), day(_("Last day"))
    days_kept = forms.BooleanField(
        label=_("These days stay though they lie outside the campaign’s"), required=False
    )

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _units(self.fields["unit"], units)
        sector: Any = self.fields["sector"]
        sector.choices = [("", "—"), *sectors.names().items()]

    def new(self, pk: UUID, campaign: UUID) -> NewPlan:
        names = ("kind", "title", "number", "issuer", "issued_on", "starts_on", "ends_on")
        data = self.cleaned_data
        return NewPlan(
            campaign=campaign, unit=int(data["unit"]), pk=pk, sector=data["sector"] or None,
            **{name: data[name] for name in names},
        )  # fmt: skip
