"""The office's template of elements, and what is filled in for a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, NotFound
from anlan.domain.campaigns.carrying.commands.terms_wanted import ELEMENTS_MAX, NewElement
from anlan.domain.campaigns.carrying.commands.wanted import lacks, short, text_of
from anlan.domain.campaigns.carrying.queries_elements import BY, read
from anlan.domain.campaigns.models import Campaign, Elements, Line, Plan
from anlan.kernel.loop import plain
from anlan.kernel.loop.plain import Call

NAME_MAX, ANSWER_MAX = 30, 1_000


@transaction.atomic(durable=True)
def set_elements(
    pk: UUID, items: Sequence[NewElement], *, source: str = "", seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """Which elements each task of a campaign must have; an answer to one left out stays kept."""
    given = {"items": list(items), "source": source}
    campaign, claim = plain.begin(Campaign.objects.all(), "campaigns.edit", pk, given, **call)
    if claim.repeated:
        return pk
    Campaign.objects.select_for_update(of=("self",)).get(pk=pk)
    row = Elements.objects.filter(campaign=campaign).first()
    if seen is not None and seen != (row.version if row else 0):
        raise MovedOn
    if len(items) > ELEMENTS_MAX:
        raise lacks("name_0", _("At most %(n)d elements.") % {"n": ELEMENTS_MAX})
    names = [
        text_of(one.name, f"name_{n}", _("Write what the element is called."), NAME_MAX)
        for n, one in enumerate(items)
    ]
    for n, name in enumerate(names):
        if name in names[:n]:
            raise lacks(f"name_{n}", _("This element is named twice; take one out."))
        if items[n].by not in BY:
            raise lacks(f"by_{n}", _("Choose from the list what answers it."))
    before = [one["name"] for one in row.items] if row else []
    version = row.version + 1 if row else 1
    fields = {
        "items": [{"name": name, "needed": one.needed, "by": one.by}
                  for name, one in zip(names, items, strict=True)],
        "source": short(source, "source", 120), "version": version, "made_at": claim.at,
        "made_by": claim.by.name,
    }  # fmt: skip
    Elements.objects.update_or_create(campaign=campaign, defaults=fields)
    after = {"elements": names}
    claim.record("campaigns.elements", "campaign", pk, before={"elements": before}, after=after)
    return claim.done(pk)


@transaction.atomic(durable=True)
def fill_in(
    plan: UUID, line: UUID, answers: Mapping[str, str], *, seen: int | None = None,
    **call: Unpack[Call],
) -> UUID:  # fmt: skip
    """What is filled in for a line: also once its plan is in force, for its words stay."""
    given = {"line": line, "answers": dict(answers)}
    row, claim = plain.begin(Plan.objects.all(), "plans.edit", plan, given, **call)
    if claim.repeated:
        return line
    locked = Plan.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if seen is not None and locked.version != seen:
        raise MovedOn
    found = Line.objects.filter(pk=line, plan=row).first()
    if found is None:
        raise NotFound
    names = {one.name for one in read(Elements.objects.filter(campaign=row.campaign_id).first())}
    if not set(answers) <= names:
        raise lacks("elements", _("The template was changed meanwhile; open the page again."))
    said = {
        name: short(text, f"answer_{n}", ANSWER_MAX)
        for n, (name, text) in enumerate(answers.items())
    }
    before = {name: found.elements.get(name, "") for name in said}
    kept = {**found.elements, **said}
    Line.objects.filter(pk=line).update(
        elements={name: text for name, text in kept.items() if text}
    )
    Plan.objects.filter(pk=row.pk).update(version=locked.version + 1)
    claim.record("plans.elements", "plan", plan, before=before, after=said)
    return claim.done(line)
