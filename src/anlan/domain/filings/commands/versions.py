"""Versions of a form: begun, drawn, issued. An issued one is never changed."""

from __future__ import annotations

from datetime import date
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.refusal import MovedOn
from anlan.domain.filings import deriving, opening, terms, who
from anlan.domain.filings.commands.base import lacks, short
from anlan.domain.filings.commands.forms import hold_size, locked
from anlan.domain.filings.models import TITLE_CHARS_MAX, Form, Item, Version
from anlan.domain.filings.refusals import VersionIssued
from anlan.domain.filings.terms import Broken, Definition
from anlan.kernel.accounts import policy
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call


@transaction.atomic(durable=True)
def begin_version(pk: UUID, **call: Unpack[Call]) -> UUID:
    """Begin the next version as a copy of the newest; what was filed stays by its own."""
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, {"begin": True}, **call)
    if claim.repeated:
        return pk
    form = locked(pk, None)
    newest = form.versions.order_by("-number").first()
    if newest is None or newest.status != Version.Status.DRAFT:
        number = newest.number + 1 if newest else 1
        Version.objects.create(
            form=form, number=number, definition=newest.definition if newest else {}
        )
        claim.record("forms.begin_version", "form", pk, after={"version": number})
    return claim.done(pk)


@transaction.atomic(durable=True)
def draw(pk: UUID, *, definition: Definition, seq: int | None = None, **call: Unpack[Call]) -> UUID:
    """Keep the draft version of a form as it is drawn now, whole or not yet.

    Raises VersionIssued where there is no draft, MovedOn where a colleague changed it meanwhile.
    """
    data = definition.data()
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, {"draw": data}, **call)
    if claim.repeated:
        return pk
    form = locked(pk, None)
    draft = Version.objects.select_for_update(of=("self",)).filter(form=pk, status="draft").first()
    if draft is None:
        raise VersionIssued
    if seq is not None and draft.seq != seq:
        raise MovedOn
    hold_size(definition)
    _hold_items(form, definition, claim)
    Version.objects.filter(pk=draft.pk).update(definition=data, seq=draft.seq + 1)
    after = {"version": draft.number, "cells": sum(1 for _place in definition.places())}
    claim.record("forms.draw", "form", pk, after=after)
    return claim.done(pk)


def _hold_items(form: Form, definition: Definition, claim: plain.Claim) -> None:
    """Cells name items that whoever draws may see, or that the form names already."""
    wanted = _items_of(definition)
    for data in form.versions.values_list("definition", flat=True):
        wanted -= _items_of(Definition.of(data))
    seen = policy.permitted(Item.objects.filter(pk__in=wanted), "items.view", claim.by)
    if wanted - set(seen.values_list("pk", flat=True)):
        raise lacks("definition", _("Choose an item from the list."))


def _items_of(definition: Definition) -> set[int]:
    pairs = ((place.cell.item, place.cell.instead) for place in definition.places())
    return {pk for pair in pairs for pk in pair if pk is not None}


@transaction.atomic(durable=True)
def issue(
    pk: UUID, *, since: date | None = None, note: str = "", seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Put the draft version in force for periods that begin on ``since`` or later."""
    given = {"issue": since, "note": note}
    _row, claim = plain.begin(Form.objects.all(), "forms.edit", pk, given, **call)
    if claim.repeated:
        return pk
    form = locked(pk, seen)
    draft = form.versions.filter(status=Version.Status.DRAFT).first()
    if draft is None:
        raise VersionIssued
    definition = Definition.of(draft.definition)
    _check(definition)
    today = timezone.localdate(claim.at)
    first = form.status == Form.Status.DRAFT
    if not form.who["groups"] and not form.who["units"]:
        raise lacks("who", _("Say who files it: choose groups or units."))
    if first and who.begins_by(form, today) > who.PERIODS_MAX:
        raise lacks("since", _("Its first day lies too far back: %(n)d periods at most.")
                    % {"n": who.PERIODS_MAX})  # fmt: skip
    last = form.versions.filter(status=Version.Status.ISSUED).order_by("-number").first()
    if not first and (since is None or (last and last.since and since <= last.since)):
        raise lacks("since", _("State from which day on; it lies after the version before."))
    begun = form.filings.filter(start__gte=since).exists() if since and not first else False
    if begun:
        raise lacks("since", _("Filings of that period are asked for already; choose a later day."))
    Version.objects.filter(pk=draft.pk).update(
        status=Version.Status.ISSUED, since=None if first else since,
        note=short(note, "note", TITLE_CHARS_MAX), issued_at=claim.at, issued_by=claim.by.name,
    )  # fmt: skip
    Form.objects.filter(pk=pk).update(status=Form.Status.OPEN, version=form.version + 1)
    form.status = Form.Status.OPEN
    asked = opening.open_filings(form, by=claim.by, at=claim.at, request_id=claim.request_id)
    after = {"version": draft.number, "since": since, "asked": asked}
    claim.record("forms.issue", "form", pk, after=after)
    return claim.done(pk)


def _check(definition: Definition) -> None:
    try:
        terms.check(definition)
    except Broken as broken:
        where = f"{broken.where}: " if broken.where else ""
        raise lacks("definition", f"{where}{broken.reason}") from None
    items = deriving.items_of(definition)
    for place in definition.places():
        cell = place.cell
        if {cell.item, cell.instead} - {None} - items.keys():
            raise lacks("definition", f"{place.label}: {_('Choose an item from the list.')}")
        if cell.mode == "derived" and deriving.indicator_of(cell, items) is None:
            reason = _("Nothing in the ledger is counted under this name.")
            raise lacks("definition", f"{place.label}: {reason}")
        if cell.mode == "derived" and not deriving.shows(cell):
            reason = _("Only an amount of money is shown in yuan or in 10,000 yuan.")
            raise lacks("definition", f"{place.label}: {reason}")
        if cell.instead and items[cell.instead].vague:
            reason = _("Beside what the ledger counts only exact numbers are declared.")
            raise lacks("definition", f"{place.label}: {reason}")
        if cell.instead and items[cell.instead].digits != deriving.digits_of(place, {}, items):
            reason = _("What is declared instead has other digits behind the point.")
            raise lacks("definition", f"{place.label}: {reason}")
