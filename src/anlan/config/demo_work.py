"""A day's work in the demo: open hazards of the capital go round their loop, through commands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.config import demo_offices
from anlan.config.demo_offices import CAPITAL, DISTRICT, Person
from anlan.domain.enterprises.models import Enterprise
from anlan.domain.hazards import commands
from anlan.domain.hazards.models import Hazard
from anlan.kernel.accounts import commands as accounts
from anlan.kernel.accounts import held
from anlan.kernel.accounts.commands import Land
from anlan.kernel.accounts.models import Role, Unit, UnitKind, User
from anlan.kernel.regions.models import Region

#: Enterprises of the capital that get a unit and a safety officer of their own.
FIRMS_MAX = 30
#: Hazards that one firm is assigned.
PER_FIRM_MAX = 6
FIRM_USER, FIRM_NAME = "qy.anquan", "企业安全员（演示）"
GRID_USER, GRID_NAME = "wh.wangge", "网格员（演示）"


@dataclass
class _Day:
    """Who acts, and when."""

    at: datetime
    office: Actor
    second: Actor
    leader: Actor
    firm: Actor


def work(*, by: Actor, at: datetime) -> dict[str, str]:
    """Assign, sign, rectify, verify, return, close, extend and list; returns new passwords."""
    by_firm = _open_by_firm()
    units = _units(by_firm, by, at)
    made = _people(units, by, at)
    today = timezone.localdate(at)

    def actor(name: str) -> Actor:
        return held.actor(User.objects.get(username=name), today=today)

    day = _Day(at, actor("km.office"), actor("km.second"), actor("km.leader"), actor(FIRM_USER))
    assigned = [
        pk
        for firm, pks in by_firm.items()
        for pk in commands.assign(
            pks,
            rectifier=units[firm].pk,
            by=day.office,
            request_id=uuid7(),
            at=at,
            reason="请按期整改并反馈（演示）",
        )
    ]
    # Some haven't signed for receipt yet; that shows as late tomorrow.
    signed = [pk for number, pk in enumerate(assigned) if number % 8]
    if signed:
        commands.receive(signed, by=day.firm, request_id=uuid7(), at=at)
    _go_round(signed, day)
    _list_major(day)
    return made


def _open_by_firm() -> dict[int, list[UUID]]:
    """Hazards in the capital that wait to be assigned, by enterprise, the busiest first."""
    capital = Region.objects.get(code=CAPITAL)
    rows = (
        Hazard.objects.filter(
            case__state="found",
            case__kind="hazard",
            case__path__startswith=capital.path,
            enterprise__isnull=False,
        )
        .order_by("-case__opened_on", "pk")
        .values_list("enterprise", "pk")
    )
    found: dict[int, list[UUID]] = defaultdict(list)
    for firm, pk in rows:
        if len(found[firm]) < PER_FIRM_MAX:
            found[firm].append(pk)
    busiest = sorted(found, key=lambda firm: (-len(found[firm]), firm))[:FIRMS_MAX]
    return {firm: found[firm] for firm in busiest}


def _units(firms: dict[int, list[UUID]], by: Actor, at: datetime) -> dict[int, Unit]:
    rows = Enterprise.objects.select_related("area").in_bulk(list(firms))
    return {
        pk: accounts.create_unit(
            f"qy-{pk}",
            row.name,
            UnitKind.ENTERPRISE,
            row.area,
            by=by,
            at=at,
            lands=[Land(row.area, None, pk)],
        )
        for pk, row in rows.items()
    }


def _people(units: dict[int, Unit], by: Actor, at: datetime) -> dict[str, str]:
    """One safety officer for all firms of the demo, and a grid worker of the district."""
    district = Region.objects.get(code=DISTRICT)
    street = Unit.objects.filter(
        kind=UnitKind.GOVERNMENT, area__parent=district
    ).order_by("code")[0]  # fmt: skip
    wanted = [Person(GRID_USER, GRID_NAME, street.code, Role.GRID, "社区网格员")]
    own = list(units.values())
    if own:
        wanted.append(Person(FIRM_USER, FIRM_NAME, own[0].code, Role.RECTIFIER, "安全主管"))
    made = demo_offices.make_people(wanted, by=by, at=at, admin_unit="")
    if own:
        officer = User.objects.get(username=FIRM_USER)
        for unit in own[1:]:
            accounts.grant_post(officer.pk, unit, Role.RECTIFIER, by=by, at=at)
    return made


def _go_round(pks: Sequence[UUID], day: _Day) -> None:
    """Of those signed for: half are rectified, most of these verified and closed."""
    today = timezone.localdate(day.at)
    rows = {row.pk: row for row in Hazard.objects.filter(pk__in=pks).select_related("case")}
    rectified: list[UUID] = []
    for number, pk in enumerate(pks):
        row = rows[pk]
        if number % 2 == 0:
            commands.rectify(
                pk,
                result="已按整改措施完成，现场复核无异常（演示）。",
                fields=_elements(row) if row.case.grade == "major" else None,
                by=day.firm,
                request_id=uuid7(),
                at=day.at,
            )
            rectified.append(pk)
        elif number % 6 == 1 and row.case.due_on is not None and row.case.due_on >= today:
            commands.ask_extension(
                pk,
                until=row.case.due_on + timedelta(days=10),
                by=day.firm,
                request_id=uuid7(),
                at=day.at,
                reason="备件采购需要时间，申请延期十日（演示）",
            )
            if number % 12 == 1:
                commands.decide_extension(
                    pk, grant=True, by=day.leader, request_id=uuid7(), at=day.at, reason="同意"
                )
    # Some come back, some wait for their check, the rest is in order.
    back = rectified[3::7]
    good = [pk for number, pk in enumerate(rectified) if number % 7 not in (3, 5)]
    if back:
        commands.reject(
            back, by=day.office, request_id=uuid7(), at=day.at,
            reason="整改照片看不出原部位，请补拍后重报（演示）",
        )  # fmt: skip
    if good:
        commands.verify(good, by=day.office, request_id=uuid7(), at=day.at, reason="现场复查合格")
        closing = [pk for number, pk in enumerate(good) if number % 4]
        if closing:
            commands.close(closing, by=day.office, request_id=uuid7(), at=day.at)
        major = [pk for pk in closing if rows[pk].case.grade == "major"]
        if major:
            commands.close(major, by=day.second, request_id=uuid7(), at=day.at)


def _elements(row: Hazard) -> dict[str, object]:
    """The five elements (五落实), where the workbook left some open."""
    return {
        "measure": row.measure or "停用相关设施，按标准整改",
        "responsible_unit": row.responsible_unit or "企业安全管理部",
        "funds": row.funds if row.funds is not None else 2_000_000,
        "contingency": row.contingency or "整改期间撤人断电，专人值守（演示）",
    }


def _list_major(day: _Day) -> None:
    """Put a few open major hazards of the capital under listed supervision."""
    capital = Region.objects.get(code=CAPITAL)
    open_major = Hazard.objects.filter(
        case__grade="major",
        case__unsettled=True,
        case__listed=False,
        case__path__startswith=capital.path,
    ).order_by("case__opened_on", "pk")[:5]
    supervisor = Unit.objects.get(code=demo_offices.office_code(CAPITAL))
    for number, row in enumerate(open_major, start=1):
        commands.put_on_list(
            row.pk,
            level=2,
            number=f"昆安委办督〔{timezone.localdate(day.at).year}〕演示{number}号",
            due_on=timezone.localdate(day.at) + timedelta(days=60),
            supervisor=supervisor.pk,
            by=day.leader,
            request_id=uuid7(),
            at=day.at,
            reason="重大事故隐患，由市级挂牌督办（演示）",
        )
