"""Imports and their undoing, reforms of areas and units; and all acts with how often each comes."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from anlan.base.ids import uuid7
from anlan.domain.hazards import importing
from anlan.domain.hazards.models import Batch, Sighting
from anlan.domain.hazards.tests.stage import ROOT
from anlan.domain.office import units as office
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions import commands as regions
from anlan.kernel.regions.commands import NewArea
from anlan.kernel.regions.models import Change, Level, Region
from anlan.kernel.regions.queries import by_code
from tests.model.memory import DAY, RANK, Hazard
from tests.model.side_doors import SideDoors
from tests.model.world import CLAIMS, COUNTIES, FIRMS, HEADER, Act, Row

ACTS = {
    "find": 10, "assign": 10, "receive": 4, "rectify": 12, "complete": 3, "verify": 10, "reject": 5,
    "close": 12, "review": 6, "look_back": 4, "hand_over": 5, "void": 1, "merge": 2, "split": 2,
    "move": 6, "grade": 2, "suspend": 5, "ask_extension": 4, "decide_extension": 5,
    "urge": 4,
    "put_on_list": 4, "ask_delisting": 2, "delist": 3, "tick": 2, "take_in": 8, "undo": 3,
    "reform": 1, "merge_units": 1,
}  # fmt: skip


class Player(SideDoors):
    def act(self) -> Act | None:
        name = self.dice.choices(list(ACTS), list(ACTS.values()))[0]
        found: Act | None = getattr(self, name)()
        return found

    # --- imports

    def take_in(self) -> Act:
        """A workbook of new rows, of rows sent before, and of some that have moved on."""
        d = self.dice
        unit = d.choice(("city", "city", "bureau"))
        sent = [row for row in self.rows if d.random() < 0.5]
        for row in sent:
            if d.random() < 0.4:
                row.state = d.choice(tuple(CLAIMS))
                last = (self.today - row.day).days
                row.done = (
                    row.day + timedelta(d.randint(0, last)) if row.state != "整改中" else None
                )
        for _ in range(d.choice((0, 1, 1, 2, 4))):
            sent.append(self.new_row())
        # A row without a day is rejected; mended, it is sent again some other time.
        bad = d.random() < 0.3
        self.files += 1
        path = self.folder / f"{self.files}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(HEADER)
            for row in sent:
                out.writerow([row.day, row.county, row.text + "号楼", row.text, row.due or "",
                              row.done or "", row.state])  # fmt: skip
            if bad or not sent:
                out.writerow(["", "五华区", "某处", "没有日期的一行", "", "", "整改中"])
        owner = Unit.objects.get(pk=self.unit(unit))
        batch, _refused = importing.prepare([(path.name, path)], unit=owner, by=ROOT, at=self.at)
        number = self.files

        def apply(result: Batch) -> None:
            taken = result.created + result.updated + result.unchanged + result.duplicates
            assert (taken, result.rejected) == (len(sent), int(bad or not sent)), path.read_text()
            self.batches[number] = (batch.pk, sent)
            sightings = Sighting.objects.filter(batch=batch.pk).order_by("row")
            pks = list(sightings.values_list("case_id", flat=True))
            self.rows += [row for row in sent if row not in self.rows]
            for row, pk in zip(sent, pks, strict=True):
                self.told(row, pk, number)

        return Act("take_in", lambda _r: importing.run(batch.pk, by=ROOT), True, apply, True)

    def new_row(self) -> Row:
        d = self.dice
        day = self.today - timedelta(d.choice((0, 2, 9, 30)))
        state = d.choice(tuple(CLAIMS))
        done = day + timedelta(d.randint(0, (self.today - day).days)) if state != "整改中" else None
        due = day + timedelta(d.randint(0, 25)) if d.random() < 0.6 else None
        return Row(
            f"试验隐患{uuid7().int % 10**12}", d.choice(tuple(COUNTIES)), day, due, state, done
        )

    def told(self, row: Row, pk: UUID, number: int) -> None:
        claim, done = CLAIMS[row.state], row.done or row.day
        h = self.memory.hazards.get(row.pk) if row.pk else None
        if h is None or (h.gone and not h.touched):
            # New, or taken out by an undo and so new again.
            assert pk not in self.memory.hazards, "a row of something new became a known hazard"
            row.pk = pk
            h = Hazard(pk, by_code(COUNTIES[row.county]).pk, "", "", row.day, by_hand=False)
            h.told = [number]
            self.open(h, row.due)
            if claim:
                self.rectified(h, "", done)
            if claim == "closed":
                self.closed(h, done)
            return
        assert pk == row.pk, f"{row} became another hazard than {h}"
        h.told.append(number)
        claims = h.claims.setdefault(number, set())
        if h.back and done <= h.back:
            return
        if h.state in ("found", "assigned") and claim:
            self.rectified(h, "", done)
            claims.add("rectified")
        if h.state in ("rectified", "verified") and claim == "closed":
            self.closed(h, done)
            claims.add("closed")

    def closed(self, h: Hazard, day: date) -> None:
        h.state, h.closed = "closed", day
        h.count("closed", day)
        h.stand(day)

    def undo(self) -> Act | None:
        there = [n for n, found in self.batches.items() if found]
        if not there:
            return None
        number = self.dice.choice(there)
        batch, rows = self.batches[number]  # type: ignore[misc]

        def apply(result: Batch) -> None:
            kept = set()
            self.batches[number] = None
            hazards = {row.pk: self.memory.hazards[row.pk] for row in rows if row.pk}
            for h in hazards.values():
                if number in h.told:
                    h.told.remove(number)
                if h.state == "void":
                    continue
                if h.touched:
                    kept.add(str(h.pk))
                elif h.told or h.by_hand:
                    self.take_back(h, h.claims.get(number, set()))
                else:
                    h.vanish()
            assert set(result.kept) == kept

        return Act(
            "undo", lambda _r: importing.undo(batch, by=ROOT, at=self.at), True, apply, True, True
        )

    def take_back(self, h: Hazard, claims: set[str]) -> None:
        if "closed" in claims and h.state == "closed":
            day = h.closed
            assert day
            h.state, h.closed = "rectified", None
            h.uncount("closed")
            h.stand(day)
        if "rectified" in claims and h.state == "rectified":
            day = h.settled
            assert day
            h.state = "found"
            h.uncount("rectified")
            h.unsettle()
            h.stand(day)

    # --- reforms

    def reform(self) -> Act | None:
        """Two towns of one county become one."""
        by_county: dict[str, list[int]] = {}
        for town in self.towns:
            path = self.memory.paths[town]
            by_county.setdefault(path.rstrip("/").rpartition("/")[0], []).append(town)
        pairs = [towns[:2] for towns in by_county.values() if len(towns) > 1]
        if not pairs:
            return None
        old = self.dice.choice(pairs)

        def call(_request: UUID) -> Any:
            found = list(Region.objects.filter(pk__in=old).select_related("parent"))
            new = NewArea(f"合并镇{self.files}", found[0].parent, Level.TOWNSHIP)  # type: ignore[arg-type]
            return regions.reform(Change.MERGE, found, [new], day=self.today, by=ROOT, at=self.at)

        def apply(result: Any) -> None:
            [new] = result.new
            self.towns = [town for town in self.towns if town not in old] + [new.pk]
            self.memory.paths[new.pk] = new.path
            self.memory.became.update(dict.fromkeys(old, new.pk))

        return Act("reform", call, True, apply, once=True)

    def merge_units(self) -> Act | None:
        alive = self.alive()
        if len(alive) < 2:
            return None
        old, into = self.dice.sample(alive, 2)

        def apply(_result: Any) -> None:
            for h in self.memory.living(*RANK):
                if h.rectifier == self.unit(old) and h.open:
                    h.rectifier, h.received, h.touched = self.unit(into), False, True
            for firm in FIRMS:
                if self.homes[firm] == old:
                    self.homes[firm] = into
            # People are at their new unit from tomorrow on.
            self.at += DAY

        return Act(
            "merge_units",
            lambda r: office.merge_units(
                [self.unit(old)], into=self.unit(into), by=ROOT, at=self.at, request_id=r,
                reason="机构改革",
            ),
            True,
            apply,
        )  # fmt: skip
