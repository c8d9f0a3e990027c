"""Words beside a number that say it isn't exact: 约, 余, 近, 以上, 不超过.

Codes: >= at least, <= at most, > more than, < less than, ~ about, <~ nearly, and the two that
contradict each other (近3万余次) joined by a comma.
"""

from __future__ import annotations

#   word       code
BEFORE = {
    "不低于": ">=", "不少于": ">=", "不小于": ">=", "至少": ">=", "最低": ">=", "起码": ">=",
    "不超过": "<=", "不高于": "<=", "不多于": "<=", "不大于": "<=", "至多": "<=", "最多": "<=",
    "最高": "<=", "控制在": "<=", "低于": "<", "少于": "<", "不足": "<", "不到": "<", "小于": "<",
    "超过": ">", "高于": ">", "大于": ">", "突破": ">", "逾": ">", "超": ">", "多于": ">",
    "大约": "~", "约为": "~", "约": "~", "左右": "~", "大概": "~",
    "接近": "<~", "将近": "<~", "近": "<~",
    "达到": "", "高达": "", "达": "", "共计": "", "共": "", "增加到": "", "缩减至": "",
    "占": "", "增至": "", "降至": "", "压减到": "", "提高到": "", "上升到": "", "下降到": "",
}  # fmt: skip
MIDDLE = {"余": ">=", "多": ">=", "来": "~", "几": ">="}
AFTER = {"以上": ">=", "及以上": ">=", "以下": "<=", "及以下": "<=", "以内": "<=", "左右": "~",
         "上下": "~", "之内": "<="}  # fmt: skip

BEFORE_PATTERN = "|".join(sorted(BEFORE, key=len, reverse=True))
AFTER_PATTERN = "|".join(sorted(AFTER, key=len, reverse=True))


def joined(before: str | None, middle: str | None, after: str | None) -> str:
    """The code of all the words around one number; both where they contradict each other."""
    codes = []
    for table, word in ((BEFORE, before), (MIDDLE, middle), (AFTER, after)):
        code = table.get(word or "", "")
        if code and code not in codes:
            codes.append(code)
    return ",".join(codes)
