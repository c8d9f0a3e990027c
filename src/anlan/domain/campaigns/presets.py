"""Campaigns that everybody has, to begin a new one from: days and stages as published.

Sources and how sure each day is: standards/campaign.md of the project. All can be changed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

PRESETS: dict[str, dict[str, Any]] = {
    "2020": {
        "label": _("Three-year campaign 2020–2022 (1+2+9)"),
        "title": "安全生产专项整治三年行动（2020—2022年）", "code": "1+2+9", "base_year": 2019,
        "starts_on": date(2020, 4, 1), "ends_on": date(2022, 12, 31),
        "basis": "安委〔2020〕3号",
        "stages": (
            ("动员部署", date(2020, 4, 1), date(2020, 4, 30), "实施方案"),
            ("排查整治", date(2020, 5, 1), date(2020, 12, 31), "问题隐患和制度措施“两个清单”"),
            ("集中攻坚", date(2021, 1, 1), date(2021, 12, 31), ""),
            ("巩固提升", date(2022, 1, 1), date(2022, 12, 31), "总结评估"),
        ),
    },
    "2024": {
        "label": _("Three-year campaign 2024–2026 (eight actions)"),
        "title": "安全生产治本攻坚三年行动（2024—2026年）", "code": "1+8", "base_year": 2023,
        "starts_on": date(2024, 1, 1), "ends_on": date(2026, 12, 31), "basis": "",
        "stages": (
            ("2024年", date(2024, 1, 1), date(2024, 12, 31),
             "基本消除2023年及以前排查发现的重大事故隐患存量"),
            ("2025年", date(2025, 1, 1), date(2025, 12, 31), "有效遏制重大事故隐患增量"),
            ("2026年", date(2026, 1, 1), date(2026, 12, 31), "重大事故隐患动态清零"),
        ),
    },
}  # fmt: skip


def yearly(year: int) -> dict[str, Any]:
    """A year's key points (工作要点), quarter by quarter."""
    ends = ((3, 31), (6, 30), (9, 30), (12, 31))
    names = ("第一季度", "第二季度", "第三季度", "第四季度")
    return {
        "label": _("Key points of a year"), "title": f"{year}年度安全生产工作要点", "code": "1",
        "base_year": year - 1, "starts_on": date(year, 1, 1), "ends_on": date(year, 12, 31),
        "basis": "",
        "stages": tuple(
            (name, date(year, month - 2, 1), date(year, month, day), "")
            for name, (month, day) in zip(names, ends, strict=True)
        ),
    }  # fmt: skip
