"""./anlan read: what the reading page will show, as JSON."""

from __future__ import annotations

import json

import pytest

from anlan.config import cli
from anlan.domain.campaigns.tests import notices


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    def call(text: str, *flags: str):
        path = tmp_path / "notice.txt"
        path.write_bytes(text.encode())
        status = cli.main(["read", str(path), *flags])
        out = capsys.readouterr()
        return status, out.out, out.err

    monkeypatch.setenv("ANLAN_LANG", "zh")
    return call


def test_everything_at_once(run):
    status, out, _ = run(notices.PROVINCE, "--json")
    told = json.loads(out)
    assert status == 0
    assert told["text"] == notices.PROVINCE
    assert {"repairs", "tasks", "figures", "contradictions", "notice"} <= set(told)
    for task in told["tasks"]:
        assert {"no", "title", "start", "end", "targets", "units", "deadlines"} <= set(task)
        assert notices.PROVINCE[task["start"] : task["end"]] == task["text"]
        for target in task["targets"]:
            assert {"value", "unit", "comparator", "start", "end"} <= set(target)
    for figure in told["figures"]:
        assert {"value", "unit", "start", "end", "region", "period", "indicator"} <= set(figure)
        assert {"bound", "direction", "baseline"} <= set(figure)


def test_tasks_alone_and_figures_alone(run):
    _, out, _ = run(notices.COUNTY, "--tasks", "--json")
    assert "tasks" in json.loads(out)
    assert "figures" not in json.loads(out)
    _, out, _ = run(notices.COUNTY, "--figures", "--json")
    assert "figures" in json.loads(out)
    assert "tasks" not in json.loads(out)


def test_repairs_say_why(run):
    _, out, _ = run("自20204月起,至2022111日。\n", "--figures", "--json")
    first, second = json.loads(out)["repairs"]
    assert (first["before"], first["after"], first["status"]) == (
        "20204月",
        "2020年4月",
        "proposed",
    )
    assert first["reason"] == "年份与月份连写，中间缺“年”字。"
    assert (second["after"], second["status"], len(second["readings"])) == ("", "flagged", 2)


def test_traditional_script_comes_with_simplified_of_the_same_length(run):
    _, out, _ = run(notices.YEARLY, "--tasks", "--json")
    told = json.loads(out)
    assert len(told["text_hans"]) == len(told["text"])
    task = told["tasks"][2]
    assert (
        told["text_hans"][task["start"] : task["end"]] == "(一)煤矿。关闭退出9万吨/年以下煤矿6处。"
    )


def test_a_line_a_task_for_people(run):
    status, out, err = run(notices.PROVINCE, "--tasks")
    assert status == 0
    assert "二、(一)1. 全面摸清底数" in out
    assert "2024-06-30" in out
    assert "任务4项" in err


def test_a_refusal_is_one_sentence_in_chinese(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ANLAN_LANG", "zh")
    assert cli.main(["read", str(tmp_path / "没有.pdf"), "--json"]) == 1
    out = capsys.readouterr()
    assert json.loads(out.out)["error"]["code"] == "document_not_there"
    assert "未找到文件" in out.err
