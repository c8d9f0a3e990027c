"""Numbers with a unit in one line of a document: 1087起, 327.7多万元, 四个阶段, 10%—20%."""

from __future__ import annotations

import re
from functools import lru_cache

from . import bounds, death_rates, indicators, numbers, units
from .model import Find, Value

#: More digits than this are a number of something, not a count of it.
LONGEST = 15

_UNIT = units.alternatives(
    units.COUNTED, units.MONEY, units.PHYSICAL, units.TIME, units.RATES, ("号",)
)
_HAN_UNIT = units.alternatives(
    units.STRUCTURE,
    units.BARE,
    ("倍", "成", "个百分点", "家次", "人次", "辆", "份", "间", "笔"),
    units.MONEY,
    ("公里", "吨", "亩", "公顷", "平方米"),
)
_BARE = units.alternatives(units.BARE)

ARABIC = re.compile(
    rf"(?P<pre>(?:{bounds.BEFORE_PATTERN})(?:了)?)?(?:(?<=近)共)?"
    rf"(?<![\dA-Za-z.#/])(?P<n>{numbers.ARABIC})(?P<q>余|多|几)?(?P<s>{numbers.SCALE})?(?P<q2>余|多)?"
    rf"(?:(?P<dash>—+|-|~|至|到)(?P<n2>{numbers.ARABIC})(?P<s2>{numbers.SCALE})?(?P<q3>余|多)?)?"
    rf"(?:(?P<u>{_UNIT})(?!(?<=[A-Za-z])[A-Za-z])|(?P<b>(?=(?:{_BARE})))|(?P<none>(?=[,。;、!)]|以上)))"
    rf"(?P<post>{bounds.AFTER_PATTERN})?"
)
TENS = re.compile(
    rf"(?P<pre>(?:{bounds.BEFORE_PATTERN})(?:了)?)?(?P<t>数|几|上)(?P<z>十|百|千|万)(?P<s>{numbers.SCALE})?(?P<u>{_UNIT})"
)
HAN = re.compile(
    rf"(?P<pre>(?:{bounds.BEFORE_PATTERN}))?(?<![〇零一二三四五六七八九十百千万亿两])(?P<n>{numbers.HAN})(?P<q>余|多)?"
    rf"(?:(?P<u>{_HAN_UNIT})|(?P<b>(?=(?:{_BARE}))))(?P<post>{bounds.AFTER_PATTERN})?"
)
#: 受伤人数为0: the noun says what is counted.
_NAMED_SO = re.compile(r"(?P<unit>[起人家户项次处辆])(?<!万车死亡人)数(?:量|均)?(?:为|是)?$")
#: 较近10年、近5年同期均值
_MEAN_OF = re.compile(r"(?:每[百千万十\d]|平均|人均|户均|年均|日均|月均)[^,。;]*$")
_MEAN = re.compile(r"(?:、近?\d+年)*(?:同期)?(?:均值|平均|的平均)")
#: 为期三个月, 两个多月, 为期半年; 三个月内 is a limit, and 一个月 alone is said too lightly.
MONTHS = re.compile(
    r"(?P<pre>为期|历时|连续)?(?P<b>近|约)?(?:(?P<n>[一二两三四五六七八九十]{1,2})(?P<q>多)?个(?P<q2>多)?月|(?P<half>半年))"
    r"(?!内|前|后|以[内上]|一次|为|度|均|份|至少|之内|未发生|没有发生)"
)
#: Numerals that a word before them would make part of something else, but not with these units.
EACH_UNIT = frozenset(["个", "家", "名", "人", "座", "处", "起", "套", "支", "台"])
FRACTION = re.compile(
    r"(?:百分之(?P<p>[一二三四五六七八九十百零点〇]+)|(?P<d>[二三四五六七八九十])分之(?P<n>[一二三四五六七八九]))"
)
#: 九成八 is 98 %; 九成 alone stays in its own unit.
TENTHS = re.compile(
    rf"(?P<pre>{bounds.BEFORE_PATTERN})?(?P<tens>[一二三四五六七八九])成(?P<ones>[一二三四五六七八九]|半)(?![\u4e00-\u9fff]?[个项年])"
)
DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{1,12}[〔\[【](?P<y>(?:19|20)\d\d)[〕\]】](?:第)?(?P<n>\d{1,4})号"
)
ANNIVERSARY = re.compile(r"(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,3})周年")

