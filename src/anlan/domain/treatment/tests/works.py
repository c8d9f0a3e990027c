"""A works that fails: hazards found there, a plan over them, and each step by whom it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.enterprises import commands as enterprises
from anlan.domain.enterprises.commands import NewEnterprise
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import commands as hazards
from anlan.domain.hazards.models import Hazard
from anlan.domain.hazards.tests.stage import EPOCH, ROOT, whole
from anlan.domain.treatment import commands
from anlan.domain.treatment.commands import NewMeasure, NewPlan
from anlan.kernel.accounts import units
from anlan.kernel.accounts.models import Role
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.queries import by_code


class Works:
    def __init__(self) -> None:
        self.cast = whole()
        self.cast.person("second", "office", Role.OFFICE)
        self.today, self.now = timezone.localdate(), timezone.now()
        self.firm = self.enterprise("五华模拟铸造厂", "530102")
        self.unit = units.for_enterprise(
            self.firm.pk, self.firm.name, self.firm.area_id, self.firm.path, by=ROOT, at=EPOCH
        )
        self.cast.units["works"] = self.unit
        self.cast.person("keeper", "works", Role.RECTIFIER)

    def enterprise(self, name: str, code: str) -> Enterprise:
        row = NewEnterprise(name=name, area_id=by_code(code).pk)
        enterprises.put_enterprises([row], by=ROOT, at=self.now, source="test")
        return Enterprise.objects.get(name=name)

    def by(self, who: str) -> Actor:
        return self.cast.actor(who)

    def call(self, who: str) -> dict[str, Any]:
        return {"by": self.by(who), "at": self.now, "request_id": uuid7()}

    def hazards(self, count: int, firm: Enterprise | None = None) -> list[UUID]:
        firm = firm or self.firm
        by = self.by("city")
        findings = [
            hazards.Finding(
                pk=uuid7(), description=f"炉体裂纹{n}", area_id=firm.area_id,
                unit_id=by.unit_id or 0, opened_on=self.today, source="inspection",
                enterprise_id=firm.pk,
            )
            for n in range(count)
        ]  # fmt: skip
        return hazards.find(findings, **self.call("city"))

    def measure(self, hazard: UUID, **more: Any) -> NewMeasure:
        given: dict[str, Any] = {
            "hazard": hazard, "measure": "停炉更换炉衬", "responsible": "钱厂长",
            "due_on": self.today + timedelta(days=20), "funds": 1_250_050,
        }  # fmt: skip
        return NewMeasure(**{**given, **more})

    def plan_of(self, pks: list[UUID], **more: Any) -> NewPlan:
        given: dict[str, Any] = {
            "pk": uuid7(), "enterprise_id": self.firm.pk, "name": "铸造厂整改方案",
            "unit_id": self.by("office").unit_id, "aim": "全面消除炉体隐患",
            "measures": tuple(self.measure(pk) for pk in pks),
        }  # fmt: skip
        return NewPlan(**{**given, **more})

    def plan(self, pks: list[UUID], who: str = "office", **more: Any) -> UUID:
        return commands.make(self.plan_of(pks, **more), **self.call(who))

    def rectify(self, *pks: UUID) -> None:
        for pk in pks:
            hazards.assign([pk], rectifier=self.unit.pk, **self.call("office"))
            hazards.rectify(pk, result="已更换", **self.call("keeper"))

    def close(self, *pks: UUID) -> None:
        hazards.verify(list(pks), **self.call("office"))
        hazards.close(list(pks), **self.call("office"))

    def state(self, pk: UUID) -> str:
        return Case.objects.get(pk=pk).state

    def numbers(self) -> dict[UUID, str]:
        return dict(Hazard.objects.values_list("pk", "case__number"))
