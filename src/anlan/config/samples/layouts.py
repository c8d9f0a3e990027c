"""The shapes in which counties and departments send their registers, as awkward as in life."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter
import xlwt

from anlan.config.samples.phrases import SECTOR_NAMES
from anlan.config.samples.simulate import Simulated

LABEL = "模拟数据"
#: About one row in so many is broken on purpose, so that there is something to mend.
BROKEN_EVERY = 180
_PER_PAGE = 45
_EXCEL_EPOCH = date(1899, 12, 30)
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def serial(day: date) -> int:
    """Excel's number of a day."""
    return (day - _EXCEL_EPOCH).days


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def dotted(day: date) -> str:
    return f"{day.year}.{day.month}.{day.day}"


def short(day: date) -> str:
    return f"{day.month}.{day.day}"


class _Mistakes:
    """What goes wrong in one row of ``BROKEN_EVERY``: a day that can't be, or nothing described."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.count = 0

    def day(
        self, right: Any, wrong: Sequence[Any] = ("2026年2月30日", "2206-6-31", "上月底")
    ) -> Any:
        if self.chance.random() * BROKEN_EVERY < 0.7:
            self.count += 1
            return self.chance.choice(wrong)
        return right

    def text(self, right: str) -> str:
        if self.chance.random() * BROKEN_EVERY < 0.3:
            self.count += 1
            return ""
        return right


def _state(row: Simulated, words: tuple[str, str, str]) -> str:
    """The words for: open, rectified, closed."""
    if row.closed_on:
        return words[2]
    return words[1] if row.rectified_on else words[0]


def _when(day: date | None, shown: Callable[[date], Any]) -> Any:
    return "" if day is None else shown(day)


# 1. A county's workbook: title rows, a two-row header with merged cells, a total, signatures.


def titled(path: Path, rows: Sequence[Simulated], today: date, chance: Random) -> int:
    county = rows[0].county
    mistakes = _Mistakes(chance)
    with _workbook(path, today) as book:
        bold = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
        cell = book.add_format({"border": 1, "text_wrap": True})
        sheet = book.add_worksheet("问题隐患清单")
        sheet.merge_range(0, 0, 0, 18, f"{county.name}安全生产问题隐患清单（{LABEL}）", bold)
        sheet.merge_range(
            1, 0, 1, 18, f"填报单位：{county.name}安全生产委员会办公室（{LABEL}）　"
            f"填报日期：{chinese(today)}　单位：项、万元",
        )  # fmt: skip
        groups = (
            ("序号", ()), ("检查日期", ()),
            ("受检单位", ("单位名称", "统一社会信用代码", "所属行业")),
            ("隐患地点", ("乡镇（街道）", "具体部位")),
            ("问题隐患描述", ()), ("隐患等级", ()), ("隐患来源", ()),
            ("整改", ("整改措施", "责任人", "整改期限", "完成日期", "整改资金（万元）")),
            ("整改情况", ()), ("验收", ("验收人", "验收日期")), ("是否挂牌督办", ()), ("备注", ()),
        )  # fmt: skip
        column = 0
        for name, parts in groups:
            if not parts:
                sheet.merge_range(2, column, 3, column, name, head)
                column += 1
                continue
            sheet.merge_range(2, column, 2, column + len(parts) - 1, name, head)
            for part in parts:
                sheet.write_string(3, column, part, head)
                column += 1
        for number, row in enumerate(rows, start=1):
            line = number + 3
            values: tuple[Any, ...] = (
                number, mistakes.day(row.found_on), row.firm.name, row.firm.code,
                SECTOR_NAMES[row.sector], row.township, row.place, mistakes.text(row.text),
                "重大隐患" if row.major else "一般隐患", row.source, row.measure, row.person,
                row.due_on, row.rectified_on, row.funds if row.major else "",
                _state(row, ("整改中", "已整改", "已销号")), row.checker if row.closed_on else "",
                row.closed_on, "是" if row.listed else "否",
                "立行立改" if row.found_on == row.due_on else "",
            )  # fmt: skip
            for column, value in enumerate(values):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, value, day)
                elif value not in ("", None):
                    sheet.write(line, column, value, cell)
        end = len(rows) + 4
        sheet.write_string(end, 0, "合计")
        sheet.write_string(end, 7, f"共{len(rows)}项")
        sheet.write_string(end, 8, f"重大{sum(row.major for row in rows)}项")
        sheet.merge_range(
            end + 1, 0, end + 1, 18, f"备注：本表为{LABEL}，人名、单位均为虚构，不得用于统计上报。"
        )
        sheet.write_string(
            end + 3, 0, "填表人：模拟人员001　　　审核人：模拟人员002　　　主要负责人（签字）："
        )
    return len(rows) - mistakes.count


# 2. A prefecture's workbook: a sheet for each sector, counties merged down, findings joined.


def by_sector(path: Path, rows: Sequence[Simulated], today: date, chance: Random) -> int:
    mistakes = _Mistakes(chance)
    sheets: dict[str, list[Simulated]] = defaultdict(list)
    for row in rows:
        sheets[SECTOR_NAMES[row.sector]].append(row)
    headers = (
        "县（市、区）", "乡镇（街道）", "企业（单位）名称", "统一社会信用代码", "发现时间",
        "存在的主要问题和隐患",
        "级别", "整改措施", "整改时限", "责任单位", "责任人", "整改完成时间", "是否销号",
        "问题来源",
    )  # fmt: skip
    with _workbook(path, today) as book:
        head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "text_wrap": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for name, inside in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.merge_range(
                0, 0, 0, len(headers) - 1,
                f"{rows[0].county.prefecture}{name}领域问题隐患台账（{LABEL}，截至{chinese(today)}）",
                head,
            )  # fmt: skip
            sheet.write_row(1, 0, headers, head)
            line = 2
            inside.sort(key=lambda row: (row.county.code, row.found_on))
            for _code, group in groupby(inside, key=lambda row: row.county.code):
                block = list(_joined(group, chance))
                for at, parts in enumerate(block, start=line):
                    row = parts[0]
                    sheet.write_row(
                        at, 1,
                        (
                            row.township, row.firm.name, row.firm.code,
                            mistakes.day(chinese(row.found_on)),
                            mistakes.text(_numbered([part.text for part in parts])),
                            "重大" if row.major else "一般",
                            _numbered(list(dict.fromkeys(part.measure for part in parts))),
                            _until(row),
                            row.firm.name, row.person, _when(row.rectified_on, chinese),
                            _state(row, ("否", "未销号", "已销号")), row.source,
                        ),
                        wrap,
                    )  # fmt: skip
                county = block[0][0].county.name
                if len(block) > 1:
                    sheet.merge_range(line, 0, line + len(block) - 1, 0, county, wrap)
                else:
                    sheet.write_string(line, 0, county, wrap)
                line += len(block)
            sheet.write_string(line, 0, "小计")
            sheet.write_number(line, 5, len(inside))
    return len(rows) - mistakes.count


def _joined(rows: Iterator[Simulated], chance: Random) -> Iterator[list[Simulated]]:
    """Findings at one firm on one day that stand as well, put into one cell now and then."""
    for _key, group in groupby(
        rows, key=lambda row: (row.found_on, row.firm.name, row.due_on, row.rectified_on)
    ):
        together = list(group)
        if len(together) > 1 and not any(row.major for row in together):
            yield together
            continue
        yield from ([row] for row in together)


def _until(row: Simulated) -> str:
    return "立即整改" if row.due_on == row.found_on else f"{chinese(row.due_on)}前"


def _numbered(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n".join(f"{number}.{text}。" for number, text in enumerate(texts, start=1))


# 3. A prefecture's export: GB18030 text, its own column names, full-width digits.


def exported(path: Path, rows: Sequence[Simulated], today: date, chance: Random) -> int:
    mistakes = _Mistakes(chance)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        (
            "填报县区", "乡镇街道", "企业（场所）名称", "社会信用代码", "行业领域", "隐患排查时间",
            "隐患部位", "隐患具体情况", "是否重大隐患", "拟采取措施", "要求完成时间",
            "实际完成时间", "当前状态", "复查人员", "复查时间", "隐患来源", "备注",
        )
    )  # fmt: skip
    for row in rows:
        wide = chance.random() < 0.3
        found = dotted(row.found_on).translate(_WIDE) if wide else dotted(row.found_on)
        writer.writerow(
            (
                row.county.name, row.township, row.firm.name, row.firm.code or "无",
                SECTOR_NAMES[row.sector],
                mistakes.day(found, ("２０２６．１３．０５", "26年第三季度")), row.place,
                mistakes.text(row.text.translate(_WIDE) if wide else row.text),
                "是" if row.major else "否", row.measure, row.due_on.strftime("%Y/%m/%d"),
                _when(row.rectified_on, lambda day: day.strftime("%Y/%m/%d")),
                _state(row, ("未完成", "待复查", "已闭环")), row.checker if row.closed_on else "",
                _when(row.closed_on, lambda day: day.strftime("%Y/%m/%d")), row.source, LABEL,
            )
        )  # fmt: skip
    path.write_bytes(out.getvalue().encode("gb18030"))
    return len(rows) - mistakes.count


# 4. A county's old .xls: days as bare numbers, blank rows, the header again on each page.


def paged(path: Path, rows: Sequence[Simulated], today: date, chance: Random) -> int:
    mistakes = _Mistakes(chance)
    headers = (
        "编号", "排查日期", "被检查单位", "统一社会信用代码", "所在地区", "领域", "部位",
        "隐患内容", "隐患级别",
        "治理措施", "治理期限", "治理责任人", "实际完成日期", "整改状态", "销号时间", "挂牌督办",
        "检查方式",
    )  # fmt: skip
    lines: list[Sequence[Any]] = [(f"{rows[0].county.name}隐患排查治理台账（{LABEL}）",)]
    for number, row in enumerate(rows):
        if number % _PER_PAGE == 0:
            lines += [(), headers] if number else [headers]
        elif chance.random() < 0.01:
            lines.append(())
        lines.append(
            (
                f"{row.county.code}-{number + 1:04d}",
                mistakes.day(serial(row.found_on), (99, "2026-9-31", "不详")), row.firm.name,
                row.firm.code, f"{row.county.name}{row.township}", SECTOR_NAMES[row.sector],
                row.place, mistakes.text(row.text),
                "重大" if row.major else "一般", row.measure, serial(row.due_on), row.person,
                _when(row.rectified_on, serial), _state(row, ("正在整改", "整改完成", "已销号")),
                _when(row.closed_on, serial), "县级挂牌" if row.listed else "",
                "自查" if row.source == "企业自查" else row.source,
            )
        )  # fmt: skip
    lines.append(("本页合计", "", "", "", "", "", "", len(rows)))
    _old_sheet(path, "台账", lines)
    return len(rows) - mistakes.count


def _old_sheet(path: Path, name: str, lines: Sequence[Sequence[Any]]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            if value != "":
                sheet.write(number, column, value)
    book.save(str(path))


# 5. A department of the province: a sheet a month, days as "6.25", results in words.


def by_month(
    path: Path, rows: Sequence[Simulated], today: date, chance: Random, department: str
) -> int:
    mistakes = _Mistakes(chance)
    headers = (
        "序号", "日期", "市州", "县区", "乡镇", "受检项目（单位）", "行业", "问题描述", "具体部位",
        "隐患级别", "处理意见", "整改时限", "整改结果",
    )  # fmt: skip
    with _workbook(path, today) as book:
        for (year, month), group in groupby(
            sorted(rows, key=lambda row: row.found_on),
            key=lambda row: (row.found_on.year, row.found_on.month),
        ):
            sheet = book.add_worksheet(f"{year}年{month}月")
            sheet.write_string(0, 0, f"{department}{year}年{month}月检查问题清单（{LABEL}）")
            sheet.write_row(1, 0, headers)
            line = 1
            for line, row in enumerate(group, start=2):
                sheet.write_row(
                    line, 0,
                    (
                        line - 1, mistakes.day(short(row.found_on), ("13.5", "月底")),
                        row.county.prefecture, row.county.name, row.township, row.firm.name,
                        SECTOR_NAMES[row.sector],
                        mistakes.text(row.text), row.place, "重大" if row.major else "一般",
                        row.measure, short(row.due_on), _result(row),
                    ),
                )  # fmt: skip
            sheet.write_string(line + 1, 0, "说明：以上问题由检查组现场反馈，数据为模拟。")
    return len(rows) - mistakes.count


def _result(row: Simulated) -> str:
    if row.closed_on:
        return f"已于{chinese(row.closed_on)}复查销号"
    if row.rectified_on:
        return f"已整改（{chinese(row.rectified_on)}），待复查"
    return "正在整改"


class _workbook:
    """An xlsx that comes out the same for the same seed."""

    def __init__(self, path: Path, today: date) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False})
        made = datetime(today.year, today.month, today.day)  # noqa: DTZ001  no clock in samples
        self.book.set_properties({"title": LABEL, "comments": LABEL, "created": made})

    def __enter__(self) -> Any:
        return self.book

    def __exit__(self, *_error: object) -> None:
        self.book.close()
