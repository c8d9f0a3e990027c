"""S52, S54, S58, S59: what a request, a text or a database role may not do, tried out."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.ids import uuid7
from tests.databases import ROOT
from tests.rights.routes import PUBLIC, routes

ALL = routes()


# S52

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@pytest.mark.once
@pytest.mark.django_db
def test_S52_every_route_answers_with_every_header_whatever_the_status(
    cast: Any, client_of: Any
) -> None:
    from anlan.ui.middleware import CONTENT_SECURITY_POLICY

    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "*" not in CONTENT_SECURITY_POLICY
    browser, statuses = client_of(cast.users["office"]), set()
    for route in ALL:
        if route.name == "account_logout":
            continue  # Signing out has a test of its own (S34), and would end this one.
        for asker in (browser, Client()):
            for method in ("get", "post"):
                answer = getattr(asker, method)(route.path())
                statuses.add(answer.status_code)
                where = (route.name, method, answer.status_code)
                assert answer.status_code < 500, where
                assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, where
                assert "Permissions-Policy" in answer.headers, where
                for name, value in HEADERS.items():
                    assert answer.headers.get(name) == value, (*where, name)
                assert not {"Server", "X-Powered-By"} & set(answer.headers), where
                if route.name not in PUBLIC:
                    assert "no-store" in answer.headers["Cache-Control"], where
    assert {200, 302, 403, 404, 405} <= statuses, "else too little was looked at"


# S54

#: Each breaks out of a place where a careless program puts a text.
HOSTILE = [
    "'", "\"", "' OR '1'='1", "1; DROP TABLE loop_case; --", "%' OR 1=1 --", "%", "_", "%s", "{0}",
    "{{1234*5678}}", "{% debug %}", "${1234*5678}", "../../../../etc/passwd", "..\\..\\", "\x00", "%00", "\\",
    "*)(uid=*", "9**9**9", "(" * 200, "a" * 5000, "\u202e", "😀" * 50, "-1", "1e309", "NaN",
    "99999999999999999999999", "2024-02-31", "٣", "<script>alert(1)</script>",
]  # fmt: skip
ASKED = [route for route in ALL if route.name not in PUBLIC and not route.name.startswith("mfa_")]
#: What lists, searches and figures read from an address.
NAMES = [
    "q", "area", "state", "grade", "sector", "source", "kind", "object", "after", "before", "sort",
    "found_from", "found_to", "due_from", "late", "open", "listed", "picker_q", "page", "part",
    "period", "by", "months", "day", "year", "unit", "actor", "action", "columns", "status", "from",
]  # fmt: skip


def look(browser: Any, asked: dict[str, str]) -> list[tuple[str, object]]:
    """Every page and endpoint with these in its address; what broke, or gave them back live."""
    wrong: list[tuple[str, object]] = []
    for route in ASKED:
        if route.takes and not route.name.startswith(("overview", "api")):
            continue
        parts = {"code": "530102", "area": "530102", "period": "2024"}
        given = {name: parts[name] for name in route.takes if name in parts}
        start = time.perf_counter()
        answer = browser.get(route.path(**given), asked)
        took = time.perf_counter() - start
        content = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code >= 500 or took > 5:
            wrong.append((route.name, (answer.status_code, took)))
        live = b"<script>alert(1)" in content and "html" in answer.headers["Content-Type"]
        if live or b"7006652" in content:
            wrong.append((route.name, "given back live"))
    return wrong


#: How many of the runs are quick enough for each day; all of them stand under ``soak``.
TURNS = range(6)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", TURNS)
def test_S54_S58_no_text_in_an_address_breaks_a_page_or_out_of_it(
    cast: Any, client_of: Any, play: Any, turn: int
) -> None:
    """Each name gets another of the hostile texts in each turn."""
    from anlan.kernel.loop.models import Case

    play("day who does -> state\n2024-03-01 inspector find -> found")
    step = len(HOSTILE) // len(TURNS) + 1
    asked = {name: HOSTILE[(at * 7 + turn * step) % len(HOSTILE)] for at, name in enumerate(NAMES)}
    assert not look(client_of(cast.users["office"]), asked), asked
    assert Case.objects.count() == 1


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_S54_S58_no_text_anywhere_in_an_address_breaks_a_page(
    cast: Any, client_of: Any, text: str
) -> None:
    assert not look(client_of(cast.users["office"]), dict.fromkeys(NAMES, text))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["020001", "0020249", "9" * 5_000, "\N{SUPERSCRIPT TWO}", "\N{ARABIC-INDIC DIGIT TWO}" * 4],
    ids=["too late", "later", "endless", "superscript", "of another script"],
)
def test_S58_a_number_in_an_address_that_is_none_breaks_no_page(
    cast: Any, client_of: Any, text: str
) -> None:
    """Python reads more as a number than a year or a database has room for."""
    browser = client_of(cast.users["office"])
    asked = [
        (reverse("supervision:stays"), "year"),
        (reverse("office:days"), "year"),
        (reverse("lists:ages_itself", args=["530102"]), "band"),
        (reverse("lists:items"), "kind"),
        (reverse("hazards:list"), "enterprise"),
    ]
    for address, name in asked:
        status = browser.get(address, {name: text}).status_code
        assert status in (200, 400, 404, 422), (address, name, status)


def sources() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / "src/anlan").rglob("*.py"))
        if "tests" not in path.parts
    ]


#: A process of ours, started by that very function, writes into it; nothing else can.
OUR_OWN_PIPES = {("src/anlan/domain/hazards/ahead.py", "pickle.load")}
#: What runs, unpickles or prints as it is; ``from_string`` is anybody's.
RUNS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pickle.load",
    "pickle.loads", "marshal.load", "marshal.loads", "yaml.load", "yaml.unsafe_load",
    "shelve.open", "mark_safe", "Template",
}  # fmt: skip
LAST_NAMES = {name.rpartition(".")[2] for name in RUNS}


@pytest.mark.once
def test_S54_nothing_that_people_type_is_ever_run_or_unpickled() -> None:
    found = []
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                # Writing out each of some hundred thousand calls took nine tenths of the time.
                last = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
                what = ast.unparse(node.func) if last in LAST_NAMES else last
                shell = any(
                    word.arg == "shell" and getattr(word.value, "value", False)
                    for word in node.keywords
                )
                if (name, what) in OUR_OWN_PIPES:
                    continue
                if what in RUNS or what == "from_string" or shell:
                    found.append(f"{name}:{node.lineno} {what}")
    assert found == []


@pytest.mark.once
def test_S54_templates_escape_and_switch_it_off_nowhere() -> None:
    off = re.compile(r"\|\s*safe\b|autoescape\s+(false|off)|\{%-?\s*autoescape")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src/anlan").rglob("*.html")
        if off.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    from anlan.ui.jinja import environment

    assert environment(autoescape=True).autoescape is True


# S58


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"found_on": "2999-01-01"}, "found_on"),
        ({"found_on": "2024-03-02", "due_on": "2024-03-01"}, "due_on"),
        ({"grade": "major", "kind": "problem"}, "grade"),
        ({"grade": "major", "fixed": "已清理"}, "fixed"),
        ({"area": "999999"}, "area"),
        ({"area": "530103"}, "area"),
        ({"sector": "no-such"}, "sector"),
        ({"source": "no-such"}, "source"),
        ({"description": "   "}, "description"),
        ({"description": "长" * 4001}, "description"),
        ({"about": "vehicle", "object": {"plate": "\x00"}}, "object"),
        ({"found_on": "2024-02-30"}, "found_on"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_S58_what_contradicts_itself_is_refused_by_the_server(
    cast: Any, client_of: Any, changes: dict[str, Any], field: str
) -> None:
    from anlan.kernel.loop.models import Case

    body = {"description": "楼梯间堆物", "area": "530102", "found_on": "2024-03-01"} | changes
    answer = client_of(cast.users["office"]).put(
        f"/api/v1/hazards/{uuid7()}/finding/{uuid7()}/", body, content_type="application/json"
    )
    assert 400 <= answer.status_code < 500, (field, answer.status_code, answer.content)
    told = answer.json()
    # What holds a NUL is refused before the call is read.
    assert told.get("error", told)["code"]
    assert not Case.objects.exists()


# S59

#: What is only ever added to.
APPENDED = ["audit_auditrow", "audit_link", "audit_seal", "facts_fact", "loop_event"]


@pytest.mark.postgresql
@pytest.mark.realdb
def test_S59_the_serving_role_works_and_changes_no_structure_and_no_record(realdb: Any) -> None:
    import psycopg
    from django.db import connection

    from anlan.domain.hazards.tests.stage import Stage, whole

    with connection.cursor() as cursor:
        cursor.execute((ROOT / "docs/howto/postgresql-roles.sql").read_text(encoding="utf-8"))
    stage = Stage(whole())
    owner = connection.settings_dict["USER"]
    try:
        connection.close()
        connection.settings_dict["USER"] = "anlan_app"
        assert stage.do(date(2024, 3, 1), "inspector", "find") == "found"
        assert stage.do(date(2024, 3, 1), "office", "assign") == "assigned"
        assert stage.do(date(2024, 3, 6), "firm", "rectify") == "rectified"
        refused = 0
        statements = [
            "CREATE TABLE mine (id int)",
            "ALTER TABLE loop_case ADD COLUMN mine int",
            "DROP TABLE loop_case",
            "ALTER TABLE audit_auditrow DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            *(f"UPDATE {table} SET id = id" for table in APPENDED),
            *(f"DELETE FROM {table}" for table in APPENDED),
            *(f"TRUNCATE {table}" for table in APPENDED),
        ]
        for statement in statements:
            connection.close()
            with pytest.raises(Exception) as caught, connection.cursor() as cursor:
                cursor.execute(statement)
            cause = caught.value.__cause__ or caught.value
            kind = psycopg.errors.InsufficientPrivilege
            if statement.startswith("UPDATE facts_fact"):
                kind = psycopg.errors.RaiseException  # It may lock rows; the trigger holds.
            assert isinstance(cause, kind), (statement, cause)
            refused += 1
        assert refused == len(statements)
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner
    url = realdb.url.replace(f"//{owner}", "//anlan_app")
    assert url != realdb.url
    done = subprocess.run(
        [sys.executable, "-m", "anlan.config.cli", "check", "--json"],
        env=realdb.env | {"ANLAN_DATABASE": url}, cwd=ROOT, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    told = json.loads(done.stdout)["invariants"]
    # No worker has run, so notices wait (I7); all else holds, and could be read.
    assert [one for one in told if not one["ok"] and not one["id"].startswith("I7")] == []
    assert len(told) > 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("get", "/hazards/?q=%00", None, ""),
        ("get", "/api/v1/hazards/?area=53%00", None, ""),
        ("get", "/areas/53%00/", None, ""),
        ("put", "/api/v1/hazards/{pk}/finding/{pk}/", b'{"area": "53\\u0000"}', "application/json"),
        (
            "post",
            "/accounts/login/",
            b"login=a%00b&password=x",
            "application/x-www-form-urlencoded",
        ),
    ],
)
def test_S58_a_character_that_no_database_keeps_is_refused_in_words(
    client: Any, method: str, path: str, body: bytes | None, kind: str
) -> None:
    """PostgreSQL would answer with an error of ours."""
    path = path.replace("{pk}", "01900000-0000-7000-8000-000000000001")
    more = {"data": body, "content_type": kind} if body else {}
    answer = getattr(client, method)(path, **more)
    assert answer.status_code == 400
    assert b"NUL" in answer.content
