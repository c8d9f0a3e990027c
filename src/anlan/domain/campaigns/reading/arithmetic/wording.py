"""Words that can't stand together, names that aren't as many as is said, 以来 without a date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..figures import Figure, frames
from ..figures.folding import fold
from .finding import GAP, Contradiction, contradiction, plain, sentence_of


def contradictions(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Every finding of this module."""
    for check in (_listed, _words, _undated):
        yield from check(figures, text)


_LISTED_NOUN = re.compile(r"领域|方面|环节|维度|机制|阶段|体系|区域|要素|原则|类别")


def _listed(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """A、B和C3个领域: the names are counted; 等 leaves the list open."""
    for figure in figures:
        if figure.kind not in ("count", "structure") or not 3 <= figure.value <= 20:
            continue
        if not _LISTED_NOUN.search(figure.text) or figure.bound or "“" in figure.text:
            continue
        start, _ = sentence_of(text, figure.start, "。!?\n,;:")
        words = text[start : figure.start].rpartition("的")[2]
        if "、" not in words or re.search(r"[“”()《》\d]", words):
            continue
        names = [
            name
            for name in re.split(r"、|(?<=[\u4e00-\u9fff]{3})[和及](?=[\u4e00-\u9fff]{3})", words)
            if name
        ]
        if (not words.rstrip().endswith("等") and 3 <= len(names) < figure.value - 1) or len(
            words.split("、")
        ) > figure.value:
            yield contradiction(
                "listed", (figure,), stated=plain(figure.value), counted=str(len(names))
            )


#: Classifiers that can't count these things.
_MISFITS = {
    "栋": r"小区|园区|企业|村",
    "幢": r"小区|园区|企业|村",
    "起": r"企业$|单位$",
    "人": r"企业$",
}


def _words(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """Words around a number that can't stand together."""
    for figure in figures:
        if "," in figure.bound and {">=", ">"} & set(figure.bound.split(",")):
            yield contradiction("bounds", (figure,), text=figure.text)
        noun = figure.text.rpartition(figure.unit)[2] if figure.unit in figure.text else ""
        misfit = _MISFITS.get(figure.unit)
        wrong = re.search(misfit, fold(noun)[-6:]) if misfit and noun else None
        # 10人以上企业 says which enterprises, not how many.
        if wrong and not re.search(r"以[上下内]", figure.text):
            yield contradiction("classifier", (figure,), unit=figure.unit, noun=wrong[0])
        if "(次)" in figure.unit:
            yield contradiction("two_units", (figure,), unit=figure.unit, verdict=GAP)
    for hit in re.finditer(r"同比((?:19|20)\d\d)年", text):
        _start, end = sentence_of(text, hit.start())
        based = tuple(
            f
            for f in figures
            if f.kind == "change" and hit.start() <= f.start < end and f.baseline == hit[1]
        )
        if based and all(based[0].period[:4] != str(int(hit[1]) + 1) for _ in based):
            yield contradiction("fixed_base", based, year=hit[1], verdict=GAP)


def _undated(figures: list[Figure], text: str) -> Iterator[Contradiction]:
    """专项整治以来…5万多条 in a document without a date: nobody knows until when."""
    if frames.came_out(text):
        return
    for hit in re.finditer(r"以来[,，](?!\s*\n)", text):
        start, end = sentence_of(text, hit.start())
        if re.search(r"截至|截止|(?:19|20)\d\d年\d{1,2}月", text[start:end]):
            continue
        open_ended = tuple(
            f
            for f in figures
            if hit.end() <= f.start and f.end <= end and f.kind == "count" and f.bound == ">="
        )
        if open_ended:
            yield contradiction("no_as_of", open_ended, verdict=GAP)
