"""A backup restored into another PostgreSQL cluster, where transactions are counted from low."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction

from anlan.kernel.calendar.periods import parse
from anlan.kernel.facts import cluster, intern, ledger, sql
from anlan.kernel.facts.figures import Query, figures
from anlan.kernel.facts.invariants import invariants
from anlan.kernel.facts.ledger import NewFact
from anlan.kernel.facts.models import Cluster, Fact
from anlan.kernel.facts.tests.support import fold_all, new_kinds, only, townships

pytestmark = [pytest.mark.realdb, pytest.mark.postgresql]
AT = datetime(2024, 6, 30, 4, tzinfo=UTC)
#: Far above what this server has counted: the cluster that the backup came from was older.
OLDER = 10**12


def post(kinds, area, at):
    with transaction.atomic():
        ledger.post([NewFact(kinds.found, {}, area, date(2024, 5, 2))], at=at)


def figure(kinds, area, at, **options):
    return only(figures(Query([kinds.found], [area], [parse("2024-05")], at, **options)))


@pytest.fixture
def restored(realdb):
    """Facts below and above the last mark, as the older cluster left them; then, we are here."""
    kinds, area = new_kinds(), townships(1)[0].pk
    with transaction.atomic():
        sql.set_offset(OLDER)
    post(kinds, area, AT)
    fold_all(AT)
    published = AT + timedelta(hours=1)
    assert figure(kinds, area, published, as_known_at=published) == 1
    post(kinds, area, AT)
    with transaction.atomic():
        sql.set_offset(0)
    Cluster.objects.update(identifier="the older one")
    intern.forget()
    cluster._checked.clear()
    return kinds, area, published


def test_F20_what_is_posted_after_a_restore_counts_and_what_was_known_stays(restored):
    kinds, area, published = restored
    now = published + timedelta(days=1)
    post(kinds, area, now)
    assert figure(kinds, area, now) == 3
    fold_all(now)
    assert figure(kinds, area, now) == 3
    assert figure(kinds, area, now, as_known_at=published) == 1
    tops = list(Fact.objects.order_by("pk").values_list("tx", flat=True))
    assert tops == sorted(tops)
    ledger.rebuild()
    assert figure(kinds, area, now) == 3
    assert figure(kinds, area, now, as_known_at=published) == 1
    assert [each for each in invariants(now) if not each[1]] == []


def test_adopting_a_cluster_happens_once(restored):
    assert cluster.adopt(AT) is True
    assert cluster.adopt(AT) is False
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts_mark()")
        assert cursor.fetchone()[0] > OLDER


def test_a_mark_that_went_back_is_an_alarm_and_never_a_fold(restored):
    cluster._checked.add((connection.settings_dict["HOST"], connection.settings_dict["PORT"],
                          connection.settings_dict["NAME"]))  # fmt: skip
    with pytest.raises(AssertionError, match="another cluster"):
        ledger.fold(AT, force=True)
