"""An office's own Word templates: taken in only where they can be filled without harm."""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.domain.bulletins.commands.base import lacks, text_of
from anlan.domain.bulletins.kinds import KINDS
from anlan.domain.bulletins.models import NAME_CHARS_MAX, Layout
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.models import Role
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call
from anlan.kernel.papers.official import filling

#: Templates that one unit keeps.
LAYOUTS_MAX = 100


@transaction.atomic(durable=True)
def put_layout(*, kind: str, name: str, file: bytes, **call: Unpack[Call]) -> UUID:
    """Take in a template for a kind of paper. It is tried out first, with nothing in it."""
    by, at = call["by"], call["at"]
    policy.demand(by, "paper_layouts.edit", at)
    claim = plain.claim("bulletins.layout", {"kind": kind, "name": name, "n": len(file)}, **call)
    if claim.repeated:
        return claim.answer[0]
    if kind not in KINDS:
        raise lacks("kind", _("Choose the kind of paper."))
    unit = main_unit(by, (Role.OFFICE,))
    if Layout.objects.filter(unit=unit, ended_at=None).count() >= LAYOUTS_MAX:
        raise lacks("file", _("At most %(n)d templates.") % {"n": LAYOUTS_MAX})
    filling.check(file, name)
    row = Layout(
        pk=uuid7(), unit=unit, kind=kind, file=file, made_at=at, made_by=by.name[:NAME_CHARS_MAX],
        name=text_of(name, "file", _("Choose a Word file (.docx)."), NAME_CHARS_MAX),
    )  # fmt: skip
    row.save(force_insert=True)
    after = {"kind": kind, "name": name, "bytes": len(file)}
    claim.record("bulletins.layout", "paper_layout", row.pk, after=after)
    return claim.done(row.pk)


@transaction.atomic(durable=True)
def end_layout(pk: UUID, **call: Unpack[Call]) -> UUID:
    row, claim = plain.begin(Layout.objects.all(), "paper_layouts.edit", pk, {"end": 1}, **call)
    if claim.repeated:
        return pk
    Layout.objects.filter(pk=row.pk, ended_at=None).update(ended_at=claim.at)
    claim.record("bulletins.end_layout", "paper_layout", pk, after={"name": row.name})
    return claim.done(pk)
