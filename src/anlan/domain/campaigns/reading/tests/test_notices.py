"""Whole notices of our own in the manner of many offices: what they ask of whom, by when.

Beside NAME.marked may stand the file itself (NAME.docx, .html, .txt in its own encoding); then that
is read. Run with -s for the table, or ``./anlan read --check FOLDER`` on the folder data/notices.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from anlan.domain.campaigns.reading import document as reading
from anlan.domain.campaigns.reading import marked
from anlan.domain.campaigns.reading.checking import beside, checked
from anlan.domain.campaigns.reading.measuring_tasks import Asked, Score, measure

FOLDER = Path(__file__).with_name("data") / "notices"
NOTICES = sorted(FOLDER.glob("*.marked"))
#: What each must reach alone, and what all must together: the mission's bars, and room above them.
EACH = {"tasks": 0.90, "targets": 0.90, "units": 0.75, "deadlines": 0.75}
TOGETHER = {"tasks": 0.98, "targets": 0.97, "units": 0.95, "deadlines": 0.95}


def _measured(path: Path) -> Asked:
    truth, document = beside(path)
    assert document.text == truth.text
    found = reading.read(document)
    return measure(truth.clauses, [*found.of("task"), *found.of("goal")])


@pytest.fixture(scope="module")
def measured() -> dict[str, Asked]:
    return {path.stem: _measured(path) for path in NOTICES}


@pytest.mark.parametrize("name", [path.stem for path in NOTICES])
def test_a_notice_of_our_own(measured, name) -> None:
    asked = measured[name]
    for part, least in EACH.items():
        assert getattr(asked, part).f1 >= least, (part, asked.told)


def test_all_notices_together(measured) -> None:
    assert len(NOTICES) >= 12
    for part, least in TOGETHER.items():
        every: list[Score] = [getattr(asked, part) for asked in measured.values()]
        wanted, given = sum(one.wanted for one in every), sum(one.given for one in every)
        f1 = 2 * sum(one.right for one in every) / (wanted + given)
        sys.stdout.write(f"{part}: {wanted} wanted, {given} given, F1 {f1:.3f}\n")
        assert f1 >= least, part


# --- The measure itself --------------------------------------------------------------------

SMALL = (
    "关于整治的通知\n{{#task 一 查煤矿}}一、查煤矿。{{6月底前|by 2024-06-30}}{{抽查不少于50矿次|>= 50 矿次}}。"
    "({{省能源局|responsible}}){{/}}\n{{#task 二 查尾矿库}}二、查尾矿库。{{治理9座|= 9 座}}。{{/}}\n"
)  # fmt: skip


def _clauses(source: str) -> list[dict[str, object]]:
    return marked.read(source, "x").clauses


def test_marks_inside_marks_are_places_in_the_text():
    found = marked.read("{{#goal - 目标}}各地{{{{各县|named}}建{{2座|= 2 座}}|>= 1 个}}{{/}}", "x")
    (clause,) = found.clauses
    assert (found.text, clause["number"], clause["text"]) == ("各地各县建2座", "", "各地各县建2座")
    assert [(u["start"], u["end"]) for u in clause["units"]] == [(2, 4)]
    assert [(t["value"], t["start"], t["end"]) for t in clause["targets"]] == [(2, 5, 7), (1, 2, 7)]
    for wrong in ("{{#task 1 x}}没有结尾", "{{3起}}", "多}}", "{{#task 1 x}}{{6月|By 6}}{{/}}"):
        with pytest.raises(ValueError, match=r"end|unpack|began"):
            marked.read(wrong, "x")


def test_what_is_right_and_what_is_wrong_is_counted():
    truth = _clauses(SMALL)
    same = measure(truth, truth)
    assert (same.tasks.f1, same.targets.f1, same.units.f1, same.deadlines.f1) == (1, 1, 1, 1)
    assert not same.errors
    other = _clauses(
        SMALL.replace(">= 50 矿次", "= 50 矿次")
        .replace("responsible", "lead")
        .replace("06-30", "07-01")
    )
    wrong = measure(truth, other)
    assert (wrong.tasks.f1, wrong.targets.right, wrong.units.right) == (1, 1, 0)
    assert wrong.errors == dict.fromkeys(
        ("missed target", "extra target", "missed unit", "extra unit", "missed deadline", "extra deadline"), 1
    )  # fmt: skip
    # The targets of a task that nobody read are missed; those of one that isn't there are too many.
    half = measure(truth, truth[:1])
    assert (half.tasks.recall, half.targets.recall, half.errors["missed task"]) == (0.5, 0.5, 1)
    assert measure(truth[:1], truth).errors["extra target"] == 1


def test_a_folder_tells_what_was_read_of_another_text(tmp_path):
    (tmp_path / "a.marked").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.marked").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.txt").write_text("关于整治的通知\n另外的话\n", encoding="utf-8")
    first, second = checked(tmp_path)
    assert first["tasks"]["targets F1"] == 1
    assert "tasks" not in second
    assert second["other_text"].startswith("8:")