#: Digits that aren't figures at all: telephones, mail, addresses, standards, models, times of day.
NOT_FIGURES = re.compile(
    r"(?:10|十)万(?:名)?(?:人|从业人员)(?=[^,。;\d]{0,12}死亡[人率])|10亿吨公里(?=[^,。;\d]{0,8}死亡)|(?:浏览|点击|阅读|访问|下载)(?:量|次数|数|人数|率)?[:\s]*\d+次?|(?:电话|传真|手机|热线|邮编|邮箱|联系方式|QQ|微信号)[:\s]*[\d\-—、/ ()A-Za-z.@]+"
    r"|\d{3,4}-\d{7,8}|(?<!\d)1[3-9]\d{9}(?!\d)|[\w.]{1,64}@[\w.]{1,64}|https?://\S{1,300}|www\.\S{1,300}"
    r"|(?:GB|AQ|DB|HG|GA|SY|JGJ|TSG|XF|WS|JT|MT|YJ)[\dA-Z]*(?:/[TZ])?\s?[\d.]+(?:[—-]\d{2,4})?"
    r"|第(?:\d+|[一二三四五六七八九十百〇零]+)(?:条|款|章|节|项|号|届|次|批|期|名|位|部分|阶段|季度|轮|场|类|方|一|责任|起|个|家|台|二)?"
    r"|(?:附件|附表|表|图|序号|编号|批号)[:\s]?\d+(?:[-—.]\d+)*"
    r"|\d{1,2}[:]\d{2}(?::\d{2})?|\d{1,2}时\d{1,2}分|\d{1,2}[时点](?=许|左右|,|整|$)"
    r"|(?<![A-Za-z])[A-Za-z]{1,20}-?\d{1,12}[A-Za-z\d-]{0,20}|(?<!\d)\d{1,12}-?[A-Za-z]{2,20}\d*|\d[GgDd](?![\u4e00-\u9fff]?吨)"
    r"|[一二三四五六七八九十]{1,3}(?:届|中全会)|二十大|十八大|十九大"
)
LIST_NUMBER = re.compile(
    r"\s*(?:[(]?\d{1,2}[)]|\d{1,2}[.、](?!\d)|[(]?[一二三四五六七八九十]{1,3}[)、]|[①-⑳])"
)

#: Chinese numerals with a unit that are an idiom, an article or a name.
HAN_STOP = re.compile(
    r"一(?![十百千万点])|[两三四]轮[车电摩]|[三五七九]台[县河山区市]|五大连池|三门峡|三河|九江|六安|两手|两会|两[项件]大事|两者|两地|两[侧边岸]|两案|二维|二次|三方技|三方服|三方机|三方[安评]|三维|三级甲|三甲|三分之|四面|四周|四方|"
    r"五大发|七天|十分|十足|百分|万元|千克|百年|百家|百日(?!行动|攻坚|整治|专项|会战)|千方|万一|三农|双重|"
    r"三天两头|两级政|三次产业|一年|半年|三个代表|四个意识|四个自信|两个维护|两个确立|五位一体|"
    r"三项岗位|两个以上|两人|二级(?:学院|学科)|二类(?:区|声)|万人|三年(?:来|行动|内)|几年|数年|千万"
)
#: Words before a Chinese numeral that make it something else.
HAN_BEFORE = re.compile(
    r"(?:第|十|百|千|万|数|几|每|(?<!以)上|(?<!以)下|前|(?<!先)后|同|这|该|本|各|星期|周|初|零|点|之|[一二三四五六七八九]、)$"
)
_STRUCTURES = re.compile(
    r"方面|领域|阶段|特点|专题|环节|层面|维度|清单|机制|体系|转变|总方案|专项|小组|类别|行业|板块|批次|原则|要素|重点高层|严禁|必须|一批|到位"
)


def blanks(text: str) -> str:
    """The text with everything that is no figure made blank, as long as it was."""
    return NOT_FIGURES.sub(lambda hit: "\0" * len(hit[0]), text)


@lru_cache(maxsize=2)
def _cleared(text: str) -> str:
    """The same line by line; kept, because each line of a document asks for it."""
    return "\n".join(map(blanks, text.split("\n")))


