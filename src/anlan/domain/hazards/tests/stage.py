"""A cast of people and a stage: stories about hazards are told as tables (see test_stories.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.hazards import commands
from anlan.domain.hazards.commands import Finding
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts import held
from anlan.kernel.accounts.commands.people import create_people
from anlan.kernel.accounts.models import Role, Unit, User
from anlan.kernel.loop import ladder
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code

CHINA = ZoneInfo("Asia/Shanghai")
ROOT = Actor(None, "test", trusted=True)
EPOCH = datetime(2024, 1, 1, 9, tzinfo=CHINA)


def moment(day: date) -> datetime:
    """Nine in the morning in China."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=CHINA)


@dataclass
class Cast:
    """Who plays: two counties, a prefecture above them, an enterprise in each county."""

    units: dict[str, Unit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)

    def unit(self, key: str, name: str, kind: str, code: str) -> Unit:
        self.units[key] = accounts.create_unit(
            f"test-{key}", name, kind, by_code(code), by=ROOT, at=EPOCH
        )
        return self.units[key]

    def person(self, key: str, unit: str, role: Role) -> User:
        self.people((key, unit, role))
        return self.users[key]

    def people(self, *cast: tuple[str, str, Role]) -> None:
        """All in one set: some thousands of tests begin with them."""
        rows = [(f"test-{key}", key, "", None) for key, _unit, _role in cast]
        with transaction.atomic():
            users = create_people(rows, by=ROOT, at=EPOCH)
        for (key, unit, role), user in zip(cast, users, strict=True):
            accounts.grant_post(
                user.pk, self.units[unit], role, by=ROOT, at=EPOCH, valid_from=EPOCH.date()
            )
            self.users[key] = user

    def actor(self, key: str, day: date | None = None) -> Actor:
        today = day or timezone.localdate()
        return held.actor(self.users[key], today=today)


def whole() -> Cast:
    made = Cast()
    made.unit("city", "昆明市安委办", "committee_office", "530100")
    made.unit("office", "五华区安委办", "committee_office", "530102")
    made.unit("elsewhere", "盘龙区安委办", "committee_office", "530103")
    made.unit("firm", "五华模拟化工有限公司", "enterprise", "530102")
    made.unit("other_firm", "盘龙模拟木业有限公司", "enterprise", "530103")
    made.people(
        ("city", "city", Role.OFFICE),
        ("mayor", "city", Role.LEADER),
        ("office", "office", Role.OFFICE),
        ("inspector", "office", Role.INSPECTOR),
        ("leader", "office", Role.LEADER),
        ("stranger", "elsewhere", Role.OFFICE),
        ("firm", "firm", Role.RECTIFIER),
        ("other_firm", "other_firm", Role.RECTIFIER),
        ("viewer", "office", Role.VIEWER),
    )
    return made


