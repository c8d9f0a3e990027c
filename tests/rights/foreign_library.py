"""Foreign rows of the library: a text with an edition that stands, a draft of it, a set of items.

Of another area alone: what an office keeps is read by everybody of its own, whatever their sector.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from anlan.domain.inspections.models import Acceptance
from anlan.domain.library.models import Article, Basis, Edition, RuleItem, RuleSet, Text
from anlan.kernel.accounts.models import Unit
from anlan.kernel.regions.models import Region


def plant_library(
    word: str, hazard: UUID, place: Region, unit: Unit, at: datetime, enterprise: int
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them, for these take several kinds."""
    own: dict[str, Any] = {
        "area": place, "path": place.path, "unit": unit, "title": f"{word}条例", "made_at": at,
        "made_by": "cli",
    }  # fmt: skip
    text = Text.objects.create(**own, first_on=date(2024, 1, 1), issuer=word, number=word)
    stated: dict[str, Any] = {"text": text, "title": f"{word}条例", "made_at": at, "made_by": "cli"}
    edition = Edition.objects.create(
        number_in=1, state="stands", effective_on=date(2024, 1, 1), body=word, **stated
    )
    draft = Edition.objects.create(number_in=2, body=word, **stated)
    article = Article.objects.create(edition=edition, place=0, label="第一条", words=f"{word}安全")
    items = RuleSet.objects.create(**own, purpose="acceptance")
    found = Acceptance.objects.create(
        rule_set=items, enterprise_id=enterprise, area=place, path=place.path, on=at.date(),
        visitor=word, unit=unit, entered_at=at, met=0, failed=0, note=word,
    ).pk  # fmt: skip
    basis = Basis.objects.create(
        text=text, article=article, case_id=hazard, note=word, at=at, who="cli"
    )
    rules = RuleSet.objects.create(**own, purpose="check")
    RuleItem.objects.create(rule_set=rules, place=0, words=f"{word}是否", article=article)
    texts = ("text", "new_edition", "end", "resume", "link")
    drafts = ("edition", "progress", "edit", "correct", "stand", "drop")
    sets = ("set", "set_export", "edit_set", "end_set", "new_item")
    return {
        "acceptances:one": found, "acceptances:withdraw": found,
        **{f"library:{name}": text.pk for name in texts},
        **{f"library:{name}": draft.pk for name in drafts},
        **{f"library:{name}": rules.pk for name in sets},
        "library:of_case": hazard, "library:unlink": basis.pk,
    }  # fmt: skip