def finds(text: str, start: int, end: int, *, plan: bool = False) -> list[Find]:
    """Every number with a unit between these places; dates are read elsewhere."""
    numbered = LIST_NUMBER.match(text, start, end)
    if numbered:
        start = numbered.end()
    found = [*_references(text, start, end), *death_rates.finds(text, start, end)]
    found += _amounts(text, start, end)
    if plan:
        _quotas(text, start, found)
    found += _han(text, start, end)
    for hit in _SCORE.finditer(text, start, end):
        if _SCORED.search(text, max(start, hit.start() - SCORED_CHARS), hit.start()):
            value = numbers.arabic(hit["n"])
            found.append(Find(*hit.span(), value, "分", "count", number=hit.span()))
    for hit in _ONE_EVENT.finditer(text, start, end):
        found.append(Find(*hit.span("n"), 1, "起", "count", number=hit.span("n")))
    return found


#: 得分分别为92.6分、91.3分
_SCORE = re.compile(r"(?<![\d.])(?P<n>\d{1,3}(?:\.\d{1,3})?)分(?=[、,。;()和与及\s]|$)")
_SCORED = re.compile(r"得分|总分|均分|评分|成绩|分数|考核")
SCORED_CHARS = 60


#: 发生一起施工挖穿燃气管道事故; 一起 by itself is together.
_ONE_EVENT = re.compile(
    r"(?<![对每凡若如])发生了?(?P<n>一起)(?=[^,。;\d]{2,30}?(?:事故|火灾|爆炸|案件)(?!的))"
)


