"""./anlan paper: a paper written from the figures. ./anlan original: a file as it was sent, from
under its seal, with a reason, on record (S49)."""

from __future__ import annotations

import os
from argparse import Namespace
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.refusal import NotFound, Refusal, Unreadable
from anlan.config.cli_say import emit, say
from anlan.domain.bulletins import kinds, language, rendering, scope
from anlan.kernel.accounts.models import Unit, UnitKind
from anlan.kernel.accounts.units import by_code
from anlan.kernel.audit import trail
from anlan.kernel.calendar import periods
from anlan.kernel.papers import attachments
from anlan.kernel.papers.models import Attachment
from anlan.kernel.regions import queries as regions
from anlan.kernel.regions.models import Region


class FileThere(Refusal):
    code = "file_there"
    message = gettext_lazy("%(file)s is there already. Name another file.")


def original(args: Namespace) -> int:
    """Write the original into a new file that only its owner reads."""
    try:
        pk = UUID(args.attachment)
    except ValueError:
        raise NotFound from None
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None:
        raise NotFound
    target = Path(args.file)
    try:
        # Made before anything is opened: whoever can't keep it needn't have looked.
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise FileThere(file=str(target)) from None
    with os.fdopen(handle, "wb") as file:
        file.write(
            attachments.original(attachment, by=args.actor, at=timezone.now(), reason=args.reason)
        )
    if args.json:
        emit({"file": str(target), "name": attachment.name, "sum": attachment.sent_sum})
    say(_("%(name)s as it was sent lies in %(file)s.") % {"name": attachment.name, "file": target})
    return 0


def paper(args: Namespace) -> int:
    """Write a paper of that kind about a region and a period, as the ledger knows them now."""
    kind = kinds.KINDS.get(args.kind)
    if kind is None:
        known = ", ".join(kinds.KINDS)
        raise Unreadable(field="KIND", reason=_("Choose one of %(kinds)s.") % {"kinds": known})
    target = Path(args.output)
    form = target.suffix.lower().lstrip(".")
    if form not in rendering.FORMATS:
        reason = _("Name a file that ends in .docx, .pdf or .pptx.")
        raise Unreadable(field="-o", reason=reason)
    if target.exists():
        raise FileThere(file=str(target))
    at = timezone.now()
    area, period = regions.by_code(args.region), periods.parse(args.period)
    kind.demand(period)
    found = scope.of(args.actor, area, period, at, known_at=at)
    organ = by_code(args.unit).name if args.unit else _office_of(area)
    with language.of_papers():
        head = rendering.Head(title=kinds.title_of(kind, found), organ=organ)
        blocks = kinds.composed(kind, found)
    made = rendering.written(form, kind, head, blocks, found, by=args.actor, at=at)
    with transaction.atomic():
        after = {"area": area.code, "period": period.code, "form": form}
        entry = trail.Entry("bulletins.export", "bulletins", kind.code, after=after)
        trail.record([entry], by=args.actor, at=at)
    target.write_bytes(made)
    if args.json:
        emit({"file": str(target), "bytes": len(made), "title": head.title})
    say(_("%(title)s lies in %(file)s.") % {"title": head.title, "file": target})
    left = [before.title for before, block in pairwise(blocks) if block.required and block.is_empty]
    if left:
        say(_("Still to be written: %(what)s.") % {"what": "、".join(left)})
    return 0


def _office_of(area: Region) -> str:
    """Whose paper it is where nobody says: the area's committee office, where it has one alone."""
    rows = Unit.objects.filter(kind=UnitKind.COMMITTEE_OFFICE, area=area, valid_to=None)
    names = list(rows.values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""
