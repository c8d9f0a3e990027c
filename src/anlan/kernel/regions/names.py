"""How people shorten the names of places: 五华 for 五华区, 大理州 for 大理白族自治州."""

from __future__ import annotations

import re

#: Peoples whose names stand in 自治州 and 自治县, with or without 族.
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|"
    "纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|"
    "鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各"
)
_AUTONOMOUS = re.compile(
    rf"(?P<stem>.+?)(?:(?:{_PEOPLES})族|蒙古|维吾尔|哈萨克|柯尔克孜|锡伯|塔吉克)*"
    r"自治(?P<kind>区|州|县|旗)"
)
_ENDINGS = (
    "特别行政区", "民族乡", "街道办事处", "街道", "地区", "林区", "新区", "省", "市", "盟", "县",
    "区", "旗", "镇", "乡", "苏木",
)  # fmt: skip
STEM_CHARS_MIN = 2


def stem(name: str) -> str:
    """What is left of a name without its ending; the name itself where too little is left."""
    match = _AUTONOMOUS.fullmatch(name)
    if match:
        short = match["stem"].removesuffix("族")
        # 内蒙古自治区: the people is a part of the name.
        return short if len(short) >= STEM_CHARS_MIN else name.removesuffix("自治区")
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= STEM_CHARS_MIN:
            return name[: -len(ending)]
    return name


def short_forms(name: str) -> tuple[str, ...]:
    """Other ways to write a name in full: 大理州, 石林县, 东华门街道办事处."""
    match = _AUTONOMOUS.fullmatch(name)
    if match and match["kind"] != "区":
        return (match["stem"].removesuffix("族") + match["kind"],)
    if name.endswith("街道"):
        return (name + "办事处", name + "办")
    return ()