def _references(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in DOCUMENT_NUMBER.finditer(text, start, end):
        found.append(Find(hit.start(), hit.end(), int(hit["n"]), "号", "reference",
                          number=hit.span(), indicator="文号", parts=()))  # fmt: skip
    for hit in ANNIVERSARY.finditer(text, start, end):
        value = numbers.either(hit["n"])
        found.append(Find(hit.start(), hit.end(), value, "周年", "reference", number=hit.span(),
                          indicator=indicators.before(text, hit.start(), start) + "周年"))  # fmt: skip
    return found


def _amounts(text: str, start: int, end: int) -> list[Find]:
    clear = _cleared(text)
    found = []
    for hit in ARABIC.finditer(clear, start, end):
        find = _amount(text, hit)
        if find is not None:
            found.append(find)
    found = _ranges(text, found)
    for hit in TENS.finditer(clear, start, end):
        if (
            hit["t"] == "上"
            and (hit["z"] in "十万" or not hit["s"])
            and hit["u"] not in units.MONEY
        ):
            continue
        value = numbers.SCALES[hit["z"]]
        scaled = value * numbers.SCALES[hit["s"] or ""]
        unit, factor = money(hit["u"])
        found.append(Find(hit.start(), hit.end(), scaled * factor, unit, kind_of(unit), bound=">=",
                          number=hit.span()))  # fmt: skip
    for hit in TENTHS.finditer(clear, start, end):
        ones = 5 if hit["ones"] == "半" else numbers.han(hit["ones"])
        found.append(Find(*hit.span(), numbers.han(hit["tens"]) * 10 + ones, "%", "rate",
                          bound=bounds.joined(hit["pre"], None, None), number=hit.span()))  # fmt: skip
    for hit in FRACTION.finditer(clear, start, end):
        if hit["p"]:
            found.append(
                Find(hit.start(), hit.end(), numbers.han(hit["p"]), "%", "rate", number=hit.span())
            )
    return found


def _ranges(text: str, found: list[Find]) -> list[Find]:
    """3000万元至5000万元 is one figure with an end."""
    joined: list[Find] = []
    for find in found:
        last = joined[-1] if joined else None
        if (
            last is not None and last.unit == find.unit and last.value < find.value
            and last.end_value is None and re.fullmatch(r"至|到|—+|-|~", text[last.end : find.start])
        ):  # fmt: skip
            last.end_value, last.end = find.value, find.end
            last.number = (last.number[0], find.end)
            continue
        joined.append(find)
    return joined


def _quotas(text: str, start: int, found: list[Find]) -> None:
    """In a plan, 各州市建成2座以上 is so many for each of them."""
    for find in found:
        each = re.search(
            r"(?:^|[,。;、\s”])(?:各|每个?)(?P<who>州市|市州|州、市|市|县|区|县区|乡镇|街道|园区|部门|企业)[^,。;、\d各]{1,6}$",
            text[max(start, find.start - 14) : find.start],
        )
        if each and find.kind == "count":
            find.unit = f"{find.unit}/{each['who'].replace('、', '')}"


def money(unit: str) -> tuple[str, int]:
    if unit in ("万元", "亿元"):
        return "元", numbers.SCALES[unit[0]]
    return units.same(unit), 1


def _amount(text: str, hit: re.Match[str]) -> Find | None:
    unit = hit["u"] or ""
    if hit["b"] is not None:
        unit = "个"
    elif hit["none"] is not None:
        named = _NAMED_SO.search(text[max(0, hit.start() - 6) : hit.start()])
        if not named and (
            hit["s"] not in ("万", "亿") or text[hit.start() - 1 : hit.start()] == "第"
        ):
            return None
        unit = named["unit"] if named else _guessed(text, hit.start())
    if unit in ("月", "号") or (unit == "年" and re.fullmatch(r"(?:19|20)\d\d", hit["n"])):
        return None
    if unit == "日" and hit["s"] is None:
        return None
    if unit == "个月" and text[hit.start() - 1 : hit.start()] == "前":
        return None  # 今年前8个月 is a time.
    if unit == "年" and (
        text[hit.start() - 1 : hit.start()] == "前" or _MEAN.match(text, hit.end())
    ):
        return None  # 与前2年均比, 前5年, 较近10年、近5年均值: what a change is held against.
    follows = text[hit.end() : hit.end() + 1]
    if (unit, follows) in {("方", "面"), ("部", "门"), ("大", "类")}:
        unit = "个"
    if unit == "个月" and follows == "份":
        unit = "个"  # 9个月份: so many months of the year, not a time of nine months.
    digits, scale = hit["n"], hit["s"] or ""
    if len(digits) > LONGEST or len(hit["n2"] or "") > LONGEST:
        return None
    # 1.1级 is a number of a class, 1.32人 a rate; 每千家次…49.7项次 is a mean and stays.
    fraction = "." in digits and not scale and unit in units.COUNTED and unit not in units.PHYSICAL
    # 5.5件: an accident of two is a half of each.
    fraction = fraction and not (unit in ("件", "起", "艘") and re.search(r"\.[05]$", digits))
    if fraction and not _MEAN_OF.search(text[max(0, hit.start() - 24) : hit.start()]):
        return None
    value = numbers.arabic(digits, scale)
    unit, factor = money(unit)
    last: Value | None = None
    if hit["n2"]:
        last = numbers.arabic(hit["n2"], hit["s2"] or "") * factor
        if not scale and hit["s2"]:
            value = numbers.arabic(digits, hit["s2"])
        if value * factor > last:
            return None
    middle = hit["q"] or hit["q2"] or hit["q3"]
    pre = (hit["pre"] or "").removesuffix("了")
    stop = hit.end() - (unit == "个" and hit["u"] == "个月")
    bound = bounds.joined(pre, middle, hit["post"])
    start = hit.start()
    if kind_of(unit) == "duration" and re.search(
        r"连续$|为期$|历时$", text[max(0, start - 2) : start]
    ):
        start -= 2
    return Find(start, stop, value * factor, unit, kind_of(unit), end_value=last, bound=bound,
                number=(hit.start("n"), stop))  # fmt: skip


def _guessed(text: str, place: int) -> str:
    """The unit of a number that has none (粉丝量达435.3万), from what it counts."""
    before = text[max(0, place - 16) : place]
    if re.search(r"人次|培训|参与", before):
        return "人次"
    if re.search(r"产能|产量|储量", before):
        return "吨"
    if re.search(r"损失|罚款|资金|投入|金额|产值", before):
        return "元"
    return "人" if re.search(r"粉丝|人数|用户|人员|群众|人口|职工", before) else ""


def kind_of(unit: str) -> str:
    if unit in ("元", "美元"):
        return "money"
    if unit in ("%", "‰", "个百分点", "倍", "成"):
        return "rate"
    if unit in units.PHYSICAL:
        return "physical"
    return "duration" if unit in units.TIME else "count"


def _han(text: str, start: int, end: int) -> list[Find]:
    clear = _cleared(text)
    months = _months(text, start, end)
    found: list[Find] = [*months]
    for hit in HAN.finditer(clear, start, end):
        n, unit = hit["n"], hit["u"] or "个"
        bare = unit in units.BARE
        place = hit.start("n")
        tail = text[hit.end() : hit.end() + 8]
        before = text[max(start, place - 2) : place]
        each = unit in EACH_UNIT and re.search(r"各有?$", before) is not None
        if not each and (HAN_STOP.match(text, place) or HAN_BEFORE.search(before)):
            continue
        if any(item.start <= place < item.end for item in months):
            continue
        if (
            len(n) > LONGEST
            or set(n) <= {"零", "〇"}
            or (n[0] in "百千万亿" and not re.match(r"百日", text[place:]))
        ):
            continue
        if re.fullmatch(r"[一二三四五六七八九]{2}", n):
            n, place = n[1], place + 1
            if n == "一":
                continue
        try:
            value = numbers.han(n)
        except (ValueError, KeyError):
            continue
        if any(
            item.kind == "duration" and item.value == value and item.unit == unit for item in found
        ):
            continue
        find = _structure(text, hit, value, "个" if bare else unit, tail, place)
        if find is not None and bare:
            find.end = place + len(n)
            find.number = (place, find.end)
        if find is not None:
            found.append(find)
    return found


def _months(text: str, start: int, end: int) -> list[Find]:
    found = []
    for hit in MONTHS.finditer(text, start, end):
        if not hit["pre"] and (hit["half"] or hit["n"] == "一"):
            continue
        if (
            HAN_BEFORE.search(text[max(start, hit.start() - 2) : hit.start()])
            or "年" in text[max(start, hit.start() - 1) : hit.start()]
        ):
            continue
        value = 6 if hit["half"] else numbers.han(hit["n"])
        bound = bounds.joined(hit["b"], hit["q"] or hit["q2"], None)
        found.append(
            Find(hit.start(), hit.end(), value, "个月", "duration", bound=bound, number=hit.span())
        )
    return found


def _structure(
    text: str, hit: re.Match[str], value: Value, unit: str, tail: str, place: int
) -> Find | None:
    kind = "structure"
    bound = bounds.joined(hit["pre"], hit["q"], hit["post"])
    stop = hit.end()
    if unit in ("年", "天", "日", "个月", "个工作日", "小时"):
        near = text[max(0, place - 4) : place]
        lasting = re.search(r"为期|历时|连续|期限|近$|未来$|今后$", near) or re.match(
            r"未发生|没有发生|无事故|均值|平均", tail
        )
        if unit == "个工作日":
            lasting = lasting or re.match(r"内|前", tail)
        campaign = unit in ("日", "天") and re.match(r"行动|攻坚|整治|专项|会战", tail)
        if not lasting and not campaign:
            return None
        start = (
            place - 2 if re.search(r"为期$|连续$|历时$", text[max(0, place - 2) : place]) else place
        )
        return Find(start, stop, value, unit, "duration", bound=bound, number=(place, stop))
    if unit == "位一体":
        unit = "个"
    if (unit, tail[:1]) in {("方", "面"), ("部", "门")}:
        unit = "个"
    if unit == "大":
        if re.match(r"[会型量学小幅]|以上", tail) or not re.match(r"[\u4e00-\u9fff]{2}", tail):
            return None
        unit = "个"
    if unit == "方面":
        unit = "个"
    if unit == "级" and re.match(
        r"以上|及以上|标准|资质|甲|医|建造|[^,。;\d]{0,4}响应|安全生产标准|公路|耐火|重大危险源|缺陷|动火",
        tail,
    ):
        return None
    if unit in ("人", "名", "起", "家", "处", "次", "台", "辆", "件", "例"):
        kind = "count"
    if unit in ("倍", "成"):
        kind = "rate"
    if value > 20 and kind == "structure":
        kind = "count"
    if unit in units.MONEY or unit in units.PHYSICAL:
        unit, factor = money(unit)
        value, kind = value * factor, kind_of(unit)
    if unit == "化" and not re.match(r"[”\"建]", tail):
        return None
    if unit in ("色", "部", "方", "期", "批", "步", "支", "所", "位") and not re.match(
        r"[\u4e00-\u9fff]{2}", tail
    ):
        return None
    start = place if place > hit.start("n") else hit.start()
    return Find(start, stop, value, unit, kind, bound=bound, number=(place, stop))
