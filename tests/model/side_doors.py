"""What is done to hazards beside the way round: taking out, moving, stopping the clock, listing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anlan.domain.hazards import commands
from anlan.kernel.calendar.workdays import Calendar
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Event
from tests.model.memory import DAY, DAYS, OPEN, RANK, UNSETTLED, Hazard
from tests.model.steps import Steps
from tests.model.world import JUDGES, LEADS, Act


class SideDoors(Steps):
    # --- taking out, together, apart

    def void(self) -> Act | None:
        h, who = self.hazard(*OPEN), self.dice.choice(LEADS)
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.touched = True
            if self.waits_for_second(h, "void", who):
                return
            h.state, h.wish = "void", None
            h.count("voided", self.today)
            h.stand(self.today)

        return Act(
            "void",
            lambda r: commands.void([h.pk], reason="录入有误", **self.given(who, r)),
            h.open and self.may_sign(h, "void", who),
            apply,
        )

    def may_sign(self, h: Hazard, what: str, who: str) -> bool:
        return h.grade != "major" or h.asked.get(what) != who

    def waits_for_second(self, h: Hazard, what: str, who: str) -> bool:
        """A major hazard takes two people: the first one's word is only written down."""
        if h.grade != "major" or what in h.asked:
            return False
        h.asked[what] = who
        return True

    def merge(self) -> Act | None:
        h, into, who = self.hazard(*OPEN), self.hazard(*RANK), self.dice.choice(LEADS)
        if h is None or into is None:
            return None

        wish = f"merge into {into.pk}"

        def apply(_result: Any) -> None:
            h.touched = True
            if self.waits_for_second(h, wish, who):
                return
            into.touched = True
            h.vanish()

        return Act(
            "merge",
            lambda r: commands.merge(h.pk, into=into.pk, reason="重复", **self.given(who, r)),
            h.open and into.state != "void" and into is not h and self.may_sign(h, wish, who),
            apply,
        )

    def split(self) -> Act | None:
        h, who = self.hazard(*UNSETTLED), self.dice.choice(LEADS)
        if h is None:
            return None
        texts = [f"其{n}" for n in range(self.dice.randint(2, 3))]

        def apply(result: Any) -> None:
            h.touched = True
            for pk in result:
                if pk != h.pk:
                    self.open(Hazard(pk, h.area, h.sector, h.grade, h.opened), None)

        return Act(
            "split",
            lambda r: commands.split(
                h.pk, descriptions=texts, reason="并列两项", **self.given(who, r)
            ),
            h.unsettled,
            apply,
        )

    def move(self) -> Act | None:
        h, who = self.hazard(*OPEN), self.dice.choice(LEADS)
        if h is None:
            return None
        area = self.dice.choice([*self.towns, None])
        sector = self.dice.choice(("hazchem", "coal", "mine")) if self.dice.random() < 0.5 else None

        def apply(_result: Any) -> None:
            h.touched = True
            h.area, h.sector = area or h.area, sector or h.sector
            h.stand(self.today)

        return Act(
            "move",
            lambda r: commands.move(
                [h.pk], area_id=area, sector=sector, reason="更正", **self.given(who, r)
            ),
            h.state != "void",
            apply,
        )

    def grade(self) -> Act | None:
        h, who = self.hazard(*OPEN), self.dice.choice(JUDGES)
        if h is None:
            return None
        grade = self.dice.choice(tuple(DAYS))
        fit = grade == "major" or h.grade != "major" or (
            self.may_sign(h, "downgrade", who) and (h.open or "downgrade" in h.asked)
        )  # fmt: skip

        def apply(_result: Any) -> None:
            h.touched = True
            if grade != "major" and self.waits_for_second(h, "downgrade", who):
                return
            if grade != h.grade:
                h.grade, h.asked = grade, {}

        return Act(
            "grade",
            lambda r: commands.grade(
                h.pk, grade=grade, basis="标准第三条", reason="认定", **self.given(who, r)
            ),
            fit and h.state != "void",
            apply,
        )

    # --- time

    def suspend(self) -> Act | None:
        h = self.hazard(*UNSETTLED)
        if h is None:
            return None
        on = h.suspended is None if self.dice.random() < 0.9 else h.suspended is not None

        def apply(_result: Any) -> None:
            h.touched = True
            if on:
                h.suspended = self.today
            else:
                assert h.suspended
                if h.due and h.due >= h.suspended:
                    # A deadline that stood still while it passed was no deadline.
                    moved = h.due + (self.today - h.suspended)
                    h.give_due(moved, min(self.today, h.due))
                h.suspended = None
            h.stand(self.today)

        return Act(
            "suspend" if on else "resume",
            lambda r: commands.suspend(h.pk, on=on, reason="汛期", **self.given("mayor", r)),
            h.unsettled and on == (h.suspended is None),
            apply,
        )

    def ask_extension(self) -> Act | None:
        h = self.hazard("assigned")
        if h is None:
            return None
        who = self.firm_of(h)
        until = (h.due or self.today) + timedelta(self.dice.randint(0, 20))

        def apply(_result: Any) -> None:
            h.wish, h.touched = (who, until), True

        return Act(
            "ask_extension",
            lambda r: commands.ask_extension(
                h.pk, until=until, reason="备件未到", **self.given(who, r)
            ),
            self.holds(who, h) and h.state == "assigned" and h.due is not None
            and until > h.due and not h.granted and h.wish is None,
            apply,
        )  # fmt: skip

    def decide_extension(self) -> Act | None:
        waits = [h for h in self.memory.living("assigned") if h.wish]
        h = self.dice.choice(waits) if waits else self.hazard("assigned")
        if h is None:
            return None
        grant = self.dice.random() < 0.7

        def apply(_result: Any) -> None:
            assert h.wish
            h.touched = True
            if grant:
                h.give_due(h.wish[1], self.today)
                h.granted += 1
                h.count("extended", self.today)
                h.stand(self.today)
            h.wish = None

        return Act(
            "decide_extension",
            lambda r: commands.decide_extension(
                h.pk, grant=grant, reason="理由", **self.given("mayor", r)
            ),
            h.wish is not None and h.state == "assigned",
            apply,
        )

    def urge(self) -> Act | None:
        late = [
            h for h in self.memory.living("assigned") if h.due and h.due <= self.today + 3 * DAY
        ]
        h = self.dice.choice(late) if late else self.hazard("assigned")
        if h is None:
            return None
        who = self.dice.choice(JUDGES)
        unit = self.unit("bureau" if who == "bureau" else "city")
        last = h.urged.get(unit)
        runs = h.due is not None and self.today >= h.due - 3 * DAY and not h.suspended
        # A working day has come since.
        anew = last is None or Calendar.load().count_workdays(last + DAY, self.today) > 0

        def apply(_result: Any) -> None:
            h.urged[unit], h.touched = self.today, True
            h.urgings += 1
            newest = Event.objects.filter(case=h.pk).order_by("-seq")[0]
            assert (newest.step, newest.changes["urged"]) == ("urge", h.urgings)

        return Act(
            "urge",
            lambda r: commands.urge([h.pk], reason="请抓紧", **self.given(who, r)),
            h.state == "assigned" and runs and anew and h.rectifier not in (None, unit),
            apply,
        )

    def put_on_list(self) -> Act | None:
        major = [h for h in self.memory.living(*OPEN) if h.grade == "major"]
        h = self.dice.choice(major) if major else self.hazard(*OPEN)
        if h is None:
            return None
        number = f"督〔2024〕{self.dice.getrandbits(60)}号"

        def apply(_result: Any) -> None:
            h.listed, h.listing, h.touched = True, "listed", True
            h.count("listing", self.today)
            h.stand(self.today)

        return Act(
            "put_on_list",
            lambda r: commands.put_on_list(
                h.pk, level=2, number=number, due_on=self.today + timedelta(60),
                supervisor=self.unit("city"), **self.given("city", r),
            ),
            h.open and h.grade == "major" and not h.listed,
            apply,
        )  # fmt: skip

    def ask_delisting(self) -> Act | None:
        listed = [h for h in self.memory.living() if h.listing == "listed" and not h.unsettled]
        h = self.dice.choice(listed) if listed else self.hazard(*OPEN)
        who = self.dice.choice(LEADS)
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.listing, h.delisting_by, h.touched = "delisting", who, True

        return Act(
            "ask_delisting",
            lambda r: commands.ask_delisting(h.pk, reason="已整改", **self.given(who, r)),
            h.listing == "listed" and h.state in ("rectified", "verified", "closed"),
            apply,
        )

    def delist(self) -> Act | None:
        waits = [h for h in self.memory.living() if h.listing == "delisting"]
        h, who = (self.dice.choice(waits) if waits else self.hazard()), self.dice.choice(LEADS)
        if h is None:
            return None

        def apply(_result: Any) -> None:
            h.listing, h.listed, h.touched = "", False, True
            h.count("delisting", self.today)
            h.stand(self.today)

        return Act(
            "delist",
            lambda r: commands.delist(h.pk, reason="核查合格", **self.given(who, r)),
            h.listing == "delisting" and h.delisting_by != who and h.state != "void",
            apply,
        )

    def tick(self) -> Act:
        return Act("tick", lambda _r: ladder.tick(self.at), True, lambda _result: None, True)
