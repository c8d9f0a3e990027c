"""S19: a backup comes back when two custodians stand behind it, and not for one person alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from anlan.base import custody
from anlan.kernel.audit.models import AuditRow
from anlan.kernel.regions.models import Region
from tests.house.test_backup import anlan, empty, files
from tests.house.test_databases import add

__all__ = ["anlan", "files"]
pytestmark = pytest.mark.realdb
PHRASES = {
    "李": "correct horse battery one",
    "王": "correct horse battery two",
    "赵": "correct horse battery six",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """scrypt with little work: each passphrase is tried against each custodian."""
    monkeypatch.setattr(custody, "_N", 1 << 4)


@pytest.fixture
def said(tmp_path):
    """``--custodian`` arguments for these names, each with the phrase in a file."""

    def arguments(**phrases: str) -> list[str]:
        found = []
        for name, phrase in phrases.items():
            path = tmp_path / f"phrase-{name}"
            path.write_text(phrase + "\n", "utf-8")
            found += ["--custodian", f"{name}={path}"]
        return found

    return arguments


@pytest.fixture
def kept(anlan, files, said, tmp_path) -> Path:
    """A backup that three custodians were enrolled for, lying elsewhere."""
    for name, phrase in PHRASES.items():
        status, _done = anlan("custodians", "add", name, *said(**{name: phrase}))
        assert status == 0
    add("BEFORE", "备份之前")
    status, done = anlan("backup")
    assert status == 0
    return Path(shutil.copy(done["file"], tmp_path / "kept.backup"))


def restored() -> bool:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    return bool(tables) or (settings.HOME / "media").exists()


@pytest.mark.parametrize("pair", [("李", "王"), ("李", "赵"), ("赵", "王")])
def test_S19_two_custodians_together_restore_a_backup(realdb, anlan, kept, said, pair):
    empty(realdb)
    given = said(**{name: PHRASES[name] for name in pair})
    status, done = anlan("restore", str(kept), *given)
    assert status == 0, done
    assert Region.objects.filter(code="BEFORE").exists()
    assert AuditRow.objects.filter(action="custody.added").count() == 3


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"李": PHRASES["李"]},
        {"李": PHRASES["李"], "王": "not the phrase of wang"},
        {"李": PHRASES["李"], "王": PHRASES["李"]},
        {"李": PHRASES["李"], "somebody": PHRASES["王"]},
    ],
    ids=["nobody", "one", "one and a guess", "one twice", "one and a stranger"],
)
def test_S19_one_person_restores_nothing_whatever_else_they_hold(realdb, anlan, kept, said, given):
    """They have the machine, the key file and the backup."""
    empty(realdb)
    status, done = anlan("restore", str(kept), *said(**given))
    assert status != 0
    assert done["error"]["code"] == "two_custodians"
    assert not restored()


def test_S19_naming_custodians_of_ones_own_opens_no_backup_made_before(realdb, anlan, kept, said):
    """What a backup needs stands in it, sealed and signed, and not on the machine."""
    empty(realdb)
    (settings.HOME / "secrets" / "custodians").unlink()
    mine = {"mallory": "all of these are mine", "trudy": "and this one is mine, too"}
    for name, phrase in mine.items():
        custody.enrol(settings.HOME, name, phrase)
    status, done = anlan("restore", str(kept), *said(**mine))
    assert (status != 0, done["error"]["code"]) == (True, "two_custodians")
    status, _done = anlan("restore", str(kept), *said(李=PHRASES["李"], 王=PHRASES["王"]))
    assert status == 0


def test_S19_the_custodians_open_nothing_without_the_key_file(realdb, anlan, kept, said):
    empty(realdb)
    (settings.HOME / "secrets" / "backup").unlink()
    status, done = anlan("restore", str(kept), *said(李=PHRASES["李"], 王=PHRASES["王"]))
    assert (status != 0, done["error"]["code"]) == (True, "backup_key_missing")


def test_S19_nobody_becomes_two_custodians_and_two_take_one_off(anlan, said):
    def add_one(name: str, phrase: str) -> str:
        status, done = anlan("custodians", "add", name, *said(**{name: phrase}))
        return "" if status == 0 else done["error"]["code"]

    assert add_one("李", "too short") == "custodian_refused"
    assert add_one("李", PHRASES["李"]) == ""
    assert add_one("李", PHRASES["王"]) == "custodian_refused", "the name is taken"
    assert add_one("王", PHRASES["李"]) == "custodian_refused", "the same phrase is the same person"
    assert add_one("王", PHRASES["王"]) == ""
    status, done = anlan("custodians", "remove", "王", *said(李=PHRASES["李"]))
    assert (status != 0, done["error"]["code"]) == (True, "two_custodians")
    status, done = anlan("custodians", "remove", "王", *said(李=PHRASES["李"], 王=PHRASES["王"]))
    assert (status, done["custodians"]) == (0, ["李"])
    _status, done = anlan("custodians", "list")
    assert done == {"custodians": ["李"], "two_needed": False}
    kept = (settings.HOME / "secrets" / "custodians").read_text()
    assert not [phrase for phrase in PHRASES.values() if phrase in kept]


def test_S19_in_production_administrators_are_told_while_one_alone_could_restore(realdb, settings):
    now = timezone.now()
    settings.HTTPS = True
    assert custody.health(now) == ["custodians_missing"]
    custody.enrol(settings.HOME, "李", PHRASES["李"])
    assert custody.health(now) == ["custodians_missing"]
    custody.enrol(settings.HOME, "王", PHRASES["王"])
    assert custody.health(now) == []


def test_S19_production_restores_nothing_that_one_person_could_open(
    realdb, anlan, files, said, tmp_path, settings
):
    status, done = anlan("backup")
    assert status == 0
    alone = Path(shutil.copy(done["file"], tmp_path / "alone.backup"))
    empty(realdb)
    settings.HTTPS = True
    status, done = anlan("restore", str(alone))
    assert (status != 0, done["error"]["code"]) == (True, "made_for_one")
    assert not restored()
    settings.HTTPS = False
    assert anlan("restore", str(alone))[0] == 0, "on one's own machine it is nobody's business"
