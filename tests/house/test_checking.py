"""``./anlan check``: beside itself where there is much, in this process where there is little."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.utils import timezone

from anlan.base import progress
from anlan.config import checking

pytestmark = pytest.mark.realdb

STORY = """
    day         who        does       -> state
    2024-03-01  inspector  find       -> found
    2024-03-01  office     assign     -> assigned
    2024-03-08  firm       rectify    -> rectified
    2024-03-09  inspector  verify     -> verified
    2024-03-10  office     close      -> closed
"""


@pytest.fixture
def told(realdb: Any) -> Any:
    from anlan.domain.hazards.tests import stage

    return stage.told(stage.whole(), STORY)


#: The command, as if there were much to ask and every word were wanted.
BESIDE = """
import sys
import django
django.setup()
from anlan.config import cli, checking
if __name__ == "__main__":
    checking.BESIDE_CASES_MIN, checking.SAID_SECONDS, checking.TOLD_SECONDS = 0, -1, -1
    sys.exit(cli.main(["check", "--json"]))
"""


def test_two_processes_answer_what_one_does_and_say_where_they_are(realdb: Any, told: Any) -> None:
    from anlan.domain.hazards.models import Hazard

    Hazard.objects.update(made_by_hand=False)  # so that one of them is broken
    here = realdb.anlan("check", "--json", check=False)
    beside = subprocess.run(
        [sys.executable, "-c", BESIDE], env=realdb.env, capture_output=True, text=True, check=False
    )
    assert beside.stdout == here.stdout, beside.stderr
    assert (here.returncode, beside.returncode) == (1, 1)
    found = json.loads(here.stdout)["invariants"]
    assert [one["id"] for one in found if not one["ok"]]
    for one in found:
        assert f"{one['id']}: {one['checked']:,}, " in beside.stderr, "told of when it is over"
    assert "… " in beside.stderr, "and what it is at, meanwhile"


def test_a_look_says_how_many_rows_are_done_and_nobody_listens_afterwards(
    told: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checking, "SAID_SECONDS", -1)
    checking.examine(timezone.now())
    said = capsys.readouterr().err
    assert "S32 closed cases are as they were sealed 1" in said
    progress.say("anything", 7)
    assert "anything" not in capsys.readouterr().err
