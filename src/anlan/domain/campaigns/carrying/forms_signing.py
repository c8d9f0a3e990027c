"""Forms of duty letters and hearings. A form only reads; commands refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.domain.campaigns.carrying.commands import letter_targets
from anlan.domain.campaigns.carrying.commands.hearings import NewDecision, NewRule
from anlan.domain.campaigns.carrying.commands.letters import NewArticle, NewLetter, NewSignatory
from anlan.domain.campaigns.carrying.forms import Rows, Seen, day, line
from anlan.domain.campaigns.models import NAME_CHARS_MAX, Letter, Signatory
from anlan.kernel.loop.forms import Nothing, Reason, StepForm
from anlan.ui.forms import text_area

__all__ = ["Nothing", "Reason", "StepForm"]


# --- duty letters --------------------------------------------------------------------------


class LetterWords(Seen):
    """What a letter says, apart from who signs it."""

    title = line(_("Title"))
    starts_on, ends_on = day(_("In force from the day")), day(_("In force until"))
    due_on = day(_("To be signed by"))
    preamble = text_area(_("Before the articles"), required=False, rows=2)
    articles = text_area(
        _("Articles"), required=False, rows=8,
        help_text=_("One duty a line, without numbers: they are numbered in the document."),
    )  # fmt: skip
    targets = text_area(
        _("Targets undertaken"), required=False, rows=4,
        help_text=_(
            "One a line: figure, 不超过 or 不低于, number by mid-year (may be empty), number by "
            "the year’s end. A figure of ours is counted; another is declared. A line that begins "
            "with one of the sides is its own."
        ),
    )  # fmt: skip
    closing = text_area(_("After the articles"), required=False, rows=2)

    @property
    def figures(self) -> list[str]:
        """Figures of ours, as a line of targets names them."""
        return list(letter_targets.counted())

    def written(self, lines: Mapping[str, UUID | None]) -> tuple[NewArticle, ...]:
        """Its articles; one that says what a plan's line says stays tied to it."""
        texts = [text.strip() for text in self.cleaned_data["articles"].splitlines()]
        return tuple(NewArticle(text, lines.get(text)) for text in texts if text)

    def words(self) -> dict[str, Any]:
        names = ("title", "starts_on", "ends_on", "due_on", "preamble", "closing")
        return {name: self.cleaned_data[name] for name in names}


