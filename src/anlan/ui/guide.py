"""The guide to our components, at /ui/guide/ where errors are shown in full (ANLAN_DEBUG=1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from markupsafe import Markup

from anlan.ui.charts import AreaMap, Chart, Pin, Place, Series
from anlan.ui.figures import MISSING, Basis, Change
from anlan.ui.forms import DayInput, Form
from anlan.ui.keyset import Page
from anlan.ui.lists import Area, Choice, Column, Days, Filters, Flag, Search, chosen
from anlan.ui.parts import part
from anlan.ui.shell import Group, Item, Shell

TEXTS = (
    "二层疏散通道堆放木板，安全出口净宽不足 0.9 m",
    "配电室电缆沟未封堵，存在小动物进入风险",
    "液氨储罐区可燃气体报警器未按期检定",
    "施工升降机防坠安全器超过有效标定期限仍在使用",
    "井下局部通风机未实现双风机双电源自动切换",
    "餐饮场所燃气连接软管老化开裂，未安装熄火保护装置",
    "危险货物道路运输车辆动态监控离线 26 小时未处置",
    "有限空间作业未执行“先通风、再检测、后作业”",
)
PLACES = (
    "昆明市五华区",
    "曲靖市麒麟区",
    "玉溪市红塔区",
    "保山市隆阳区",
    "昭通市昭阳区",
    "大理州大理市",
)
UNITS = ("区应急管理局", "区住房和城乡建设局", "区消防救援大队", "区市场监督管理局")
STATES = (
    ("found", "待交办"),
    ("assigned", "整改中"),
    ("rectified", "待验收"),
    ("verified", "已验收"),
    ("closed", "已销号"),
    ("returned", "已退回"),
)


@dataclass(frozen=True)
class Row:
    pk: int
    text: str
    place: str
    unit: str
    state: tuple[str, str]
    major: bool
    due: date
    days: int
    closed: bool
    rung: int
    found: date


def _rows(today: date, n: int = 24) -> list[Row]:
    rows = []
    for i in range(n):
        days = (i * 7) % 23 - 6
        rows.append(
            Row(
                pk=20241 + i,
                text=TEXTS[i % len(TEXTS)],
                place=PLACES[i % len(PLACES)],
                unit=UNITS[i % len(UNITS)],
                state=STATES[i % len(STATES)],
                major=i % 7 == 3,
                due=today + timedelta(days=days),
                days=days,
                closed=STATES[i % len(STATES)][0] in ("verified", "closed"),
                rung=(1, 2, 3)[i % 3] if days < 0 and i % len(STATES) < 3 else 0,
                found=today - timedelta(days=i * 3),
            )
        )
    return rows


class GuideForm(Form):
    what = forms.CharField(
        label="隐患描述",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清部位、现状和可能的后果，例如：二层东侧疏散通道堆放木板，净宽不足 0.9 m。",
    )
    grade = forms.ChoiceField(
        label="隐患等级",
        widget=forms.RadioSelect,
        choices=[("ordinary", "一般隐患"), ("major", "重大隐患（须人工确认判定条款）")],
    )
    sector = forms.ChoiceField(
        label="行业领域", choices=[("", "请选择"), ("chem", "危险化学品"), ("fire", "消防")]
    )
    due = forms.DateField(label="整改期限", widget=DayInput(), required=False)
    topics = forms.MultipleChoiceField(
        label="专题",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("a", "有限空间"), ("b", "动火作业"), ("c", "外委施工")],
    )
    spot = forms.BooleanField(label="当场已整改（立行立改）", required=False)


def _shell(request: HttpRequest, now: datetime) -> Shell:
    shell = Shell(request)
    nav = (
        Group("", (Item("总览", "/ui/guide/", "layout-dashboard", phone=True),)),
        Group(
            "工作",
            (
                Item("我的待办", "/ui/guide/todo/", "inbox", 7, hot=True, phone=True),
                Item("问题隐患清单", "/ui/guide/list/", "list-check", phone=True),
                Item("新增隐患", "/ui/guide/form/", "plus", phone=True),
                Item("导入台账", "/ui/guide/import/", "upload"),
                Item("督办与提级", "/ui/guide/ladder/", "stairs-up", 12),
            ),
        ),
        Group(
            "基础",
            (
                Item("企业名录", "/ui/guide/enterprises/", "building-factory-2"),
                Item("单位与人员", "/ui/guide/units/", "sitemap"),
                Item("审计日志", "/ui/guide/case/", "shield-check"),
            ),
        ),
    )
    shell.__dict__["fields"] = replace(
        shell.fields,
        nav=nav,
        home_url="/ui/guide/",
        office="云南省安委办",
        person="赵敏",
        posts="云南省安委办 · 综合处 一级主任科员",
        account_url="#",
        sign_out_url="/ui/guide/",
        inbox_url="#",
        inbox_count=3,
        palette_url="/ui/guide/palette/",
        worker_at=now,
        worker_ok=True,
        footers=("示意数据，仅用于界面检查",),
    )
    return shell


def _state(row: Row) -> Markup:
    out = part("state", row.state[1], row.state[0])
    if row.major:
        out += " " + part("grade", "重大", True)
    if row.rung:
        out += " " + part("rung", ("提示", "预警", "约谈")[row.rung - 1], row.rung)
    return out


COLUMNS = [
    Column("pk", "编号", cell=lambda row: f"YN-{row.pk}", kind="code", sort="pk"),
    Column("text", "隐患", kind="text", link=lambda row: "/ui/guide/case/", sort="text"),
    Column("place", "属地"),
    Column("unit", "责任单位", phone=False),
    Column("state", "状态", cell=_state),
    Column(
        "due", "整改期限", cell=lambda row: part("due", row.due, row.days, row.closed), sort="due"
    ),
    Column("found", "发现日期", kind="day", sort="found", phone=False),
]


def _filters(request: HttpRequest) -> Filters:
    return Filters(
        (
            Search("q", "描述、企业或编号"),
            Area("area", "全省", "/ui/guide/areas/", lambda code: "昆明市"),
            Choice("state", "状态", STATES),
            Choice("grade", "等级", (("ordinary", "一般"), ("major", "重大"))),
            Choice("sector", "行业", (("chem", "危险化学品"), ("fire", "消防"), ("coal", "煤矿"))),
            Days("due", "期限"),
            Flag("late", "只看逾期"),
        ),
        request.GET,
    )


def _charts() -> dict[str, Any]:
    months = [f"2024-{m:02}" for m in range(1, 13)]
    found = [1320, 1105, 1780, 1904, 1688, 2210, 1990, 1875, 1760, 1540, None, None]
    done = [1201, 1033, 1602, 1811, 1590, 1988, 1870, 1802, 1650, 1402, None, None]
    names = ["昆明市", "曲靖市", "红河州", "大理州", "昭通市", "文山州", "楚雄州", "玉溪市"]
    counts = [412, 301, 266, 190, 177, 122, 98, 61]
    return {
        "months": Chart(
            "每月发现与整改",
            "columns",
            "月份",
            months,
            [
                Series("发现", found, [f"?month={m}" for m in months]),
                Series("已整改", done, [f"?month={m}" for m in months], tone="green"),
            ],
        ),
        "rate": Chart(
            "整改率",
            "line",
            "月份",
            months,
            [
                Series(
                    "整改率",
                    [Decimal(d) / f if f and d else None for f, d in zip(found, done, strict=True)],
                )
            ],
            percent=True,
        ),
        "areas": Chart(
            "逾期未整改",
            "bars",
            "州市",
            names,
            [Series("逾期", counts, [f"?area={n}" for n in names], tone="red")],
        ),
    }


def _map() -> AreaMap:
    places = []
    for i in range(1, 17):
        count = (i * 37) % 101
        code, value = f"53{i:02}", MISSING if i == 5 else count
        places.append(Place(code, f"第{i}市", value, f"{count} 件", f"?area={code}"))
    return AreaMap(
        "逾期未整改（件）",
        "/ui/guide/shapes/",
        places,
        note="示意图，不作为边界依据 · 审图号：未备案",
        pins=(Pin(102.7, 25.0, "昆明某化工有限公司", "#"),),
    )


def _history(now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "at": now - timedelta(hours=3),
            "who": "李建国",
            "unit": "五华区住建局",
            "what": "验收退回",
            "why": "通道已清理，但疏散指示标志仍损坏两处，退回继续整改。",
            "tone": "red",
            "symbol": "arrow-back-up",
            "changes": [("状态", "待验收", "整改中"), ("整改期限", "2024-06-20", "2024-06-27")],
        },
        {
            "at": now - timedelta(days=1, hours=2),
            "who": "王芳",
            "unit": "昆明某商业管理有限公司",
            "what": "提交整改",
            "why": "",
            "tone": "blue",
            "symbol": "send",
            "changes": [],
            "files": [("#", "整改报告.pdf"), ("#", "整改后照片.jpg")],
        },
        {
            "at": now - timedelta(days=5),
            "who": "系统时钟",
            "unit": "",
            "what": "预警：期限将至",
            "why": "",
            "tone": "amber",
            "symbol": "stairs-up",
            "changes": [],
        },
        {
            "at": now - timedelta(days=9),
            "who": "赵敏",
            "unit": "云南省安委办",
            "what": "发现并交办",
            "why": "夜查发现。",
            "tone": "grey",
            "symbol": "flag",
            "changes": [("责任单位", "", "五华区住建局")],
        },
    ]


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    filters = _filters(request)
    form = GuideForm(
        {"what": "", "sector": "chem", "topics": ["a"]} if "bad" in request.GET else None
    )
    request.anlan_shell = _shell(request, now)  # type: ignore[attr-defined]
    return {
        "now": now,
        "filters": filters,
        "columns": COLUMNS,
        "shown_columns": chosen(COLUMNS, request.GET.get("cols", "")),
        "sort": filters.sort(("pk", "text", "due", "found"), "due"),
        "page": Page(_rows(today), "eyJhIjoxfQ", "eyJhIjoyfQ"),
        "form": form,
        "basis": Basis(
            "期末已到期限、尚未销号的隐患数；延期获批的按新期限计。",
            "2024 年考核办法 第三条第二款",
            now,
        ),
        "changes": {
            "good": Change("同比", 177, 214, "down"),
            "bad": Change("环比", 177, 160, "down"),
            "none": Change("同比", 12, 0, "down"),
            "points": Change("环比", Decimal("0.942"), Decimal("0.9371"), "up", points=True),
        },
        "missing": MISSING,
        "charts": _charts(),
        "area_map": _map(),
        "history": _history(now),
    }


def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/guide.html", _context(request))


def guide_part(request: HttpRequest, part: str) -> HttpResponse:
    if part == "areas":
        rows = [
            (f"53010{i}", name, "云南省昆明市")
            for i, name in enumerate(("五华区", "盘龙区", "官渡区", "西山区"))
        ]
        return render(request, "ui/guide_areas.html", {"rows": rows})
    if part == "palette":
        rows_ = [("/ui/guide/case/", TEXTS[0], "YN-20241", "list-check")]
        return render(request, "ui/guide_palette.html", {"groups": [("隐患", rows_)]})
    if part == "none":
        return render(request, "ui/guide_job.html", {})
    if part == "shapes":
        from django.http import JsonResponse

        return JsonResponse({"type": "FeatureCollection", "features": _shapes()})
    if part == "boom":
        raise RuntimeError("for looking at the error page")
    if part == "toast":
        from django.contrib import messages

        from anlan.ui.pages import undoable

        undoable(request, "已将 12 条隐患交办五华区住建局。", "/ui/guide/")
        messages.error(
            request, "附件“现场.mov”是视频，这里只收照片（JPG、PNG）。请换一张照片再传。"
        )
    names = {
        "list": "ui/guide_list.html",
        "case": "ui/guide_case.html",
        "form": "ui/guide_form.html",
    }
    return render(request, names.get(part, "ui/guide.html"), _context(request))


def _shapes() -> list[dict[str, Any]]:
    """Sixteen made-up cells; the real shapes are loaded by the regions engine."""
    shapes = []
    for i in range(16):
        x, y = 98 + (i % 4) * 2, 22 + (i // 4) * 1.7
        ring = [
            [x, y], [x + 1.1, y + 0.15], [x + 2, y], [x + 2.15, y + 0.9], [x + 2, y + 1.7],
            [x + 0.9, y + 1.6], [x, y + 1.7], [x + 0.12, y + 0.8], [x, y],
        ]  # fmt: skip
        shapes.append(
            {
                "type": "Feature",
                "properties": {"code": f"53{i + 1:02}", "name": f"第{i + 1}市"},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return shapes
