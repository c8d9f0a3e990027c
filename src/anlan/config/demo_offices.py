"""The demo's offices, departments and people: one province, down to its townships.

Names of offices follow those that exist everywhere; people are made up and say so (演示).
"""

from __future__ import annotations

import secrets
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.accounts import commands, passwords
from anlan.kernel.accounts.models import Role, Unit, UnitKind, User
from anlan.kernel.regions.models import Level, Region

PASSWORD_CHARS = 16
#: How an office of each level is called, where province, prefecture and county differ.
_TITLES: Mapping[int, str] = {Level.PROVINCE: "厅", Level.PREFECTURE: "局", Level.COUNTY: "局"}


class _Department(NamedTuple):
    """``name`` may hold {t} for 厅/局; ``levels`` are those that have one; its sectors."""

    key: str
    name: str
    sectors: str
    levels: frozenset[int] = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY})


_UPPER = frozenset({int(Level.PROVINCE), int(Level.PREFECTURE)})
DEPARTMENTS = (
    _Department("yj", "应急管理{t}", "hazchem,mine,fireworks,industry,park,other"),
    _Department("xf", "消防救援{fire}", "fire"),
    _Department("zj", "住房和城乡建设{t}", "construction,gas"),
    _Department("ga", "公安{t}", "road"),
    _Department("jt", "交通运输{t}", "road,transport"),
    _Department("sj", "市场监督管理局", "special"),
    _Department("jy", "教育体育{t}", "education"),
    _Department("wj", "卫生健康委员会", "health"),
    _Department("wl", "文化和旅游{t}", "culture"),
    _Department("ny", "农业农村{t}", "agri"),
    _Department("sl", "水{water}", "water"),
    _Department("sw", "商务{t}", "trade"),
    _Department("lc", "林业和草原局", "forestry"),
    _Department("sh", "生态环境{t}", "hazwaste"),
    _Department("nj", "能源局", "coal,power"),
    _Department("yz", "邮政管理局", "post", _UPPER),
)
_FIRE: Mapping[int, str] = {Level.PROVINCE: "总队", Level.PREFECTURE: "支队", Level.COUNTY: "大队"}
_WATER: Mapping[int, str] = {Level.PROVINCE: "利厅", Level.PREFECTURE: "务局", Level.COUNTY: "务局"}


def office_code(area: str) -> str:
    """The code of an area's committee office, as ``--unit`` takes it."""
    return f"{area}-awb"


def units(province: str) -> list[list[dict[str, str]]]:
    """The demo's units as rows for ``import_units``, level by level from the province down.

    Above a department stands its like one level up (条); above a township, the county's office.
    """
    root = Region.objects.get(code=province)
    areas = (
        Region.objects.below(root)
        .current()
        .filter(is_division=True, level__lte=Level.TOWNSHIP)
        .select_related("parent")
        .order_by("level", "code")
    )
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    for area in areas:
        assert area.parent is not None
        above = "" if area.level == Level.PROVINCE else area.parent.code
        rows = found[area.level]
        if area.level == Level.TOWNSHIP:
            # 镇 and 乡 have a people's government, 街道 an office.
            end = "办事处" if area.name.endswith("街道") else "人民政府"
            name = f"{area.parent.name}{area.name}{end}"
            rows.append(
                _row(area, f"{area.code}-zf", name, UnitKind.GOVERNMENT, office_code(above), "")
            )
            continue
        name = f"{area.name}安全生产委员会办公室"
        parent = office_code(above) if above else ""
        kind = UnitKind.COMMITTEE_OFFICE
        rows.append(_row(area, office_code(area.code), name, kind, parent, ""))
        for each in DEPARTMENTS:
            if area.level in each.levels:
                name = area.name + each.name.format(
                    t=_TITLES[area.level], fire=_FIRE[area.level], water=_WATER[area.level]
                )
                parent = f"{above}-{each.key}" if above else ""
                rows.append(
                    _row(
                        area, f"{area.code}-{each.key}", name, UnitKind.DEPARTMENT, parent,
                        each.sectors,
                    )
                )  # fmt: skip
    return [found[level] for level in sorted(found)]


def _row(
    area: Region, code: str, name: str, kind: UnitKind, parent: str, sectors: str
) -> dict[str, str]:
    return {
        "code": code, "name": name, "kind": kind.value, "area": area.code,
        "parent": parent, "sectors": sectors,
    }  # fmt: skip


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    unit: str
    role: Role
    title: str


