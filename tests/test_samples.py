"""The demo's own workbooks: the same for the same seed, labelled, awkward, and mostly right."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from stdnum.cn import uscc

from anlan.config import samples
from anlan.config.samples import phrases, simulate

TODAY = date(2026, 11, 20)


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.once
@pytest.mark.django_db
def test_the_same_seed_gives_the_same_files(tmp_path):
    first = samples.generate(tmp_path / "a", 800, seed=7, today=TODAY)
    samples.generate(tmp_path / "b", 800, seed=7, today=TODAY)
    samples.generate(tmp_path / "c", 800, seed=8, today=TODAY)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a") != digests(tmp_path / "c")
    assert len({sample.layout for sample in first}) == 5
    assert {sample.path.suffix for sample in first} == {".xlsx", ".xls", ".csv"}
    assert all("模拟" in sample.path.name for sample in first)
    # Departments repeat a few of the counties' rows, on purpose.
    assert 800 <= sum(sample.rows for sample in first) <= 830
    assert 0 < sum(sample.mistakes for sample in first) < 20


@pytest.mark.django_db
def test_a_simulated_year_looks_like_one():
    rows = simulate.hazards(samples.counties(), 6_000, seed=1, today=TODAY)
    assert [row.found_on for row in rows] == sorted(row.found_on for row in rows)
    assert all(date(2025, 11, 21) <= row.found_on <= TODAY for row in rows)
    share = [
        sum(row.major for row in rows) / len(rows),
        sum(row.closed_on is not None for row in rows) / len(rows),
        sum(row.rectified_on is None and row.due_on < TODAY for row in rows) / len(rows),
    ]
    assert 0.025 < share[0] < 0.055
    assert 0.90 < share[1] < 0.99
    assert 0.002 < share[2] < 0.03
    for row in rows:
        assert row.found_on <= row.due_on
        assert row.rectified_on is None or row.found_on <= row.rectified_on <= TODAY
        assert row.closed_on is None or row.rectified_on <= row.closed_on <= TODAY
        assert "{" not in row.text + row.place + row.measure
        assert "模拟" in row.firm.name
        assert not row.firm.code or (uscc.is_valid(row.firm.code) and "XXXX" in row.firm.code)


def test_each_sector_has_phrases_enough_and_industries_that_exist():
    from anlan.domain.enterprises import industry

    for each in phrases.bank().values():
        assert len({finding.text for finding in each.ordinary}) >= 12
        assert set(each.industries) <= set(industry.table())
        assert each.names
        assert each.places


def test_most_major_findings_are_suggested_as_major():
    """The phrases are built on the criteria, so the suggestions must find them again."""
    from anlan.domain.hazards.criteria import candidates

    major = [(f.text, e.sector) for e in phrases.bank().values() for f in e.major]
    ordinary = [(f.text, e.sector) for e in phrases.bank().values() for f in e.ordinary]
    hit = sum(bool(candidates(text, sector, TODAY)) for text, sector in major)
    wrong = [text for text, sector in ordinary if candidates(text, sector, TODAY)]
    assert hit >= len(major) * 0.6, hit
    assert len(wrong) <= len(ordinary) * 0.03, wrong
