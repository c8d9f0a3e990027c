"""What every command promises: JSON alone on stdout, one clear line for a refusal, its status."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from anlan.config import cli, cli_commands
from tests.databases import ROOT

REFUSED = [
    (["figures", "--region", "999999", "--period", "2024"], None),
    (["figures", "--region", "530000", "--period", "someday"], None),
    (["import", "hazards", "nowhere.xlsx"], "file_missing"),
    (["import", "units", "nowhere.xlsx"], "list_unreadable"),
    (["undo", "nothing"], None),
    (["restore", "nowhere.backup"], "target_not_empty"),
]


@pytest.mark.realdb
@pytest.mark.parametrize(("arguments", "code"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_refusal_is_one_object_and_one_line(realdb, capsys, arguments, code):
    assert cli.main([*arguments, "--json"]) == 1
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert set(error) == {"code", "message"}
    assert code in (None, error["code"])
    assert len(err.strip().splitlines()) == 1, err
    assert error["message"] in err


@pytest.mark.realdb
@pytest.mark.parametrize(("arguments", "code"), REFUSED[:1], ids=["figures"])
def test_without_json_nothing_stands_on_stdout(realdb, capsys, arguments, code):
    assert cli.main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("anlan")


@pytest.mark.realdb
def test_figures_print_one_object(realdb, capsys):
    assert cli.main(["figures", "--region", "530000", "--period", "2024-06", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) >= {"region", "period", "as_known_at", "cells"}


@pytest.mark.realdb
def test_check_prints_one_object(realdb, capsys):
    assert cli.main(["check", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert all(set(each) == {"id", "ok", "checked", "detail"} for each in answer["invariants"])
    named = {each["id"].split()[0] for each in answer["invariants"]}
    assert named >= {f"I{number}" for number in range(2, 9)}, "I1, I9 and I10 show only in motion"


@pytest.mark.realdb
def test_the_command_line_acts_under_its_users_name(realdb, capsys, monkeypatch):
    from anlan.kernel.audit.models import AuditRow

    monkeypatch.setattr(cli.getpass, "getuser", lambda: "zhang")
    assert cli.main(["backup", "--json"]) == 0
    assert AuditRow.objects.latest("pk").actor == "cli:zhang"


@pytest.mark.realdb
def test_lists_of_units_and_people_are_taken_as_offices_keep_them(realdb, capsys, tmp_path):
    units = tmp_path / "units.csv"
    units.write_bytes(
        "单位名册,,,\n单位代码,单位名称,类型,区划代码\nK1,昆明市应急管理局,部门,530100\n"
        "K2,某单位,部门,999999\n".encode("gb18030")
    )
    assert cli.main(["import", "units", str(units), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["rows"], answer["created"]) == (2, 1)
    assert [(row["row"], row["column"]) for row in answer["rejected"]] == [(4, "area")]

    people = tmp_path / "people.csv"
    people.write_text("用户名,姓名,单位代码,所属单位代码\nli.si,李四,,K1\n", encoding="utf-8-sig")
    assert cli.main(["import", "people", str(people), "--json"]) == 0
    links = json.loads(capsys.readouterr().out)["links"]
    # A whole address, so that whoever is handed it can open it.
    assert links["li.si"].startswith("http://127.0.0.1:8000/accounts/link/")

    assert cli.main(["import", "people", str(people), "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1


@pytest.mark.once
def test_every_command_has_help_in_both_languages(capsys, monkeypatch):
    for language in ("zh", "en"):
        monkeypatch.setenv("ANLAN_LANG", language)
        for name in cli_commands.COMMANDS:
            with pytest.raises(SystemExit) as left:
                cli.main([name, "--help"])
            assert left.value.code == 0
            out = capsys.readouterr().out
            assert name in out
            chinese = any("一" <= character <= "鿿" for character in out)
            assert chinese == (language == "zh") or name == "boundaries"


@pytest.mark.realdb
def test_a_reader_that_has_read_enough_is_no_fault(realdb):
    command = f"{sys.executable} -m anlan.config.cli figures --region 530000 --period 2024 --json"
    done = subprocess.run(
        ["bash", "-c", f"{command} | true; echo ${{PIPESTATUS[0]}}"],
        env=realdb.env, cwd=ROOT, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.stdout.strip() in ("141", "0")
