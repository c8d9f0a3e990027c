"""The register's entries for objects that workbooks name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from anlan.base import bulk
from anlan.base.actor import Actor
from anlan.base.text import plain
from anlan.domain.enterprises import codes
from anlan.domain.enterprises.commands.putting import PUT_ROWS_MAX
from anlan.domain.enterprises.commands.writing import Work, locked, with_retries, write
from anlan.domain.enterprises.models import NAME_CHARS_MAX, ObjectKind
from anlan.domain.enterprises.queries import Known, by_codes, by_names, related


class Wanted(NamedTuple):
    """An object as a hazard's row names it. The sector is used only where an entry is made."""

    name: str
    area_id: int
    path: str
    credit_code: str = ""
    sector_id: str | None = None
    kind: str = ObjectKind.ENTERPRISE


class Match(NamedTuple):
    """The entry found or made. ``doubtful_code`` says that a stated code can't be right."""

    id: int
    created: bool
    sector_id: str | None
    doubtful_code: bool


def match(
    wanted: Sequence[Wanted], *, by: Actor, at: datetime, source: str = "import", own: str = ""
) -> list[Match | None]:
    """The register's entry for each named object; makes those that aren't there yet.

    By credit code first. Then by name: within the same area, else the only one of that name in an
    area around or below it. None where no name is given. Rights are the caller's: an import may
    name any enterprise in the areas that it may write to. ``own`` is the path of the sender's
    area: an entry apart from it is taken for its code only where the name fits, too, so that
    whoever tries codes learns no names (S14). A call costs the same few statements for a batch
    of any size up to ``BATCH_ROWS`` distinct names.
    """
    results: list[Match | None] = []
    for part in bulk.slices(wanted, PUT_ROWS_MAX):
        results += with_retries(partial(_match, part, by=by, at=at, source=source, own=own))
    return results


def _match(
    wanted: Sequence[Wanted], *, by: Actor, at: datetime, source: str, own: str
) -> list[Match | None]:
    # Rows repeat their enterprises: fold and check each distinct one once.
    distinct = {(one.name, one.credit_code, one.area_id): one for one in wanted if one.name}
    read = {key: (plain(one.name), codes.read(one.credit_code)) for key, one in distinct.items()}
    coded = by_codes(code.code for _name, code in read.values() if code.code)
    named = by_names((name for name, _code in read.values() if name), _around(distinct.values()))
    made: dict[tuple[str, str | int], Work] = {}
    given: list[tuple[int, str]] = []
    answers: dict[tuple[str, str, int], Known | Work] = {}
    for key, one in distinct.items():
        name, code = read[key]
        if not name:
            continue
        known = coded.get(code.code) if code.code else None
        if known is not None and known.plain_name != name and not related(known.path, own):
            # Kept as stated, as if it couldn't be right: whoever sees both entries settles it.
            known, code = None, codes.CreditCode("", code.code)
            read[key] = (name, code)
        if known is None:
            known = same_place(one, named.get(name, ()), code.code)
            if known is not None and code.code and not known.credit_code:
                given.append((known.pk, code.code))
                known = known._replace(credit_code=code.code)
                coded[code.code] = known
                named[name] = [known if row.pk == known.pk else row for row in named[name]]
        if known is not None:
            answers[key] = known
            continue
        work = (made.get((code.code, "")) if code.code else None) or made.get((name, one.area_id))
        if work is None or (code.code and work.row.credit_code not in (None, code.code)):
            work = _made(one, name, at, source)
        if code.code:
            work.set("credit_code", code.code)
            work.set("code_missing", False)
            made[code.code, ""] = work
        elif code.stated:
            work.set("stated_code", code.stated)
        # Under its own name only: a code may come with another name, which says nothing else.
        made.setdefault((work.row.plain_name, one.area_id), work)
        answers[key] = work
    _give_codes(given, by=by, at=at)
    write({id(work): work for work in made.values()}.values(), by=by, at=at)
    results: list[Match | None] = []
    first: set[int] = set()
    for one in wanted:
        key = (one.name, one.credit_code, one.area_id)
        answer = answers.get(key)
        if answer is None:
            results.append(None)
            continue
        doubtful = read[key][1].doubtful
        if isinstance(answer, Work):
            pk = answer.row.pk
            results.append(Match(pk, pk not in first, answer.row.sector_id, doubtful))
            first.add(pk)
        else:
            results.append(Match(answer.pk, False, answer.sector_id, doubtful))
    return results


def _around(wanted: Iterable[Wanted]) -> str:
    """The smallest area around all rows: entries elsewhere of the same name mean nothing here."""
    parts = [path.split("/")[:-1] for path in {one.path for one in wanted}]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*parts, strict=False))
    return "".join(f"{level[0]}/" for level in shared)


def same_place(one: Wanted, candidates: Iterable[Known], code: str) -> Known | None:
    """The entry of this name that a row can only mean, if there is one."""
    around = [
        known
        for known in candidates
        if related(known.path, one.path) and not (code and known.credit_code)
    ]
    here = [known for known in around if known.area_id == one.area_id]
    if here:
        return here[0]
    return around[0] if len(around) == 1 else None


def _made(one: Wanted, folded: str, at: datetime, source: str) -> Work:
    work = Work.made(at, source)
    work.set("name", " ".join(one.name.split())[:NAME_CHARS_MAX])
    work.set("plain_name", folded[:NAME_CHARS_MAX])
    work.set("area_id", one.area_id)
    work.set("path", one.path)
    work.set("sector_id", one.sector_id)
    work.set("kind", one.kind)
    return work


def _give_codes(given: Sequence[tuple[int, str]], *, by: Actor, at: datetime) -> None:
    """Code-less entries that a row gives a credit code."""
    if not given:
        return
    entries = locked(pk for pk, _code in given)
    work = []
    for pk, code in given:
        one = Work(entries[pk], new=False)
        one.set("credit_code", code)
        one.set("code_missing", False)
        one.set("stated_code", "")
        work.append(one)
    write(work, by=by, at=at)
