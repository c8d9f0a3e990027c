"""``./anlan demo --no-serve``, from nothing to a table, small: and all invariants hold after it."""

from __future__ import annotations

import json
import re

import pytest

pytestmark = pytest.mark.realdb


def test_the_demo_fills_an_empty_home_and_check_is_clean(realdb):
    filled = realdb.anlan("demo", "--no-serve", "--hazards", "400", timeout=600)
    rows = [line for line in filled.stdout.splitlines() if re.search(r"\d", line)]
    assert sum("州" in line or "市" in line for line in rows) >= 16
    # Passwords are told to the person at the terminal, never on stdout or in the home.
    password = re.search(r"yn\.office\s+(\S{16})", filled.stderr)
    assert password is not None
    assert password[1] not in filled.stdout
    told = [path for path in realdb.home.rglob("*") if path.is_file() and path.stat().st_size < 1e6]
    assert not any(password[1].encode() in path.read_bytes() for path in told)
    checked = json.loads(realdb.anlan("check", "--json", timeout=600).stdout)
    assert checked["ok"], [each for each in checked["invariants"] if not each["ok"]]
    again = realdb.anlan("demo", "--no-serve", timeout=600)
    assert "yn.office" not in again.stderr
    assert again.stdout.splitlines()[1:] == filled.stdout.splitlines()[1:]
