"""What a row of a table is that isn't data: totals, footers, a section's heading."""

from __future__ import annotations

import re
from functools import lru_cache

from anlan.kernel.papers.sheets.book import Row
from anlan.kernel.papers.sheets.cells import Cells, squeeze, text_of

_TOTAL = re.compile(
    r"^(?:本页|本表|本月|本季|全县|全市|全州|全区|全省|以上|其中)?(?:合计|总计|小计|共计|累计|总数|汇总|合\s*计)"
    r"[数:]?[:(\d].{0,30}$|^(?:本页|本表|本月|本季|全县|全市|全州|全区|全省|以上)?(?:合计|总计|小计|共计|累计|总数|汇总)$"
    r"|^.{0,10}(?:小计|合计|总计)(?:[:(\d].{0,20})?$|^(?:total|subtotal|grand total|sum)[: ]*\d*$",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"^(?:(?:填表|填报|制表|审核|审批|复核|报送|统计|经办|签发|校核|编制|录入|联系|主管|分管|单位|部门|企业|"
    r"检查组?|受检|被检查?|受检查|陪同|整改|验收|复查|安全)?(?:单位|部门|企业)?(?:主要)?"
    r"(?:人员?|负责人|领导|日期|时间|电话|方式|单位|组长|组员|人签字|人签名)"
    r"(?:[((](?:签字|签名|盖章|公章|章)[))])?(?:签字|签名|盖章)?:.*"
    r"|(?:备注|注|附注|说明|备注说明|填写说明|填表说明|填报说明|填写要求|填报要求|填表要求|注意事项|附件|附|示例说明|表格说明|使用说明)"
    r"(?:[:1一].*)?$"
    r"|[((]?(?:盖章|公章|签字|签章|签名|单位盖章)[))]?:?$"
    r"|(?:以下|此页|本页)(?:空白|无正文|无内容|为空白)?$|第\s*\d*\s*页.*|共\s*\d*\s*页.*|第\d+页,?共\d+页|[-—]\d+[-—]$"
    r"|\*+[^*].{11,}|※.*|★.*|注[:\d].*)",
)
_MONTH = re.compile(r"\d{4}年\d{1,2}月(\d{1,2}日)?")


def is_total(cells: Cells) -> bool:
    """A line of totals: one of its first texts says so, and it is no sentence."""
    for _, value in cells[:3]:
        if isinstance(value, str) and len(value) < 60 and _says_total(value):
            return True
    return False


@lru_cache(maxsize=8_192)
def _says_total(text: str) -> bool:
    return bool(_TOTAL.match(squeeze(text)))


def is_title(cells: Cells) -> bool:
    """One text, or 'label: value' pairs, that are neither totals nor a footer."""
    texts = [squeeze(text_of(value)) for _, value in cells]
    if _NOTE.match(texts[0]):
        return False
    if len(texts) == 1:
        is_text = isinstance(cells[0][1], str) and len(texts[0]) <= 60
        if is_text and not _TOTAL.match(texts[0]):
            return True
    return len(texts) <= 4 and all(":" in text or _MONTH.fullmatch(text) for text in texts)


def is_note(cells: Cells) -> bool:
    """A footer: who filled in the form, remarks about it, page numbers."""
    return bool(cells and isinstance(cells[0][1], str) and _says_note(cells[0][1][:2_000]))


@lru_cache(maxsize=2_048)
def _says_note(text: str) -> bool:
    return bool(_NOTE.match(squeeze(text)))


def lone_text(row: Row, cells: Cells, width: int) -> str | None:
    """The text of a row that holds nothing else and stretches over the table or stands at its left.

    Such a row is a section's heading or a remark, unless it stands in a column for long texts.
    """
    if len(cells) != 1:
        return None
    index, value = cells[0]
    if not isinstance(value, str):
        return None
    span = 1 + sum(1 for origin in row.filled.values() if origin == (row.number, index))
    if span >= max(3, width // 2) or index <= 1:
        return value.strip()
    return None
