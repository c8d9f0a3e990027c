"""Keeps the order of facts right when a backup is restored into another PostgreSQL cluster.

Facts are ordered by their transaction's number, and another cluster counts from its own. Before
anything is posted there, an offset is put under its numbers that lifts them above all that were
ever posted or marked; facts, folds and cells then stay as they are. See docs/adr.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from anlan.kernel.facts import sql
from anlan.kernel.facts.models import Cluster, Fact, Fold

_checked: set[object] = set()


def adopt(at: datetime | None = None) -> bool:
    """Make this cluster's numbers follow on those in the table; True where that was needed.

    Safe to repeat, and does nothing where the cluster is known. Called after every migration and
    after a restore; needs the right to change the ledger's functions.
    """
    if not sql.postgresql():
        return False
    with transaction.atomic():
        sql.one_at_a_time("anlan.facts.cluster")
        known = Cluster.objects.first()
        here = sql.cluster()
        if known and known.identifier == here:
            return False
        tops = (
            Fact.objects.aggregate(top=Max("tx"))["top"],
            Fold.objects.aggregate(top=Max("mark"))["top"],
        )
        offset = max(top or 0 for top in tops)
        sql.set_offset(offset)
        Cluster(
            pk=known.pk if known else None,
            identifier=here,
            tx_offset=offset,
            since=at or timezone.now(),
        ).save()
    return True


def check_once() -> None:
    """Before a process posts or folds for the first time: is this the cluster that we know?"""
    if not sql.postgresql():
        return
    known = connection.settings_dict
    database = (known["HOST"], known["PORT"], known["NAME"])
    if database not in _checked:
        adopt()
        _checked.add(database)
