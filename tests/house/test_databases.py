"""The tests' own ground: if copies leaked into each other, every other test would mean nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.db import connection, transaction

from anlan.kernel.regions.models import Region
from tests.databases import ROOT


def add(code: str, name: str = "x") -> None:
    parent = Region.objects.get(code="530102")
    path = f"{parent.path}{code}/"
    Region.objects.create(
        code=code, name=name, full_name=name, level=4, parent=parent, path=path, source="test"
    )


@pytest.mark.django_db
def test_the_template_holds_two_provinces():
    assert Region.objects.get(code="530102").full_name == "云南省昆明市五华区"
    assert Region.objects.current().filter(level=3, code__startswith="53").count() == 129


@pytest.mark.django_db
@pytest.mark.parametrize("_round", [1, 2])
def test_a_transaction_of_a_test_is_rolled_back(_round):
    add("X")


@pytest.mark.realdb
@pytest.mark.parametrize("_round", [1, 2])
def test_a_real_database_begins_as_the_template(realdb, _round):
    assert not Region.objects.filter(code="X").exists()
    with transaction.atomic(durable=True):
        add("X")


@pytest.mark.realdb
def test_threads_commit_into_the_real_database(realdb):
    def write(number: int) -> int:
        with transaction.atomic(durable=True):
            add(f"X{number}")
        return number

    assert realdb.together(write, 8) == list(range(8))
    assert Region.objects.filter(code__startswith="X").count() == 8


@pytest.mark.realdb
def test_a_process_sees_what_was_committed(realdb):
    with transaction.atomic(durable=True):
        add("X", "另一个")
    code = (
        "import django; django.setup();"
        "from anlan.kernel.regions.models import Region;"
        "print(Region.objects.get(code='X').name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=realdb.env, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout.strip() == "另一个", done.stderr


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_server_sorts_by_bytes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datcollate FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("C",)
