"""A register of enterprises in the demo, broken in the usual ways, as a bureau's workbook."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from anlan.config import demo_offices
from anlan.domain.enterprises import codes, importing
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.accounts import held
from anlan.kernel.accounts.models import User
from anlan.kernel.regions.models import Region

COUNTY, SENDER = "530102", "wh.office"
_HEADS = ("序号", "统一社会信用代码", "企业名称", "所属街道", "经营地址", "行业类别", "登记状态")
#: Entries that the county has already, told of once more with their address.
_KNOWN = 6


def enterprises(*, at: datetime) -> None:
    """Sent by the county's office: some rows known, some new, one doubled, two to be mended."""
    area = Region.objects.get(code=COUNTY)
    by = held.actor(User.objects.get(username=SENDER), today=timezone.localdate(at))
    path = Path(settings.HOME) / "samples" / "五华区重点企业名册（演示）.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["五华区重点企业名册（演示）"])
        writer.writerow(_HEADS)
        writer.writerows((n, *row) for n, row in enumerate(_rows(area), 1))
    unit = demo_offices.unit(demo_offices.office_code(COUNTY))
    batch = importing.prepare((path.name, path), unit=unit, area=area, by=by, at=at)
    importing.run(batch.pk, by=by)


def _rows(area: Region) -> list[tuple[str, ...]]:
    known = Enterprise.objects.listed().within(area.path).order_by("pk")[:_KNOWN]
    rows = [
        (one.credit_code or "", one.name, "", f"五华区人民西路{n}号（演示）", "", "存续")
        for n, one in enumerate(known, 1)
    ]
    new = [
        (_code(n), f"昆明演示{name}有限公司", "", f"五华区学府路{n}号（演示）", industry, "在业")
        for n, (name, industry) in enumerate((("化工", "C26"), ("物流", "G59"), ("食品", "C14")), 1)
    ]
    return [
        *rows, *new, new[0],
        # A wrong check digit, cells that moved, an area that isn't theirs.
        ("91530102MA0000004X", "五华区演示餐馆", "", "", "餐饮业", "在业"),
        ("昆明演示机械厂", _code(7), "", "", "", ""),
        (_code(8), "昆明演示商贸有限公司", "盘龙区", "", "", ""),
    ]  # fmt: skip


def _code(n: int) -> str:
    first = f"91{COUNTY}MAD{n:06}"
    return first + codes.check_digit(first)