class NewLettersForm(LetterWords):
    unit = forms.ChoiceField(label=_("Drawn up by"))
    gives_unit = line(_("Side that sets the duties"), hint=_("Unit or government that signs."))
    gives_person = line(_("Who signs for it"), False, NAME_CHARS_MAX)
    gives_post = line(_("Job title"), False, NAME_CHARS_MAX)
    takers = text_area(
        _("Sides that undertake them"), rows=4,
        help_text=_("One a line: unit, person, job title. Each gets a letter of its own."),
    )  # fmt: skip
    lines = forms.MultipleChoiceField(
        label=_("Lines of the plan to take over as articles"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, units: Iterable[Any] = (), lines: Iterable[Any] = (),
                 **more: Any) -> None:  # fmt: skip
        super().__init__(*args, **more)
        fields: dict[str, Any] = self.fields
        fields["unit"].choices = [(str(unit.pk), unit.name) for unit in units]
        self.known = {str(one.pk): one for one in lines}
        fields["lines"].choices = [
            (pk, f"{one.no} {one.title}".strip()) for pk, one in self.known.items()
        ]

    def new(self, pk: UUID, campaign: UUID | None) -> NewLetter:
        data = self.cleaned_data
        chosen = [self.known[pk] for pk in data["lines"]]
        taken = tuple(NewArticle(" ".join(one.text.split()), one.pk) for one in chosen)
        side = NewSignatory("gives", data["gives_unit"], data["gives_person"], data["gives_post"])
        return NewLetter(
            unit=int(data["unit"]), campaign=campaign, pk=pk, signatories=(side,),
            articles=(*taken, *self.written({})), **self.words(),
            targets=letter_targets.read(
                data["targets"], [taker.unit_name for taker in self.all_takers]
            ),
        )  # fmt: skip

    @property
    def all_takers(self) -> list[NewSignatory]:
        found = []
        for row in self.cleaned_data["takers"].splitlines():
            parts = [part.strip() for part in re.split(r"[,，\t]", row)] + ["", ""]
            if parts[0]:
                found.append(NewSignatory("takes", parts[0], parts[1], parts[2]))
        return found


#: Of a row, apart from the side.
FIELDS = ("unit_name", "person", "post")


class LetterForm(LetterWords):
    """A draft of one letter, with a row for each who signs."""

    ROWS = 4

    def __init__(self, *args: Any, have: int = 0, **more: Any) -> None:
        super().__init__(*args, **more)
        self.count = max(self.ROWS, have + 1)
        for n in range(self.count):
            self.fields[f"side_{n}"] = forms.ChoiceField(
                label=_("Signing side"),
                choices=Signatory.Side.choices,
                initial="takes",
                required=False,
            )
            self.fields[f"unit_name_{n}"] = line(_("Unit"), False)
            self.fields[f"person_{n}"] = line(_("Who signs for it"), False, NAME_CHARS_MAX)
            self.fields[f"post_{n}"] = line(_("Job title"), False, NAME_CHARS_MAX)

    @property
    def signatories(self) -> list[list[Any]]:
        names = ("side", "unit_name", "person", "post")
        return [[self[f"{name}_{n}"] for name in names] for n in range(self.count)]

    @staticmethod
    def of(letter: Letter) -> dict[str, Any]:
        names = ("title", "starts_on", "ends_on", "preamble", "closing")
        found = {name: getattr(letter, name) for name in names}
        found |= {"due_on": letter.case.due_on, "seen": letter.case.version}
        articles = letter.articles.order_by("place").values_list("text", flat=True)
        found["articles"] = "\n".join(articles)
        found["targets"] = letter_targets.written(letter)
        rows = letter.signatories.order_by("place")
        fields = ("side", "unit_name", "person", "post")
        return found | Rows.initial_of({name: getattr(row, name) for name in fields}
                                       for row in rows)  # fmt: skip

    def new(self, letter: Letter) -> NewLetter:
        data = self.cleaned_data
        rows = tuple(
            NewSignatory(data[f"side_{n}"] or "takes", *(data[f"{name}_{n}"] for name in FIELDS))
            for n in range(self.count) if data[f"unit_name_{n}"]
        )  # fmt: skip
        tied = dict(letter.articles.exclude(line=None).values_list("text", "line"))
        return NewLetter(
            unit=letter.unit_id, campaign=letter.campaign_id, pk=letter.pk, signatories=rows,
            articles=self.written(tied), **self.words(),
            targets=letter_targets.read(data["targets"], letter=letter),
        )  # fmt: skip


class SignForm(StepForm):
    signatory = forms.ChoiceField(label=_("Signature of"))
    person = line(_("Who signed"), False, NAME_CHARS_MAX,
                  _("Left empty, who is named in the letter."))  # fmt: skip
    post = line(_("Job title"), False, NAME_CHARS_MAX)
    signed_on = day(_("Signed on"))

    def __init__(self, *args: Any, rows: Iterable[Signatory] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        fields: dict[str, Any] = self.fields
        fields["signatory"].choices = [
            (str(row.pk), " ".join(filter(None, (row.unit_name, row.post, row.person))))
            for row in rows
        ]


# --- hearings ------------------------------------------------------------------------------


class RuleForm(Seen):
    body = line(_("Body that hears of it"), True, NAME_CHARS_MAX,
                _("As your office calls it: 常务会议, 安委会全体会议 …"))  # fmt: skip
    months = forms.IntegerField(label=_("Every so many months"), min_value=1, max_value=60)
    first_on = day(_("First by the day"))
    basis = line(_("Paper that says so"), False)

    def new(self) -> NewRule:
        names = ("body", "months", "first_on", "basis")
        return NewRule(**{name: self.cleaned_data[name] for name in names})


class HearingForm(Seen):
    body = line(_("Body that hears of it"), True, NAME_CHARS_MAX)
    due_on = day(_("Day of the meeting"))


class Hold(StepForm):
    held_on = day(_("Held on"))
    meeting = line(_("Which meeting"), False, 200, _("As the minutes call it."))
    note = text_area(_("What was heard"), required=False, rows=3)


class PutOff(StepForm):
    due_on = day(_("New day"))
    reason = text_area(_("Reason"))


class DecisionsForm(Rows):
    KEY, SPARE = "text", 6

    def row(self, n: int) -> dict[str, forms.Field]:
        return {
            "text": forms.CharField(
                label=_("What was decided"), required=False, max_length=5_000,
                widget=forms.Textarea({"rows": 2}),
            ),
            "unit_name": line(_("Unit that does it"), False),
            "due_on": day(_("To be finished by"), False),
        }  # fmt: skip

    def new(self) -> list[NewDecision]:
        return [
            NewDecision(data["text"], data["unit_name"] or "", data["due_on"])
            for _n, data in self.filled
        ]
