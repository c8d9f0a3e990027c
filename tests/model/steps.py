"""The way round: found, assigned, rectified, verified, closed, and back again.

Each act says what it calls, whether the model lets it happen, and what it changes in the model.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from anlan.base.ids import uuid7
from anlan.domain.hazards import commands
from anlan.domain.hazards.commands import Finding
from tests.model.memory import OPEN, Hazard, days
from tests.model.world import FIRMS, JUDGES, Act, World


class Steps(World):
    # --- finding

    def find(self) -> Act:
        d, who, pk = self.dice, self.dice.choice(JUDGES), uuid7()
        grade = "major" if d.random() < 0.25 else "ordinary"
        h = Hazard(pk, d.choice(self.towns), d.choice(("", "hazchem", "coal")), grade,
                   self.today - timedelta(d.choice((0, 0, 3, 40))))  # fmt: skip
        h.five = d.random() < 0.6
        due = h.opened + timedelta(d.randint(0, 50)) if d.random() < 0.3 else None
        fixed = "已清理" if grade == "ordinary" and d.random() < 0.15 else ""
        five = {"measure": "更换", "responsible_person": "张三", "funds": 5, "contingency": "停用"}
        finding = Finding(
            pk, f"隐患{pk}", h.area, self.unit(who if who == "bureau" else "city"), h.opened,
            sector=h.sector or None, grade=grade, due_on=due, fixed=fixed,
            fields=five if h.five else {},
        )  # fmt: skip

        def apply(_result: Any) -> None:
            self.open(h, due)
            if fixed:
                self.rectified(h, who, self.today)

        return Act("find", lambda r: commands.find([finding], **self.given(who, r)), True, apply)

    def open(self, h: Hazard, due: date | None) -> None:
        self.memory.hazards[h.pk] = h
        h.count("found", h.opened)
        h.give_due(due, h.opened)
        h.stand(h.opened)

    def rectified(self, h: Hazard, who: str, day: date) -> None:
        h.state = "rectified"
        if who:
            h.workers.add(who)
        h.count("rectified", day)
        h.settle(day)
        h.stand(day)

    # --- steps

    def assign(self) -> Act | None:
        h, who = self.hazard("found"), self.dice.choice(JUDGES)
        if h is None:
            return None
        to = self.dice.choice([*self.alive(), *self.alive(), "bureau"])
        stated = (
            self.today + timedelta(self.dice.randint(0, 30)) if self.dice.random() < 0.4 else None
        )

        def apply(_result: Any) -> None:
            h.state, h.rectifier, h.received, h.touched = "assigned", self.unit(to), False, True
            h.give_due(stated or h.due or self.today + timedelta(days(h)), self.today)
            self.assigned_by(h, who)
            h.count("assigned", self.today)
            h.stand(self.today)

        return Act(
            "assign",
            lambda r: commands.assign(
                [h.pk], rectifier=self.unit(to), due_on=stated, **self.given(who, r)
            ),
            h.state == "found",
            apply,
        )

    def assigned_by(self, h: Hazard, who: str) -> None:
        """Enterprises are no level of review."""
        unit = self.unit("bureau" if who == "bureau" else "city")
        if who not in FIRMS and unit not in h.assigners:
            h.assigners.append(unit)

    def hand_over(self) -> Act | None:
        h = self.hazard("assigned")
        if h is None:
            return None
        who = self.firm_of(h) if self.dice.random() < 0.3 else self.dice.choice(JUDGES)
        to = self.dice.choice([*self.alive(), "bureau"])
        may = who in JUDGES or self.holds(who, h)

        def apply(_result: Any) -> None:
            h.rectifier, h.received, h.touched = self.unit(to), False, True
            self.assigned_by(h, who)

        return Act(
            "hand_over",
            lambda r: commands.hand_over(
                h.pk, to_unit=self.unit(to), reason="不归我单位", **self.given(who, r)
            ),
            may and h.state == "assigned",
            apply,
        )

    def receive(self) -> Act | None:
        h = self.hazard("assigned")
        if h is None:
            return None
        who = self.firm_of(h)

        def apply(_result: Any) -> None:
            h.touched = h.touched or not h.received
            h.received = True

        return Act(
            "receive",
            lambda r: commands.receive([h.pk], **self.given(who, r)),
            self.holds(who, h) and (h.received or h.open),
            apply,
        )

    def rectify(self) -> Act | None:
        h = self.hazard("assigned")
        if h is None:
            return None
        who = self.firm_of(h)
        ready = h.state == "assigned" and (h.grade != "major" or h.five)

        def apply(_result: Any) -> None:
            h.touched = True
            self.rectified(h, who, self.today)

        return Act(
            "rectify",
            lambda r: commands.rectify(h.pk, result="已更换", **self.given(who, r)),
            self.holds(who, h) and ready,
            apply,
        )

    def complete(self) -> Act | None:
        h, who = self.hazard(*OPEN), self.dice.choice(JUDGES)
        if h is None or h.five:
            return None
        five = {"measure": "换", "responsible_person": "李四", "funds": 9, "contingency": "停"}

        def apply(_result: Any) -> None:
            h.five = h.touched = True

        return Act(
            "complete",
            lambda r: commands.amend(h.pk, fields=five, **self.given(who, r)),
            h.state != "void",
            apply,
        )

    def verify(self) -> Act | None:
        h, who = self.hazard("rectified"), self.dice.choice(JUDGES)
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.state, h.touched = "verified", True
            h.count("verified", self.today)

        return Act(
            "verify",
            lambda r: commands.verify([h.pk], **self.given(who, r)),
            h.state == "rectified" and who not in h.workers,
            apply,
        )

    def reject(self) -> Act | None:
        h, who = self.hazard("rectified", "verified"), self.dice.choice(JUDGES)
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.state, h.touched = "assigned" if h.rectifier else "found", True
            h.next_round()
            h.count("rejected", self.today)
            h.uncount("rectified")
            self.again(h)

        return Act(
            "reject",
            lambda r: commands.reject([h.pk], reason="照片不清", **self.given(who, r)),
            h.state in ("rectified", "verified") and who not in h.workers,
            apply,
        )

    def again(self, h: Hazard) -> None:
        """Back at the unit that rectifies, with a new deadline."""
        h.back = self.today
        h.unsettle()
        h.give_due(self.today + timedelta(days(h)), self.today)
        h.stand(self.today)

    def waiting(self, h: Hazard) -> list[int]:
        """Levels that must confirm before closing, the lowest first."""
        return [unit for unit in reversed(h.assigners[1:]) if unit not in h.confirmed]

    def review(self) -> Act | None:
        h, who = self.hazard("verified"), self.dice.choice(JUDGES)
        if h is None:
            return None
        unit = self.unit("bureau" if who == "bureau" else "city")

        def apply(_result: Any) -> None:
            h.touched = True
            h.confirmed.add(unit)

        return Act(
            "review",
            lambda r: commands.review(h.pk, **self.given(who, r)),
            h.state == "verified" and self.waiting(h)[:1] == [unit],
            apply,
        )

    def close(self) -> Act | None:
        h, who = self.hazard("verified"), self.dice.choice(JUDGES)
        if h is None:
            return None
        two = h.grade == "major"

        def apply(_result: Any) -> None:
            h.touched = True
            if two and not h.signed:
                h.signed = who
                return
            h.state, h.closed = "closed", self.today
            h.count("closed", self.today)
            h.stand(self.today)

        fit = not self.waiting(h) and who not in h.workers and not (two and h.signed == who)
        return Act(
            "close",
            lambda r: commands.close([h.pk], **self.given(who, r)),
            h.state == "verified" and fit,
            apply,
        )

    def look_back(self) -> Act | None:
        h, who, holds = self.hazard("closed"), self.dice.choice(JUDGES), self.dice.random() < 0.4
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.touched = True
            if holds:
                h.count("looked_back", self.today)
                return
            h.state, h.closed = "assigned" if h.rectifier else "found", None
            h.next_round()
            h.count("rebound", self.today)
            self.again(h)
            self.followed(h)

        return Act(
            "look_back",
            lambda r: commands.look_back(h.pk, holds=holds, reason="复核", **self.given(who, r)),
            h.state == "closed",
            apply,
        )

    def followed(self, h: Hazard) -> None:
        """A unit that ended meanwhile has a successor."""
        for firm, home in self.homes.items():
            if h.rectifier == self.unit(firm) and home != firm:
                h.rectifier, h.received = self.unit(home), False
                return
