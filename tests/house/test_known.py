"""S60: known weaknesses of what is locked, asked of a service or read from what was carried in."""

from __future__ import annotations

import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from anlan.config import cli, security_known, security_sbom
from anlan.config.security_known import Part, Unreachable, affects, look, order

pytestmark = pytest.mark.once
DJANGO = "pkg:pypi/django@5.2.19"
HTMX = "pkg:npm/%40scope/htmx.org@2.0.4"


def advisory(number: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = more.pop("ecosystem", "PyPI")
    span = {"type": more.pop("type", "ECOSYSTEM"), "events": list(events)}
    affected = {"package": {"ecosystem": kind, "name": name}, "ranges": [span]}
    affected["versions"] = more.pop("versions", [])
    return {"id": number, "summary": f"{number}\nsays", "modified": "2026-11-20T08:00:00Z",
            "affected": [affected], **more}  # fmt: skip


UNTIL_6 = ({"introduced": "0"}, {"fixed": "6.0"})


@pytest.mark.parametrize(
    ("events", "hit"),
    [
        (({"introduced": "0"},), True),
        (({"introduced": "5.2"}, {"fixed": "5.2.19"}), False),
        (({"introduced": "5.2"}, {"fixed": "5.2.20"}), True),
        (({"introduced": "5.2.20"},), False),
        (({"introduced": "0"}, {"last_affected": "5.2.19"}), True),
        (({"introduced": "0"}, {"last_affected": "5.2.18"}), False),
        # Told in another order, and mended in two lines of releases.
        (({"fixed": "4.2.9"}, {"introduced": "0"}), False),
        (({"introduced": "0"}, {"fixed": "4.2.9"}, {"introduced": "5.0"}, {"fixed": "5.2.20"}), True),
        (({"introduced": "0"}, {"fixed": "4.2.9"}, {"introduced": "5.0"}, {"fixed": "5.2.3"}), False),
        (({"introduced": "5.2.19rc1"},), True),
        (({"introduced": "5.2.19.post1"},), False),
    ],
)  # fmt: skip
def test_S60_a_version_is_affected_by_the_rules_of_the_format(events, hit):
    assert affects(advisory("X-1", "Django", *events), Part.of(DJANGO)) is hit


def test_S60_what_is_another_package_or_was_taken_back_is_no_weakness():
    part = Part.of(DJANGO)
    assert affects(advisory("X-1", "DJANGO", *UNTIL_6), part), "names are compared as PyPI does"
    assert not affects(advisory("X-1", "django-axes", *UNTIL_6), part)
    assert not affects(advisory("X-1", "django", *UNTIL_6, ecosystem="npm"), part)
    assert not affects(advisory("X-1", "django", *UNTIL_6, withdrawn="2026-01-01T00:00:00Z"), part)
    assert not affects(advisory("X-1", "django", {"introduced": "0"}, type="GIT"), part)
    assert affects(advisory("X-1", "django", {"introduced": "9"}, versions=["5.2.19"]), part)
    scoped = Part.of(HTMX)
    assert (scoped.name, scoped.version) == ("@scope/htmx.org", "2.0.4")
    assert affects(advisory("X-1", "@scope/htmx.org", *UNTIL_6, ecosystem="npm"), scoped)


VERSIONS = st.builds(
    lambda numbers, rest: ".".join(map(str, numbers)) + rest,
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.sampled_from(["", "", "a1", "b2", "rc1", "rc10", ".post1", ".post12"]),
)


@given(VERSIONS, VERSIONS)
def test_S60_versions_sort_as_python_sorts_them(one, other):
    mine = (order(one, "PyPI") > order(other, "PyPI")) - (order(one, "PyPI") < order(other, "PyPI"))
    theirs = (Version(one) > Version(other)) - (Version(one) < Version(other))
    assert mine == theirs


def test_S60_versions_of_npm_sort_as_semver_has_it():
    # semver.org, section 11.
    told = [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
        "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0",
    ]  # fmt: skip
    assert all(order(one, "npm") < order(two, "npm") for one, two in pairwise(told))
    assert order("1.0.0+build5", "npm") == order("1.0.0", "npm")


def carried(folder: Path, *advisories: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "all.zip", "w") as packed:
        for one in advisories:
            packed.writestr(f"{one['id']}.json", json.dumps(one))
    return folder


NPM = advisory("GHSA-n", "left-pad", *UNTIL_6, ecosystem="npm")


def test_S60_without_a_network_what_was_carried_in_is_read_whole_or_not_at_all(tmp_path):
    same = advisory("PYSEC-1", "django", *UNTIL_6, aliases=["GHSA-1"])
    again = advisory("GHSA-1", "Django", *UNTIL_6, aliases=["PYSEC-1"])
    other = advisory("PYSEC-2", "flask", *UNTIL_6)
    folder = carried(tmp_path / "osv", same, again, other, NPM)
    told = look(str(folder), [DJANGO, HTMX])
    assert (told.advisories, told.newest) == (4, "2026-11-20")
    assert [(one.purl, one.id, one.fixed) for one in told.found] == [(DJANGO, "GHSA-1", ("6.0",))]
    assert str(told.found[0]) == f"{DJANGO}: GHSA-1 GHSA-1 says (-> 6.0)"
    assert look(str(folder / "all.zip"), [DJANGO]).advisories == 4

    for bad in (tmp_path / "gone", carried(tmp_path / "empty"), carried(tmp_path / "half", same)):
        with pytest.raises(Unreachable):
            look(str(bad), [DJANGO, HTMX])
    (tmp_path / "osv/all.zip").write_bytes((tmp_path / "osv/all.zip").read_bytes()[:-40])
    with pytest.raises(Unreachable):
        look(str(folder), [DJANGO])
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.json").write_text("{")
    with pytest.raises(Unreachable):
        look(str(broken), [DJANGO])


def test_S60_a_service_is_asked_for_every_package_page_by_page(monkeypatch):
    asked: list[Any] = []
    told = {"GHSA-1": advisory("GHSA-1", "django", *UNTIL_6)}

    def answer(address: str, body: Any) -> dict[str, Any]:
        asked.append((address, body))
        if address.endswith("querybatch"):
            first = [{} for _ in body["queries"]]
            if "page_token" in body["queries"][0]:
                return {"results": [{"vulns": [{"id": "GHSA-1"}]}]}
            first[0] = {"vulns": [], "next_page_token": "more"}
            return {"results": first}
        return told[address.rpartition("/")[2]]

    monkeypatch.setattr(security_known, "_call", answer)
    looked = look("https://osv.example/", [DJANGO, HTMX])
    assert [one.id for one in looked.found] == ["GHSA-1"]
    assert [address.removeprefix("https://osv.example") for address, _body in asked] == [
        "/v1/querybatch", "/v1/querybatch", "/v1/vulns/GHSA-1",
    ]  # fmt: skip
    assert asked[1][1] == {"queries": [{"package": {"purl": DJANGO}, "page_token": "more"}]}

    monkeypatch.setattr(security_known, "_call", lambda *_: {"results": []})
    with pytest.raises(Unreachable):
        look("https://osv.example", [DJANGO])


def test_S60_a_service_that_sends_elsewhere_or_answers_nonsense_is_not_believed():
    class Odd(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "/json")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write({"/json": b"{}", "/list": b"[]"}.get(self.path, b"<html>"))

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        assert security_known._call(f"{here}/json", None) == {}
        for path in ("/away", "/list", "/page"):
            with pytest.raises(Unreachable):
                security_known._call(here + path, None)
        server.shutdown()
    with pytest.raises(Unreachable):
        security_known._call(f"{here}/json", None)
    with pytest.raises(Unreachable):
        look(here, [DJANGO])  # without TLS it is taken for a folder that isn't there


def test_S60_the_command_fails_where_something_is_known_and_where_it_could_not_look(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(security_sbom, "problems", list)
    django = next(
        part["version"] for part in security_sbom.bill()["components"] if part["name"] == "django"
    )
    folder = carried(tmp_path / "osv", advisory("PYSEC-9", "flask", *UNTIL_6), NPM)
    assert cli.main(["sbom", "--audit", "--known", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["known"] == {"advisories": 2, "newest": "2026-11-20"}
    assert not any("weaknesses" in one for one in told["not_looked_at"])

    carried(folder, advisory("PYSEC-9", "django", {"introduced": django}), NPM)
    assert cli.main(["sbom", "--audit", "--known", str(folder), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem.startswith(f"pkg:pypi/django@{django}: PYSEC-9")

    assert cli.main(["sbom", "--audit", "--known", str(tmp_path / "gone"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert any("weaknesses" in one for one in told["not_looked_at"])
    assert "gone" in told["problems"][0]
