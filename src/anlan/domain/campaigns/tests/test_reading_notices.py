"""Notices of other offices: what they ask of whom, how much of it and by when."""

from __future__ import annotations

import random
import time

import pytest

from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.tests import notices
from anlan.kernel.papers.documents import read
from anlan.kernel.papers.tests.documents import docx, p
from anlan.kernel.papers.tests.test_documents import NUMBERING, numbered


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notices")

    def tell(text: str):
        path = folder / "notice.txt"
        path.write_text(text, encoding="utf-8")
        return reading.read(read(path))

    return tell


def numbers(clause) -> list[tuple[object, ...]]:
    return [(t["value"], t["unit"], t["comparator"]) for t in clause["targets"]]


def roles(clause) -> dict[str, str]:
    return {unit["name"]: unit["role"] for unit in clause["units"]}


def due(clause) -> list[str]:
    return [d["date"] for d in clause["deadlines"] if d["kind"] == "by"]


# --- Whose notice --------------------------------------------------------------------------


def test_the_head_of_a_provinces_plan(told):
    notice = told(notices.PROVINCE).told_notice()
    assert notice["number"] == "澜安委〔2024〕7号"
    assert notice["issuer"] == "澜江省安全生产委员会"
    assert notice["title"] == (
        "澜江省安全生产委员会关于印发《澜江省安全生产治本攻坚三年行动实施方案(2024—2026年)》的通知"
    )
    assert [r["text"] for r in notice["recipients"]] == ["各市、县人民政府", "省安委会各成员单位"]
    assert (notice["date"], notice["copies"]) == ("2024-02-18", 1)


def test_the_head_of_a_countys_notice(told):
    notice = told(notices.COUNTY).told_notice()
    assert (notice["number"], notice["issuer"]) == ("", "平安县安全生产委员会办公室")
    assert notice["title"] == "关于开展有限空间作业专项整治的通知"
    assert [r["text"] for r in notice["recipients"]] == [
        "各乡镇人民政府",
        "各街道办事处",
        "县直各有关单位",
    ]
    assert notice["date"] == "2025-02-26"


def test_a_date_in_chinese_numerals(told):
    notice = told(notices.YEARLY).told_notice()
    assert (notice["title"], notice["date"]) == ("2023年全市安全生產工作要點", "2023-02-15")


def test_reports_that_come_back_have_no_day(told):
    (report,) = told(notices.PROVINCE).told_notice()["reports"][:1]
    assert (report["due"], report["recurring"]) == (None, "每季度末月25日前")
    assert report["recipient"] == "省安委会办公室"


# --- Tasks ---------------------------------------------------------------------------------


def test_the_tasks_of_a_province(told):
    read = told(notices.PROVINCE)
    tasks = read.of("task")
    assert [(task["path"], task["no"], task["title"]) for task in tasks] == [
        ("二、(一)1.", 1, "全面摸清底数"),
        ("二、(一)2.", 2, "加快存量整改"),
        ("二、(二)1.", 1, "推进老旧管网改造"),
        ("二、(二)2.", 2, "实施公路安全生命防护工程"),
    ]
    for task in tasks:
        assert read.document.text[task["start"] : task["end"]] == task["text"]
        assert task["text"][0] == str(task["no"])
    assert [c["title"] for c in read.of("requirement")] == ["加强组织领导", "强化督导考核"]
    # The list of annexes is no task.
    assert read.of("requirement")[-1]["text"].endswith("适时开展督导。")


def test_the_numbers_of_a_province(told):
    read = told(notices.PROVINCE)
    files, stock, pipes, roads = read.of("task")
    assert numbers(files) == [(100, "%", "=")]
    assert numbers(stock) == [(1, "次/季度", ">=")]
    assert numbers(pipes) == [(1200, "公里", "="), (3500, "台", ">="), (2000, "台", ">=")]
    assert [(t["value"], t["up_to"], t["unit"]) for t in roads["targets"]] == [(500, 600.0, "公里")]
    (goal,) = read.of("goal")
    assert (15, "%", ">=") in numbers(goal)
    change = next(t for t in goal["targets"] if t["value"] == 15)
    assert (change["direction"], change["baseline"]) == ("decrease", "2023")
    assert {t["kind"] for t in goal["targets"]} == {"change", "trend", "curb"}


def test_who_leads_and_who_helps(told):
    files, stock, pipes, roads = told(notices.PROVINCE).of("task")
    assert roles(files) == {
        "省应急管理厅": "lead",
        "省能源局": "support",
        "国家矿山安全监察局澜江局": "support",
    }
    assert roles(stock) == {"省安委会各成员单位": "responsible"}
    assert roles(pipes) == {
        "省住房城乡建设厅": "lead",
        "省市场监管局": "support",
        "省财政厅": "support",
    }
    assert roles(roads) == {"省交通运输厅": "responsible"}