#: Where the demo's people work: the province, its capital, one district of it, another county.
CAPITAL, DISTRICT, OTHER = "530100", "530102", "532901"


def people(province: str) -> list[Person]:
    """One person for each role that a visitor may want to try."""
    office, capital, district = (office_code(code) for code in (province, CAPITAL, DISTRICT))
    return [
        Person("yn.office", "省办经办（演示）", office, Role.OFFICE, "省安委办 主任科员"),
        Person("yn.leader", "省办领导（演示）", office, Role.LEADER, "省安委办 副主任"),
        Person("yn.second", "省办复核（演示）", office, Role.OFFICE, "省安委办 四级调研员"),
        Person("yn.viewer", "省办查阅（演示）", office, Role.VIEWER, "省安委办 统计岗"),
        Person("yn.duty", "值班员（演示）", office, Role.DUTY, "省应急指挥中心 值班员"),
        Person("km.office", "市办经办（演示）", capital, Role.OFFICE, "昆明市安委办 科员"),
        Person("km.leader", "市办领导（演示）", capital, Role.LEADER, "昆明市安委办 副主任"),
        Person("km.second", "市办复核（演示）", capital, Role.OFFICE, "昆明市安委办 四级调研员"),
        Person("km.check", "市应急检查（演示）", f"{CAPITAL}-yj", Role.INSPECTOR, "执法支队"),
        Person("wh.office", "区办经办（演示）", district, Role.OFFICE, "五华区安委办 科员"),
        Person("wh.leader", "区办领导（演示）", district, Role.LEADER, "五华区安委办 主任"),
        Person("wh.yingji", "区应急检查（演示）", f"{DISTRICT}-yj", Role.INSPECTOR, "执法大队"),
        Person("wh.xiaofang", "区消防检查（演示）", f"{DISTRICT}-xf", Role.INSPECTOR, "防火监督员"),
        Person("wh.zhujian", "区住建检查（演示）", f"{DISTRICT}-zj", Role.INSPECTOR, "质安站"),
        Person("dl.office", "大理市办（演示）", office_code(OTHER), Role.OFFICE, "科员"),
        Person("sys.admin", "系统管理员（演示）", "", Role.SYSTEM_ADMIN, ""),
        Person("sec.admin", "安全管理员（演示）", "", Role.SECURITY_ADMIN, ""),
        Person("audit.admin", "审计管理员（演示）", "", Role.AUDITOR, ""),
    ]  # fmt: skip


def make_units(province: str, *, by: Actor, at: datetime) -> int:
    """Make the units that aren't there yet; how many there are now."""
    levels = units(province)
    for rows in levels:
        _demand_all(commands.import_units(rows, by=by, at=at))
    return sum(map(len, levels))


def make_people(
    wanted: Sequence[Person], *, by: Actor, at: datetime, admin_unit: str
) -> dict[str, str]:
    """Make people, and give each a password at random; user id → password, to be shown once."""
    rows: list[Mapping[str, Any]] = [
        {
            "username": each.username, "name": each.name, "unit": each.unit or admin_unit,
            "role": each.role.value, "title": each.title,
        }
        for each in wanted
    ]  # fmt: skip
    results = commands.import_people(rows, by=by, at=at)
    _demand_all(results)
    made: dict[str, str] = {}
    for each, result in zip(wanted, results, strict=True):
        assert result.pk is not None
        user = User.objects.get(pk=result.pk)
        made[each.username] = password(user)
        commands.set_password(user, made[each.username], by=by, at=at)
    return made


def password(user: User) -> str:
    """A random password that the rules take."""
    letters = string.ascii_letters + string.digits + "-+*#"
    while True:
        text = "".join(secrets.choice(letters) for _ in range(PASSWORD_CHARS))
        if not list(passwords.problems(text, user)):
            return text


class DemoBroken(Refusal):
    """The demo's own input was refused: a slip of ours, said instead of hidden."""

    code = "demo_broken"
    message = _("%(what)s: %(reason)s")


def _demand_all(results: Sequence[commands.RowResult]) -> None:
    for result in results:
        if result.outcome == "rejected":
            raise DemoBroken(what=f"{result.row} {result.column}", reason=result.message)


def unit(code: str) -> Unit:
    return Unit.objects.select_related("area").get(code=code)