@dataclass
class Stage:
    """One hazard and what is done to it."""

    cast: Cast
    pk: UUID = field(default_factory=uuid7)
    grade: str = "ordinary"
    kind: str = "hazard"
    description: str = "储罐区可燃气体报警器失效"

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.pk)

    def do(self, day: date, who: str, act: str, argument: str = "") -> str:
        """Do it; returns the state after, or the code of the refusal."""
        at = moment(day)
        try:
            if who == "clock":
                ladder.tick(at)
            else:
                getattr(self, f"_{act}")(self.cast.actor(who, day), at, argument)
        except Refusal as refusal:
            return refusal.code
        return self.case.state

    def _common(self, by: Actor, at: datetime) -> dict[str, Any]:
        return {"by": by, "at": at, "request_id": uuid7()}

    def _find(self, by: Actor, at: datetime, argument: str) -> None:
        region = by_code("530102")
        commands.find(
            [
                Finding(
                    pk=self.pk, description=self.description, area_id=region.pk,
                    unit_id=by.unit_id or 0, opened_on=timezone.localdate(at), kind=self.kind,
                    grade=self.grade if self.kind == "hazard" else "", source="inspection",
                    fixed=argument,
                )
            ],
            **self._common(by, at),
        )  # fmt: skip

    def _assign(self, by: Actor, at: datetime, argument: str) -> None:
        unit = self.cast.units[argument or "firm"].pk
        commands.assign([self.pk], rectifier=unit, **self._common(by, at))

    def _hand_over(self, by: Actor, at: datetime, argument: str) -> None:
        to = self.cast.units[argument].pk
        commands.hand_over(self.pk, to_unit=to, reason="不归我单位", **self._common(by, at))

    def _receive(self, by: Actor, at: datetime, argument: str) -> None:
        commands.receive([self.pk], **self._common(by, at))

    def _complete(self, by: Actor, at: datetime, argument: str) -> None:
        fields = {"measure": "更换报警器", "responsible_person": "张三", "funds": 500_000,
                  "contingency": "停用储罐并设专人监护"}  # fmt: skip
        commands.amend(self.pk, fields=fields, **self._common(by, at))

    def _rectify(self, by: Actor, at: datetime, argument: str) -> None:
        commands.rectify(self.pk, result="已更换并校准", **self._common(by, at))

    def _verify(self, by: Actor, at: datetime, argument: str) -> None:
        commands.verify([self.pk], **self._common(by, at))

    def _reject(self, by: Actor, at: datetime, argument: str) -> None:
        reason = "照片看不出已更换" if argument != "silently" else ""
        commands.reject([self.pk], reason=reason, **self._common(by, at))

    def _review(self, by: Actor, at: datetime, argument: str) -> None:
        commands.review(self.pk, **self._common(by, at))

    def _close(self, by: Actor, at: datetime, argument: str) -> None:
        commands.close([self.pk], **self._common(by, at))

    def _look_back(self, by: Actor, at: datetime, argument: str) -> None:
        holds = argument != "broken"
        commands.look_back(self.pk, holds=holds, reason="现场复核", **self._common(by, at))

    def _void(self, by: Actor, at: datetime, argument: str) -> None:
        commands.void([self.pk], reason="录入有误", **self._common(by, at))

    def _suspend(self, by: Actor, at: datetime, argument: str) -> None:
        commands.suspend(self.pk, on=True, reason="汛期停产", **self._common(by, at))

    def _resume(self, by: Actor, at: datetime, argument: str) -> None:
        commands.suspend(self.pk, on=False, reason="复产", **self._common(by, at))

    def _ask(self, by: Actor, at: datetime, argument: str) -> None:
        until = self.case.due_on + timedelta(days=int(argument or 10))  # type: ignore[operator]
        commands.ask_extension(self.pk, until=until, reason="备件未到", **self._common(by, at))

    def _grant(self, by: Actor, at: datetime, argument: str) -> None:
        commands.decide_extension(self.pk, grant=True, **self._common(by, at))

    def _refuse(self, by: Actor, at: datetime, argument: str) -> None:
        commands.decide_extension(self.pk, grant=False, reason="理由不足", **self._common(by, at))

    def _list(self, by: Actor, at: datetime, argument: str) -> None:
        commands.put_on_list(
            self.pk, level=3, number=f"五安督〔2024〕{self.pk.hex[-4:]}号", supervisor=by.unit_id or 0,
            due_on=timezone.localdate(at) + timedelta(days=60), **self._common(by, at),
        )  # fmt: skip

    def _ask_delisting(self, by: Actor, at: datetime, argument: str) -> None:
        commands.ask_delisting(self.pk, reason="已整改验收", **self._common(by, at))

    def _delist(self, by: Actor, at: datetime, argument: str) -> None:
        commands.delist(self.pk, reason="现场核查合格", **self._common(by, at))

    def _grade(self, by: Actor, at: datetime, argument: str) -> None:
        commands.grade(self.pk, grade=argument, basis="某标准第三条", reason="现场认定",
                       **self._common(by, at))  # fmt: skip


def told(cast: Cast, story: str, **given: Any) -> Stage:
    """Play a story: day, who, does (argument) -> state or refusal, deadline or '-'."""
    stage = Stage(cast, **given)
    lines = [line.split("#")[0].strip() for line in story.strip().splitlines()]
    for line in filter(None, lines[1:]):
        left, right = line.split("->")
        day, who, act, *rest = left.split()
        state, *due = right.split()
        got = stage.do(date.fromisoformat(day), who, act, " ".join(rest).strip("()"))
        assert got == state, f"{line}: got {got}"
        if due and due[0] != "-":
            assert str(stage.case.due_on) == due[0], f"{line}: due {stage.case.due_on}"
    return stage