def test_deadlines_take_their_year_from_the_context(told):
    read = told(notices.PROVINCE)
    files, stock, pipes, roads = read.of("task")
    assert due(files) == ["2024-06-30"]
    assert due(stock) == ["2024-12-31", "2024-12-31"]
    assert due(pipes) == ["2024-12-31"]
    assert [d["inferred"] for d in pipes["deadlines"] if d["kind"] == "by"] == [True]
    assert due(roads) == ["2025-12-31"]
    assert due(read.of("requirement")[0]) == ["2024-04-10"]


def test_the_tasks_of_a_county(told):
    read = told(notices.COUNTY)
    accounts, permits = read.of("task")
    assert (accounts["path"], accounts["title"]) == ("二、(一)", "全面排查建账")
    assert due(accounts) == ["2025-03-20"]
    assert numbers(accounts) == [(95, "%", ">=")]
    assert roles(accounts)["各乡镇人民政府"] == "responsible"
    assert numbers(permits)[0] == (10, "家/月", ">=")
    # 30人以上企业 says which firms, not how many people.
    assert [t["kind"] for t in permits["targets"]] == ["number", "threshold"]
    assert {name: role for name, role in roles(permits).items() if role != "named"} == {
        "县应急管理局": "lead",
        "县生态环境局": "support",
        "县住房和城乡建设局": "support",
    }
    assert [c["title"] for c in read.of("stage")] == [
        "动员部署（3月1日至3月10日）",
        "集中整治（3月11日至5月31日）",
    ]
    assert [c["title"] for c in read.of("requirement")] == ["提高思想认识", "及时报送信息"]
    assert read.of("requirement")[-1]["text"].endswith("报送工作总结。")


def test_a_countys_reports(told):
    reports = told(notices.COUNTY).told_notice()["reports"]
    assert ("每月25日前", None) in [(r["recurring"], r["due"]) for r in reports]


def test_numbers_inside_a_paragraph_and_traditional_script(told):
    read = told(notices.YEARLY)
    tasks = read.of("task")
    assert [task["path"] for task in tasks] == [
        "一、(一)", "一、(二)", "二、(一)", "二、(二)", "三、",
    ]  # fmt: skip
    assert tasks[2]["text"] == "(一)煤礦。關閉退出9萬噸/年以下煤礦6處。"
    assert tasks[2]["title_hans"] == "煤矿"
    assert numbers(tasks[0]) == [(1, "次/季度", ">=")]
    assert numbers(tasks[1]) == [(380, "家", "=")]
    assert (90_000, "吨/年", "<=") in numbers(tasks[2])
    assert (6, "处", "=") in numbers(tasks[2])
    assert numbers(tasks[3]) == [(5, "个", "="), (25_000, "人次", "=")]
    assert (5, "项", "=") in numbers(tasks[4])
    trends = [t for t in tasks[4]["targets"] if t["kind"] == "trend"]
    assert [(t["object"], t["unit"], t["comparator"], t["baseline"]) for t in trends] == [
        ("全市事故起数", "起", "decrease", "2022"),
        ("死亡人数", "人", "decrease", "2022"),
    ]


def test_an_interview_is_no_notice(told):
    said = (
        "某市安委会办公室主任做客在线访谈\n主持人:欢迎您。请介绍主要做法。\n"
        "主任:一年来，我们出台了《某市安全生产专项整治三年行动计划》，主要表现在三个方面:\n"
        "一是突出目标任务。建立责任体系，推动责任落实。\n二是突出源头治理。完善制度措施。\n"
    )
    read = told(said)
    assert read.told_notice()["is_notice"] is False
    assert read.of("task") == []
    # A plan of work may count its tasks so.
    (first, second) = told("关于做好防汛工作的通知\n各单位:\n" + said[said.index("一是") :]).of(
        "task"
    )
    assert (first["no"], second["title"]) == ("一", "突出源头治理")


def test_a_letter_without_numbers_has_its_paragraphs(told):
    (task,) = told(notices.LETTER).of("task")
    assert task["text"].startswith("各成员单位要立即组织")
    assert (task["no"], due(task)) == (None, ["2025-09-28"])
    assert roles(task) == {"各成员单位": "named"}


def test_a_table_of_tasks(told):
    read = told(notices.TABLE)
    gas, plants, command = read.of("task")
    assert [task["no"] for task in (gas, plants, command)] == [1, 2, 3]
    assert gas["title"] == "开展城镇燃气“回头看”"
    assert roles(gas) == {"县住建局": "lead", "县商务局": "support", "县市场监管局": "support"}
    assert (numbers(gas), due(gas)) == ([(380, "家", "=")], ["2025-06-30"])
    assert (numbers(plants), due(plants)) == ([(12, "套", "=")], ["2025-11-30"])
    assert due(command) == []


