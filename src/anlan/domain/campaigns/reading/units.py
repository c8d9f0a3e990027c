"""Who is to do it (牵头, 负责, 配合, or named before 要), in which sectors, on what basis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.domain.campaigns.reading import words


@dataclass(frozen=True, slots=True)
class Unit:
    """Offsets are those of the plain text. ``role`` is lead, support, responsible, named or addressed."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class Sector:
    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A paper that a task rests on. ``status`` is in_force or to_be_issued."""

    start: int
    end: int
    number: tuple[int, int] | None
    status: str


#: 有关县(市、区)政府 holds a bracket; a list behind a label may hold commas, up to the next label.
_INNER = r"[(](?:[市县区州旗盟镇乡街道社村居厂场矿、]{1,8}|园区|开发区)[)]"
_NAMES = rf"(?:[^,。;:()\[\]“”《》\n]|{_INNER}){{1,160}}"
_LIST = (
    r"(?:(?!,?(?:牵头|配合|责任|主责|主办|协办|协同|协助|参与|参加|完成|整改|联系)[^,:]{0,6}:)"
    rf"[^。;:()\[\]“”《》\n]|{_INNER}){{1,200}}"
)
_IN_BRACKETS = rf"(?:[^()。;,:\n、“”《》\d]{{1,20}}?(?:{words.UNIT_HEADS}|{words.OFFICE_HEADS})(?:{_INNER})?(?=[、,;)]))"
#: How a notice says who leads and who helps. Read top down; a stretch is read once.
_ROLES: tuple[tuple[re.Pattern[str], tuple[tuple[str, str], ...]], ...] = (
    # (牵头单位:A、B;配合单位:C、D) and 责任单位:A、B in a line of its own
    (re.compile(rf"(?:牵头|主责|主办|第一责任)(?:责任)?(?:单位|部门|机关|处室|科室|领导)?:(?P<lead>{_LIST})"), (("lead", "lead"),)),
    (re.compile(rf"(?:配合|协办|参加|参与|协同|协助|支持)(?:责任)?(?:单位|部门|机关|处室|科室)?:(?P<support>{_LIST})"), (("support", "support"),)),
    (re.compile(rf"(?:责任|承办|负责|落实|完成|实施)(?:单位|部门|机关|处室|科室|人|主体)?:(?P<who>{_LIST})"), (("who", "responsible"),)),
    # 由A牵头,B、C配合
    (re.compile(rf"由?(?P<lead>{_NAMES}?)牵头(?:负责|组织)?,(?P<support>{_NAMES}?)(?:等部门|等单位|等)?(?:配合|参加|参与|协同|协助|按(?:照)?(?:各自)?职责(?:分工)?(?:分别)?负责|分工负责)"), (("lead", "lead"), ("support", "support"))),
    (re.compile(rf"[(,。;]由?(?P<lead>{_NAMES}?)牵头(?:负责|组织|,)?(?=[),。;])"), (("lead", "lead"),)),
    (re.compile(rf"由(?P<lead>{_NAMES}?)牵头"), (("lead", "lead"),)),
    # A会同B每年组织…
    (re.compile(rf"(?<![\u4e00-\u9fff])由?(?P<lead>[^,。;:()\n“”《》\d]{{1,30}}?{words.UNIT_HEADS})会同(?P<support>[^,。;:()\n“”《》\d]{{1,60}}?{words.UNIT_HEADS})(?=,|每|对|定期|{words.ADVERBS}*{words.VERBS})"), (("lead", "lead"), ("support", "support"))),
    # (A、B按职责分工负责), (A负责)
    (re.compile(rf"[(](?P<who>{_NAMES}?)(?:等)?(?:按(?:照)?(?:各自)?职责(?:分工)?(?:分别)?)?负责(?:落实)?(?=[),])"), (("who", "responsible"),)),
    (re.compile(rf"由(?P<who>{_NAMES}?)(?:按(?:照)?(?:各自)?职责(?:分工)?(?:分别)?)?(?:具体|组织|统一)?负责(?!人|同志)"), (("who", "responsible"),)),
    # 县应急管理局负责,…完成…; A、B分别负责,…: whose clause says no more leads all that follows.
    (re.compile(rf"(?<![^。;\n .])(?P<lead>(?:[^,。;:、()“”《》\n\d]{{1,20}}?{words.UNIT_HEADS}[^,。;:、()“”《》\n\d]{{0,8}}、){{0,5}}[^,。;:、()“”《》\n\d]{{1,20}}?{words.UNIT_HEADS})(?:分别|共同|统一|具体)?负责(?:落实)?(?=,)"), (("lead", "lead"),)),
    # (岭东矿山监察局) or (市财政局、市水利局,9月底前) behind the last sentence
    (re.compile(rf"[(](?P<who>(?:{_IN_BRACKETS}[、,](?!\d))*{_IN_BRACKETS})(?:[,;][^()\n]{{0,20}}\d[^()\n]{{0,12}})?[)](?=[。;]?\s*(?:\n|$))"), (("who", "responsible"),)),
)  # fmt: skip
_ENDS = re.compile(rf"{words.UNIT_HEADS}(?:[(](?:{words.UNIT_HEADS}|[^()]{{1,6}})[)])?$")
#: A clause's subject: a unit before what it has to do.
_SUBJECT = re.compile(
    rf"(?<![^。;,:\n])(?P<who>(?:各|省|市|县|区|州|乡|国家|中央|有关|相关|负有|涉|企业|国有|其他|其它|本|全|由|属地|行业|主管|[\u4e00-\u9fff]{{0,8}}?)"
    rf"[^,。;:“”《》\n]{{0,40}}?(?:{words.UNIT_HEADS}|{words.LOCAL_HEADS})(?:{_INNER})?)"
    r"(?=(?:一定|也|都|均|应|主要|负责同志|负责人)*(?:要(?!求)|应当?(?!急)|须|必须|不得|负责(?!人|同志)|牵头|按|严格|加强|结合|建立|健全|定期|组织|统筹|充分|立即|建成|完成(?!率)|联合|规定|开展|落实(?!率)|抓好|做好|成立|报送|要求|对|将|每|于(?:\d|每|本)))"
)
#: … and whom others are to move: 推动保险机构开展…, 指导推动州市、县区充实….
_ADDRESSED = re.compile(
    rf"(?:督促指导|督促|指导推动|指导|推动|引导和督促|引导|要求|支持|鼓励)+(?P<who>(?![将把])(?:[^,。;:、“”《》()\n]{{0,14}}?(?:{words.UNIT_HEADS}|{words.LOCAL_HEADS})(?:{_INNER}|[(]党组[)])?、?){{1,4}})"
    rf"(?=(?:{words.ADVERBS})*{words.VERBS})"
)
_SPLIT = re.compile(
    # 市自然资源和规划局 is one; behind 局 a 和 begins the next.
    r"[、,](?![^(]*\))|以及|及其|(?<=[局厅委部办府院队])[和及]"
)
_MUST_NOT_BEGIN = re.compile(
    r"^(?:要|对|将|把|在|以|按照?|根据|为|督促|指导|推动|引导|强化|加强|完善|建立|健全|落实|充实|贯彻|鼓励|配合|组织|监督(?!管理|局)|联合|会同|查清|定期|每|督导|严格|优化|积极|实现|提请|通过|加快|确保|支持|帮助|协助|规范|发挥|切实|依托|倒逼|充分|初步|利用|明确|部署|继续|进一步|建议|争取|力争)"
)
#: 深化工贸 isn't 化工.
_LEAD_IN = re.compile(r"(?:其中|由|到?\d{4}年(?:底前?|前)?)?,?")
_SECTOR = re.compile(
    words.any_of(*(word for word, _ in words.SECTORS)).replace("|化工|", "|(?<!深)化工|")
)
_SECTOR_NAMES = dict(words.SECTORS)
_PAPER = re.compile(
    r"《(?:[^《》]|《[^《》]*》){2,80}》(?P<number>[(]?[\u4e00-\u9fff]{0,14}[〔\[]\d{4}[〕\]]第?\d{1,5}号[)]?)?"
)
_UNTITLED = re.compile(
    r"(?P<verb>贯彻(?:落实|执行)?|落实|按照|依据|根据|执行|出台|制定|制订|修订|印发)(?:好|了)?(?P<name>(?:我[省市县州区]|省|市|国务院|国家|中央|全省)[^,。;:《》“”]{2,30}?"
    r"(?:意见|办法|条例|规定|方案|规划|决定|通知|细则))"
)
_ISSUING = re.compile(
    r"(?:出台|制定|制订|修订|印发|编制|起草|研究制定|发布|颁布)(?:好|完善|并)?(?:我[省市县])?$"
)


_OWN_ROLE = re.compile(r"[(](牵头|配合|协助)[^()]{0,4}[)]$")


def units(text: str, start: int, end: int) -> list[Unit]:
    """Units with their roles, each named once a role, in the order of the text."""
    found: list[Unit] = []
    taken: list[tuple[int, int]] = []
    for shape, groups in _ROLES:
        for match in shape.finditer(text, start, end):
            if any(match.start() < b and a < match.end() for a, b in taken):
                continue
            named = [
                Unit(a, b, role)
                for group, role in groups
                for a, b in _named(text, *match.span(group))
            ]
            if named:
                taken.append(match.span())
                found += named
    # A clause begins where a sentence does, whatever mark stands before it.
    for match in _SUBJECT.finditer("\n" + text[start:end]):
        a, b = match.start("who") + start - 1, match.end("who") + start - 1
        a += len(_LEAD_IN.match(text[a:b])[0])  # type: ignore[index]  # it matches nothing, too
        if _MUST_NOT_BEGIN.match(text[a:b]) or any(a < y and x < b for x, y in taken):
            continue
        if not words.NOT_UNITS.search(text[a:b]):
            found.append(Unit(a, b, "named"))
    for match in _ADDRESSED.finditer(text, start, end):
        a, b = match.span("who")
        if not any(a < unit.end and unit.start < b for unit in found):
            found.append(Unit(a, b, "addressed"))
    once: dict[tuple[str, str], Unit] = {}
    for unit in sorted(found, key=lambda unit: unit.start):
        once.setdefault((text[unit.start : unit.end], unit.role), unit)
    return list(once.values())


def in_cell(text: str, start: int, end: int, role: str) -> list[Unit]:
    """Everybody whom a cell of a column 牵头单位 names."""
    found = []
    for a, b in _named(text, start, end):
        said = _OWN_ROLE.search(text[a:b])
        if said is None:
            found.append(Unit(a, b, role))
        else:
            # 市工信局(牵头): the bracket says what this one does.
            own = "lead" if said[1] == "牵头" else "support"
            found.append(Unit(a, a + said.start(), own))
    return found


def _named(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for part, stop in _parts(text, start, end):
        name = part.removeprefix("由").removesuffix("等")
        a = at + (1 if part.startswith("由") else 0)
        if name and not _MUST_NOT_BEGIN.match(name):
            yield a, a + len(name)
        at = stop


def _parts(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    at = start
    for cut in _SPLIT.finditer(text, start, end):
        yield text[at : cut.start()], cut.end()
        at = cut.end()
    yield text[at:end], end


def sectors(text: str, start: int, end: int) -> list[Sector]:
    """Each sector once, where it is named first."""
    once: dict[str, Sector] = {}
    for match in _SECTOR.finditer(text, start, end):
        name = _SECTOR_NAMES[match[0]]
        once.setdefault(name, Sector(*match.span(), name))
    return list(once.values())


def basis(text: str, start: int, end: int) -> list[Basis]:
    found = []
    for match in _PAPER.finditer(text, start, end):
        begin, stop = (
            match.start(),
            match.end() if match["number"] is None else match.start("number"),
        )
        issued = _ISSUING.search(text, max(start, begin - 8), begin) is not None
        found.append(
            Basis(
                begin,
                stop,
                match.span("number") if match["number"] else None,
                "to_be_issued" if issued else "in_force",
            )
        )
    for match in _UNTITLED.finditer(text, start, end):
        issued = _ISSUING.search(match["verb"]) is not None
        found.append(Basis(*match.span("name"), None, "to_be_issued" if issued else "in_force"))
    return sorted(found, key=lambda one: one.start)
