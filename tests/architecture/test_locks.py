"""The lock files say what is installed: every requirement is in them, by hash, with no address."""

from __future__ import annotations

import json
import re
import runpy
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.databases import ROOT

pytestmark = pytest.mark.once
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WANTED = {
    "requirements.lock": PROJECT["project"]["dependencies"],
    "requirements-dev.lock": [
        *PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"],
    ],
    "requirements-ocr.lock": [
        *PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["ocr"],
    ],
    "requirements-node.lock": PROJECT["dependency-groups"]["node"],
}  # fmt: skip


def locked(name: str) -> dict[str, str]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.M)
    return {canonicalize_name(package): version for package, version in lines}


@pytest.mark.parametrize("name", WANTED)
def test_S60_every_requirement_is_locked_at_a_version_that_suits(name):
    versions = locked(name)
    for text in WANTED[name]:
        requirement = Requirement(text)
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is in pyproject.toml and not in {name}: ./anlan lock"
        assert requirement.specifier.contains(version, prereleases=True), (requirement, version)


@pytest.mark.parametrize("name", WANTED)
def test_S60_every_locked_package_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)
    for block in filter(str.strip, blocks):
        assert "--hash=sha256:" in block, block[:80]
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_the_other_locks_hold_the_same_versions():
    core, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    ocr = locked("requirements-ocr.lock")
    assert {name: dev.get(name) for name in core} == core
    assert {name: ocr.get(name) for name in core} == core
    assert {name: dev.get(name) for name in ocr} == ocr


def test_S60_the_front_end_lock_names_no_registry_and_every_package_has_a_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        if name:
            assert "resolved" not in package, name
            assert package["integrity"].startswith("sha512-"), name


def test_S60_what_pages_load_is_what_npm_fetches():
    files = runpy.run_path(str(ROOT / "src/anlan/ui/vendor.py"))["FILES"]
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert set(files) == set(wanted)