def test_lines_that_a_program_broke_are_read_whole(told):
    read = told(notices.WRAPPED)
    tall, crowds = read.of("task")
    assert tall["title"] == "紧盯高层建筑"
    assert numbers(tall) == [(120, "栋", ">=")]
    assert tall["text"].endswith("消防设施维修改造。")
    assert numbers(crowds) == [(35, "个", "=")]
    assert roles(read.of("requirement")[0]) == {"各街道": "named"}
    assert read.told_notice()["issuer"] == "区消防安全委员会办公室"


@pytest.mark.parametrize("seed", range(40))
def test_a_notice_in_pieces_breaks_nothing(told, seed):
    """Lines lost, doubled and in another order, cut in the middle: read all the same."""
    rng = random.Random(seed)
    whole = notices.PROVINCE + notices.COUNTY + notices.TABLE + notices.YEARLY + notices.WRAPPED
    lines = whole.splitlines(keepends=True)
    chosen = [rng.choice(lines) for _ in range(rng.randint(1, 60))]
    text = "".join(
        line[: rng.randint(1, len(line))] if rng.random() < 0.3 else line for line in chosen
    )
    if not text.strip():
        return
    read = told(text)
    read.told_notice()
    said = read.document.text
    for kind in ("task", "goal", "requirement", "stage", "other"):
        for clause in read.of(kind):
            for part in (clause, *clause["targets"], *clause["units"], *clause["deadlines"]):
                assert said[part["start"] : part["end"]] == part["text"]


@pytest.mark.parametrize(
    "word",
    [
        "由",
        "报",
        "每月25日前",
        "各部门、",
        "“",
        "(一)",
        "1.",
        "省级",
        "全面推行",
        "坚决遏制",
        "5个全面推行",
        "积极",
    ],
)
def test_a_hostile_line_takes_no_time(told, word):
    begun = time.monotonic()
    told("各单位:\n一、" + word * 20_000).of("task")
    assert time.monotonic() - begun < 5


def test_a_word_file_whose_numbers_are_settings(tmp_path):
    body = (
        p("关于开展检查的通知") + p("各县人民政府：") + p("主要任务", numbered(0))
        + p("全面排查。3月底前排查矿山38座。", numbered(1)) + p("限期整改。整改率达到100%。", numbered(1))
        + p("工作要求", numbered(0)) + p("加强领导。各县要成立专班。", numbered(1))
        + p("某市安委办") + p("2025年1月20日")
    )  # fmt: skip
    path = tmp_path / "notice.docx"
    path.write_bytes(docx(body, numbering=NUMBERING))
    found = reading.read(read(path))
    assert [(t["path"], t["title"]) for t in found.of("task")] == [
        ("一、1.", "全面排查"),
        ("一、2.", "限期整改"),
    ]
    first = found.of("task")[0]
    assert (numbers(first), due(first)) == ([(38, "座", "=")], ["2025-03-31"])
    assert [c["title"] for c in found.of("requirement")] == ["加强领导"]
    assert found.told_notice()["issuer"] == "某市安委办"


def test_every_span_holds_its_own_words(told):
    for text in (
        notices.PROVINCE,
        notices.COUNTY,
        notices.YEARLY,
        notices.LETTER,
        notices.TABLE,
        notices.WRAPPED,
    ):
        read = told(text)
        said = read.document.text
        for kind in ("task", "goal", "requirement", "stage", "other"):
            for clause in read.of(kind):
                for part in (
                    clause,
                    *clause["targets"],
                    *clause["units"],
                    *clause["sectors"],
                    *clause["deadlines"],
                    *clause["basis"],
                ):
                    assert said[part["start"] : part["end"]] == part["text"]
                    assert clause["start"] <= part["start"] <= part["end"] <= clause["end"]


def test_a_number_that_is_one_sign_counts_by_its_place(told):
    found = told(
        "关于加强培训的通知\n各企业：\n一、强化培训\n①培训负责人120名。\n②培训从业人员不少于3000人次。\n"
        "三）开展演练\n⒈每年至少组织2次演练。\n⒉完善预案。\n某园区管委会\n2024年3月5日\n"
    ).of("task")
    assert [clause["no"] for clause in found] == [1, 2, 1, 2]
    assert [numbers(clause)[:1] for clause in found] == [
        [(120, "名", "=")], [(3000, "人次", ">=")], [(2, "次/年", ">=")], []
    ]  # fmt: skip
