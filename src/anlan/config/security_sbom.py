"""./anlan sbom: what is installed, as CycloneDX 1.6, from the lock files alone (S60).

The same locks give the same bytes: no moment and no random number stands in it. Licences are what
the installed packages say of themselves.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from argparse import Namespace
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from anlan.config import security_known
from anlan.config.cli_say import both, emit, say

ROOT = Path(__file__).resolve().parents[3]
#: Lock files with what of them an office installs.
LOCKS = (
    ("requirements.lock", "required"),
    ("requirements-ocr.lock", "optional"),
    ("requirements-dev.lock", "excluded"),
    ("requirements-node.lock", "excluded"),
)
#: Under these one may pass the whole on; whatever else appears, a person looks at.
KNOWN = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General"
    r"|HPND|Unlicense|CC0|Zlib|W3C|Public Domain)\b",
    re.I,
)
NOT_LOOKED_AT = (
    ("已公布的漏洞（请加 --known）", "published weaknesses (name where they are told: --known)"),
    ("被撤回的版本", "versions withdrawn by their authors"),
)
Found = dict[str, Any]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def python_packages(root: Path = ROOT) -> Iterator[Found]:
    told = {plain(each.metadata["Name"]): licence(each) for each in distributions()}
    seen: set[str] = set()
    for file, scope in LOCKS:
        text = (root / file).read_text().replace("\\\n", " ")
        entries = re.findall(r"^([A-Za-z0-9._-]+)==([^ ;]+)(.*)$", text, re.M)
        for name, version, rest in entries:
            purl = f"pkg:pypi/{plain(name)}@{version}"
            if purl not in seen:
                seen.add(purl)
                sums = [("SHA-256", found) for found in re.findall(r"sha256:(\w{64})", rest)]
                yield component(plain(name), version, purl, scope, told.get(plain(name), ""), sums)


def npm_packages(root: Path = ROOT) -> Iterator[Found]:
    for place, one in json.loads((root / "package-lock.json").read_text())["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            kind, _dash, given = one.get("integrity", "").partition("-")
            sums = [("SHA-512", base64.b64decode(given).hex())] if kind == "sha512" else []
            purl = f"pkg:npm/{name.replace('@', '%40')}@{one['version']}"
            yield component(name, one["version"], purl, "required", one.get("license", ""), sums)


def component(
    name: str, version: str, purl: str, scope: str, licence: str, sums: list[tuple[str, str]]
) -> Found:
    found: Found = {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "scope": scope, "hashes": [{"alg": alg, "content": content} for alg, content in sums],
    }  # fmt: skip
    return found | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def licence(one: Distribution) -> str:
    """By the newest field that a package fills; whole texts in the old one are left out."""
    about: Any = one.metadata
    expression = about.get("License-Expression") or ""
    classes = [
        line.rpartition("::")[2].strip()
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::") and line.count("::") > 1
    ]
    old = (about.get("License") or "").strip()
    return expression or ", ".join(classes) or (old if len(old) < 60 and "\n" not in old else "")


def bill(root: Path = ROOT) -> Found:
    parts = sorted([*python_packages(root), *npm_packages(root)], key=lambda each: each["purl"])
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(parts, sort_keys=True))
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "anlan", "bom-ref": "anlan",
                                   "licenses": [{"license": {"id": "Apache-2.0"}}]}},
        "components": parts,
    }  # fmt: skip


def problems(root: Path = ROOT) -> list[str]:
    """What can be seen without a network: hashes, licences, and drift from the locks."""
    found = []
    locked: dict[str, set[str]] = {}
    for one in bill(root)["components"]:
        if one["purl"].startswith("pkg:pypi/"):
            locked.setdefault(one["name"], set()).add(one["version"])
        if not one["hashes"]:
            found.append(f"{one['purl']}: " + both("锁文件无哈希", "no hash in the lock"))
        told = [each["license"]["name"] for each in one.get("licenses", [])]
        # What this machine doesn't have (another system's wheels) says nothing of itself here.
        if one["scope"] == "required" and told and not KNOWN.search(told[0]):
            found.append(f"{one['purl']}: " + both("许可证须人工确认", "look at its licence")
                         + f" ({told[0]})")  # fmt: skip
    for each in distributions():
        name, version = plain(each.metadata["Name"]), each.version
        if name in locked and version not in locked[name]:
            wanted = ", ".join(sorted(locked[name]))
            found.append(
                f"{name} {version}: " + both("与锁文件不符", "the lock says") + f" {wanted}"
            )
    return found


def main(args: Namespace) -> int:
    """The bill on stdout; with --audit what could be looked at, and loudly what couldn't."""
    if not args.audit:
        emit(bill())
        return 0
    found = problems()
    unseen = list(NOT_LOOKED_AT)
    looked: Found = {}
    if args.known:
        try:
            told = security_known.look(args.known, [one["purl"] for one in bill()["components"]])
        except security_known.Unreachable as error:
            # What couldn't be looked at must not pass for what is well.
            found.append(both("漏洞库不可用", "the advisories can't be read") + f": {error}")
        else:
            found += map(str, told.found)
            unseen.pop(0)
            looked = {"advisories": told.advisories, "newest": told.newest}
            say(
                both(
                    f"已核对漏洞库：{told.advisories} 条，最新 {told.newest or '—'}",
                    f"looked at {told.advisories} advisories, the newest of {told.newest or '-'}",
                )
            )
    for one in found:
        say(one)
    for zh, en in unseen:
        say(both(f"未核对：{zh}", f"NOT LOOKED AT: {en}"))
    if args.json:
        emit({"problems": found, "not_looked_at": [en for _zh, en in unseen], "known": looked})
    return 1 if found else 0
