"""S33 and the settings that production starts with: TLS, cookies, secrets from files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.databases import ROOT

SHOW = """
import json, django
from django.conf import settings as s
print(json.dumps({"hsts": s.SECURE_HSTS_SECONDS, "redirect": s.SECURE_SSL_REDIRECT,
    "proxies": s.PROXIES, "database": s.DATABASES["default"]["PASSWORD" if
    s.DATABASES["default"]["ENGINE"].endswith("postgresql") else "NAME"],
    "mail": s.EMAIL_HOST_PASSWORD, "debug": s.DEBUG, "secret": s.SECRET_KEY}))
"""


def started(home: Path, code: str = SHOW, **env: str) -> subprocess.CompletedProcess[str]:
    """A process of its own with these variables and no others of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANLAN_")}
    clean |= {
        "ANLAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
        "PYTHONPATH": str(ROOT / "src"), **env,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code], env=clean, cwd=ROOT, capture_output=True, text=True
    )


def settings_of(home: Path, **env: str) -> dict[str, Any]:
    done = started(home, **env)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def behind_gateway(settings: Any) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.PROXIES = "10.1.1.1"
    settings.ALLOWED_HOSTS = ["anlan.example"]


GATEWAY = {"REMOTE_ADDR": "10.1.1.1", "HTTP_HOST": "anlan.example"}
OVER_TLS = {**GATEWAY, "HTTP_X_FORWARDED_PROTO": "https"}


@pytest.mark.django_db
def test_S33_what_came_over_tls_is_served_with_hsts_for_a_year(behind_gateway: None) -> None:
    answer = Client().get(reverse("account_login"), **OVER_TLS)
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said",
    [
        {**GATEWAY},
        {**GATEWAY, "HTTP_X_FORWARDED_PROTO": "http"},
        {**GATEWAY, "HTTP_X_FORWARDED_PROTO": "http, https"},
        # Anybody can write a header; only the gateway's word counts.
        {**OVER_TLS, "REMOTE_ADDR": "10.1.1.2"},
    ],
    ids=["silent", "http", "two", "stranger"],
)
def test_S33_a_page_without_tls_is_sent_to_https_and_a_program_is_refused(
    behind_gateway: None, said: dict[str, str]
) -> None:
    answer = Client().get(reverse("account_login"), **said)
    assert answer.status_code == 301
    assert answer.headers["Location"].startswith("https://anlan.example/")
    for method in ("get", "put"):
        answer = getattr(Client(), method)("/api/v1/hazards/", **said)
        assert answer.status_code == 403, "a redirect would let it go on in the open"
        assert answer.json()["code"] == "https_only"
        assert "Location" not in answer.headers


@pytest.mark.django_db
def test_S33_forms_are_taken_over_tls_from_our_own_origin_alone(behind_gateway: None) -> None:
    """The origin check compares schemes, so it depends on whether the gateway is believed."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(reverse("account_login"), **OVER_TLS).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    data = {"login": "nobody", "password": "x", "csrfmiddlewaretoken": found.group(1)}

    def post(origin: str) -> int:
        return browser.post(
            reverse("account_login"), data, HTTP_ORIGIN=origin, **OVER_TLS
        ).status_code

    assert post("https://anlan.example") == 200
    assert post("https://elsewhere.example") == 403
    assert post("http://anlan.example") == 403


def test_S33_production_starts_with_hsts_redirects_and_a_gateway_on_this_machine(
    tmp_path: Path,
) -> None:
    found = settings_of(tmp_path, ANLAN_HTTPS="1")
    assert (found["hsts"], found["redirect"]) == (31_536_000, True)
    assert found["proxies"] == "127.0.0.0/8,::1/128"
    found = settings_of(tmp_path, ANLAN_HTTPS="1", ANLAN_PROXIES="10.1.1.1")
    assert found["proxies"] == "10.1.1.1"
    assert settings_of(tmp_path)["proxies"] == "", "without a gateway no header is believed"


def test_S52_djangos_own_check_of_a_deployment_is_clean(tmp_path: Path) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check', deploy=True, fail_level='WARNING')"
    )
    done = started(tmp_path, code, ANLAN_HTTPS="1")
    assert done.returncode == 0, done.stderr


def test_S31_secrets_are_read_from_files(tmp_path: Path) -> None:
    database, mail = tmp_path / "database", tmp_path / "smtp"
    database.write_text("postgresql://anlan:from%20file@db.example/anlan\n")
    mail.write_text("smtp://user:kept-apart@mail.example/?from=a@b.example\n")
    found = settings_of(tmp_path, ANLAN_DATABASE_FILE=str(database), ANLAN_SMTP_FILE=str(mail))
    assert (found["database"], found["mail"]) == ("from file", "kept-apart")
    both = started(tmp_path, ANLAN_SMTP="smtp://x.example", ANLAN_SMTP_FILE=str(mail))
    assert both.returncode != 0
    assert "both set" in both.stderr
    gone = started(tmp_path, ANLAN_DATABASE_FILE=str(tmp_path / "gone"))
    assert gone.returncode != 0, "a missing secret must not mean SQLite"
    assert "ANLAN_DATABASE_FILE" in gone.stderr


def test_S31_each_installation_makes_its_own_signing_secret_and_nobody_else_reads_it(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    secret = settings_of(one)["secret"]
    assert settings_of(one)["secret"] == secret, "else each restart would end all sessions"
    assert settings_of(other)["secret"] != secret
    path = one / "secrets" / "django"
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_S57_errors_in_full_are_off_unless_asked_for(tmp_path: Path) -> None:
    assert settings_of(tmp_path)["debug"] is False
    assert settings_of(tmp_path, ANLAN_DEBUG="1")["debug"] is True
