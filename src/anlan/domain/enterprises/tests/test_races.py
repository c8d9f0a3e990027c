"""Several imports at once that name the same enterprises agree on one entry for each."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.domain.enterprises import commands
from anlan.domain.enterprises.commands import NewEnterprise, Wanted
from anlan.domain.enterprises.models import Enterprise
from anlan.kernel.regions.models import Region

CODE = "91350100M000100Y43"
pytestmark = pytest.mark.realdb


def test_f08_eight_imports_at_once_make_one_entry_of_each(realdb):
    wuhua = Region.objects.get(code="530102")
    rows = [Wanted(f"甲厂{n}", wuhua.pk, wuhua.path, CODE if n == 7 else "") for n in range(40)]

    def take_in(number):
        by = Actor(None, f"cli:{number}", trusted=True)
        own = rows[number:] + rows[:number]
        found = commands.match(own, by=by, at=timezone.now())
        return {one.name: match.id for one, match in zip(own, found, strict=True)}

    answers = realdb.together(take_in, 8)
    assert Enterprise.objects.count() == 40
    assert all(answer == answers[0] for answer in answers)


def test_f08_a_form_and_an_import_at_once_agree(realdb):
    wuhua = Region.objects.get(code="530102")
    by = Actor(None, "cli:test", trusted=True)

    def put(number):
        row = NewEnterprise("同一家", wuhua.pk, CODE)
        if number % 2:
            return commands.put_enterprises([row], by=by, at=timezone.now(), source="t")[0].id
        wanted = Wanted("同一家", wuhua.pk, wuhua.path, CODE)
        return commands.match([wanted], by=by, at=timezone.now())[0].id

    assert len(set(realdb.together(put, 8))) == 1
    assert Enterprise.objects.count() == 1
