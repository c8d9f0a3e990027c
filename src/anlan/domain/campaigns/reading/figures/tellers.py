"""Whose a paper is where it doesn't say so itself: by who tells it.

丹阳热点 … 来源:丹阳视觉        a county or district by its stem, said twice near the head
沂水:筑牢安全防线, 吴江日报     … or once, where it is the title's or a newspaper's
龙华区 … 深圳特区报            of two places of one name the one that the teller is of
齐鲁网, 华龙网                 a newspaper whose name is no place's: its province
"""

from __future__ import annotations

import re
from collections import Counter

from . import regions
from .gazetteer import Place, gazetteer, stems

#: So far a teller is looked for.
HEAD_CHARS = 700
#: A stem that is said so often near the head is whose the paper is.
SAID_MIN = 2
#: Behind a line's beginning or one of these a stem may stand alone.
_STANDS = re.compile(r"(?<![^\s:>,。、(《“])[\u4e00-\u9fff]{2,3}")
_TELLS = re.compile(
    r"日报|晚报|时报|报社|融媒|传媒|新闻|在线|视觉|热点|电视台|发布|网讯|网\s|政府网|应急|安监"
)

#: Newspapers and their pages whose names are no place's → the short name of their province.
PAPERS = {
    "天山网": "新疆", "红网": "湖南", "三湘": "湖南", "潇湘晨报": "湖南", "大河": "河南", "映象网": "河南", "荆楚网": "湖北", "楚天": "湖北",
    "东南网": "福建", "海峡都市报": "福建", "齐鲁": "山东", "大众网": "山东", "中安在线": "安徽", "新安晚报": "安徽", "长城网": "河北",
    "燕赵": "河北", "东北网": "黑龙江", "龙江": "黑龙江", "华龙网": "重庆", "北国网": "辽宁", "大江网": "江西", "南方网": "广东",
    "南方日报": "广东", "羊城晚报": "广东", "扬子晚报": "江苏", "新华日报": "江苏", "钱江晚报": "浙江", "东方网": "上海", "解放日报": "上海",
    "千龙网": "北京", "北方网": "天津", "黄河新闻网": "山西", "三晋": "山西", "正北方网": "内蒙古", "西部网": "陕西", "三秦": "陕西",
    "华商报": "陕西", "南国早报": "广西", "南海网": "海南",
}  # fmt: skip
_PAPERS = re.compile("|".join(sorted(PAPERS, key=len, reverse=True)))


def county(text: str) -> Place | None:
    """A county or district that no full name says, by its stem; where two could be it, none."""
    said: Counter[str] = Counter()
    head = text[:HEAD_CHARS]
    opens = len(head) - len(head.lstrip())
    for hit in _STANDS.finditer(head):
        stem = next((hit[0][:size] for size in (3, 2) if hit[0][:size] in stems()), None)
        if stem is None or _PAPERS.match(head, hit.start()):
            continue
        end = hit.start() + len(stem)
        if head[end : end + 1] and head[end] in "省市县区镇乡州盟旗路":
            continue
        if hit.start() == opens and head[end : end + 1] == ":":
            return stems()[stem]
        said[stem] += SAID_MIN if _TELLS.match(head, end) else 1
    often = [stem for stem, count in said.items() if count >= SAID_MIN]
    return stems()[often[0]] if len(often) == 1 else None


def papers_of(text: str, stem: str) -> bool:
    """Whether a newspaper, page or station of that name tells it."""
    return any(_TELLS.match(text, hit.end()) for hit in re.finditer(stem, text[:HEAD_CHARS]))


def province(text: str) -> Place | None:
    """The province of a newspaper whose own name says it to whoever knows it."""
    hit = _PAPERS.search(text[:HEAD_CHARS])
    return gazetteer()[1][PAPERS[hit[0]]] if hit else None


def settled(text: str, place: Place) -> Place:
    """A place that the gazetteer holds twice, or a town that it doesn't hold, by who tells it."""
    if place.province or not place.level:
        return place
    same = gazetteer()[0].get(place.path, ())
    for near in regions.mentions(text, 0, min(len(text), HEAD_CHARS), tellers=True):
        inside = [
            one for one in same
            if near.place and near.place.province
            and (near.place.prefecture or near.place.province) in (one.prefecture, one.province)
        ]  # fmt: skip
        if len(inside) == 1:
            return inside[0]
    if place.level == regions.TOWN:
        return county(text) or place
    return place
