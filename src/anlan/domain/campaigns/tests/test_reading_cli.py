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


def test_a_web_page_is_told_in_its_own_places(tmp_path, capsys, monkeypatch):
    page = (
        "<html><head><title>关于防汛的通知_某局</title></head><body><div>首页 &gt; 通知公告</div>\r\n"
        "<h1>关于防汛的通知</h1><p>各乡镇人民政府：</p><p>　一、<b>排查隐患。</b>7月15日前，"
        "完成<span>48</span>座水库&nbsp;排查。</p><p>二、备足物资。储备编织袋5万条。</p>"
        "<p>某县应急管理局</p><p>2021年7月5日</p></body></html>"
    )
    path = tmp_path / "notice.html"
    path.write_bytes(page.encode("gb18030"))
    assert cli.main(["read", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == page
    assert told["notice"]["title"] == "关于防汛的通知"
    first, second = told["tasks"]
    assert page[first["start"] : first["end"]].startswith("一、<b>排查隐患。</b>7月15日前")
    (target,) = first["targets"]
    assert page[target["start"] : target["end"]] == "完成<span>48</span>座水库&nbsp;排查"
    (due,) = first["deadlines"]
    assert page[due["start"] : due["end"]] == "7月15日前"
    figures = {(figure["value"], figure["unit"]): figure for figure in told["figures"]}
    bags = figures[50000, "条"]
    assert page[bags["start"] : bags["end"]] == "5万条"
    assert second["no"] == "二"
