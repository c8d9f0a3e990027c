"""Articles as the ground of tasks, duties, problems and measures: linked, and taken back."""

from __future__ import annotations

from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actor import Actor
from anlan.base.refusal import NotFound
from anlan.domain.library.commands.base import lacks, short
from anlan.domain.library.models import TITLE_CHARS_MAX, Article, Basis, Text
from anlan.domain.library.refusals import LinkThere, NotReferable
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain, worklist
from anlan.kernel.loop.models import Case
from anlan.kernel.loop.plain import Call

#: Grounds of one case.
BASES_MAX = 50


def case_record(pk: UUID, by: Actor, at: Any = None) -> Any:
    """The record of a case, whatever its kind. Raises NotFound unless ``by`` may see it."""
    kind = Case.objects.filter(pk=pk).values_list("kind", flat=True).first()
    work = worklist.by_kind().get(kind or "")
    if work is None:
        raise NotFound
    rows = work.rows.select_related(*work.related)
    return policy.access(rows, work.view, by, pk, at=at)


@transaction.atomic(durable=True)
def link(
    text: UUID, *, case: UUID, article: int | None = None, note: str = "", **call: Unpack[Call]
) -> UUID:
    """Say that a text, or one article of it, is the ground of a case that the person sees."""
    given = {"case": case, "article": article, "note": note}
    rows = Text.objects.all()
    row, claim = plain.begin(rows, "laws.link", text, given, **call)
    if claim.repeated:
        return text
    case_record(case, claim.by, claim.at)
    found = None
    if article is not None:
        found = Article.objects.select_related("edition").filter(
            pk=article, edition__text=row
        ).first()  # fmt: skip
        if found is None:
            raise NotFound
    if row.first_on is None or (found and not found.edition.stands):
        raise NotReferable
    if Basis.objects.filter(case=case).count() >= BASES_MAX:
        raise lacks("note", _("At most %(n)d grounds are linked to one.") % {"n": BASES_MAX})
    try:
        with transaction.atomic():
            Basis.objects.create(
                text=row, article=found, case_id=case, at=claim.at, who=claim.by.name,
                note=short(note, "note", TITLE_CHARS_MAX),
            )  # fmt: skip
    except IntegrityError:
        raise LinkThere from None
    after = {"text": row.title, "article": found.label if found else "", "case": str(case)}
    claim.record("laws.link", "library_text", text, after=after)
    return claim.done(text)


@transaction.atomic(durable=True)
def unlink(basis: int, **call: Unpack[Call]) -> UUID:
    """Take a link back; whoever may link there, and sees the case."""
    found = Basis.objects.select_related("text", "article").filter(pk=basis).first()
    if found is None:
        claim = plain.claim("laws.unlink", {"basis": basis}, **call)
        if not claim.repeated:
            raise NotFound
        return claim.answer[0]
    by, at = call["by"], call["at"]
    policy.access(Text.objects.all(), "laws.link", by, found.text_id, at=at)
    case_record(found.case_id, by, at)
    claim = plain.claim("laws.unlink", {"basis": basis}, **call)
    before = {"article": found.article.label if found.article else "", "case": str(found.case_id)}
    found.delete()
    claim.record("laws.unlink", "library_text", found.text_id, before=before)
    return claim.done(found.case_id)
