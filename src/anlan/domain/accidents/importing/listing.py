"""A list that a hospital, a fire brigade or the press hands over, read into what each row tells.

Its columns are guessed as those of a register are. Nothing is entered here: the page shows what
would be, with the reason for each guess, and a person says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.base.paths import below
from anlan.domain.accidents import noting
from anlan.domain.accidents.commands import WORDS_MAX, NewWord, lacks
from anlan.domain.accidents.commands.words import check_word, key_of
from anlan.domain.accidents.importing import cells, guessing, lines
from anlan.domain.accidents.importing.lines import Line
from anlan.domain.accidents.importing.plan import FIELDS, Plan
from anlan.domain.accidents.importing.preparing import proposed
from anlan.domain.accidents.importing.turning import areas_named
from anlan.domain.accidents.refusals import AccidentIncomplete, TooManyAccidents
from anlan.kernel.regions.models import Level, Region

#: What each column is taken for here; others say nothing that is compared.
TAKEN = ("happened_at", "time", "area", "place", "enterprise", "title", "text", "key", "deaths",
         "serious", "light", "outcome")  # fmt: skip
#: Words of a column that says what became of a person.
_DIED, _HURT = ("死", "遇难", "dead", "died", "death", "fatal"), ("伤", "injur", "hurt", "burn")


@dataclass
class Listed:
    """What a list tells, row by row, and how it was understood."""

    words: list[NewWord] = field(default_factory=list)
    #: Row and column as a sheet names them, and what to mend.
    wrong: list[tuple[int, str, str]] = field(default_factory=list)
    #: Row, the row before it that says the same, and whether a number of their own says so too.
    same: list[tuple[int, int, bool]] = field(default_factory=list)
    #: Heading, what it is taken for, and why.
    why: list[tuple[str, str, str]] = field(default_factory=list)


def read(path: Path, name: str, *, source: str, area: Region, by: Actor, at: datetime) -> Listed:
    """Raises a Refusal that says why the file can't be read."""
    plan, _source = proposed(path, name, "", None, {})
    told = plan.columns.get("text") or plan.columns.get("title")
    if not plan.columns.get("happened_at") or not told:
        raise lacks("file", _("No column looks like a day, or none like an account: call them 日期 "
                              "and 情况, say, and send the list again."))  # fmt: skip
    if not plan.columns.get("title"):
        plan.columns["title"] = list(told)
    found = Listed(why=_why(plan))
    with lines.tables(path, name, plan) as tables:
        rows = []
        for line in lines.lines(tables, plan):
            rows.append(line)
            if len(rows) > WORDS_MAX:
                raise TooManyAccidents(max=WORDS_MAX)
    met: dict[str, int] = {}
    place = _Places(area, areas_named({line.text(plan, "area") for line in rows}))
    for line in rows:
        try:
            word = _word(line, plan, source, place)
            check_word(word, place.known, by, at)
        except AccidentIncomplete as refusal:
            column = " ".join(line.place(plan, _COLUMN_OF.get(str(refusal.data["field"]), "")))
            found.wrong.append((line.number, column.strip(), str(refusal)))
        else:
            found.words.append(word)
            first = met.setdefault(key_of(word), line.number)
            if first != line.number:
                found.same.append((line.number, first, bool(word.reference)))
    return found


#: Of a refusal's field, the field of the plan whose column has to be mended.
_COLUMN_OF = {"day": "happened_at", "happened_at": "happened_at", "time": "time", "area": "area",
              "deaths": "deaths", "serious": "serious", "light": "light", "text": "text",
              "reference": "key"}  # fmt: skip


class _Places:
    """Which area a row tells of: its own column, else a name in its words, else the list's."""

    def __init__(self, area: Region, named: Mapping[str, Region]) -> None:
        inside = Region.objects.filter(
            below(area.path), valid_to=None, level__lte=Level.TOWNSHIP
        ).only("name", "path", "valid_to")  # fmt: skip
        self.area, self.named = area, named
        self.inside = list(inside.order_by("-level", "code")[: noting.PLACES_MAX])
        self.known = {row.pk: row for row in (*self.inside, area, *named.values())}
        names = ((row.name, str(row.pk)) for row in self.inside if row.pk != area.pk)
        self.names = noting.Places(names)

    def of(self, said: str, words: str) -> int:
        if said and not cells.is_nothing(said):
            found = self.named.get(said)
            if found is None:
                raise lacks("area", _("No area has this name or code; write its code."))
            return found.pk
        pk, _name = self.names.named_in(words)
        return int(pk) if pk else self.area.pk


def _word(line: Line, plan: Plan, source: str, places: _Places) -> NewWord:
    moment = cells.moment(
        line.day(plan), plan.days or cells.MONTH_FIRST,
        at=line.value(plan, "time"),
    )  # fmt: skip
    told = [line.text(plan, "enterprise"), line.text(plan, "title"), line.text(plan, "text")]
    where = " ".join(dict.fromkeys(line.texts(plan, "place")))
    text = "，".join(dict.fromkeys(filter(None, (where, *told))))
    deaths, injured = _people(line, plan)
    return NewWord(
        source, timezone.localdate(moment), places.of(line.text(plan, "area"), text), text,
        line.text(plan, "key").removesuffix(".0"), deaths, injured,
    )  # fmt: skip


def _people(line: Line, plan: Plan) -> tuple[int, int]:
    """The dead and the injured that a row counts, or what became of the one whom it tells of."""
    dead, *hurt = (
        sum(cells.number(said, name) or 0 for said in line.texts(plan, name))
        for name in ("deaths", "serious", "light")
    )
    if dead or any(hurt):
        return dead, sum(hurt)
    became = line.text(plan, "outcome").casefold()
    if any(word in became for word in _DIED):
        return 1, 0
    return 0, int(any(word in became for word in _HURT))


def _why(plan: Plan) -> list[tuple[str, str, str]]:
    return [
        (heading, str(FIELDS[name]), guessing.reason(plan, heading, plan.why[heading][0])
         if heading in plan.why else "")
        for name in TAKEN for heading in plan.columns.get(name, ())
    ]  # fmt: skip
