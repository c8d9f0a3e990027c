"""Django's settings: one file, driven by the environment.

ANLAN_HOME      where data lives (default: .anlan beside the checkout)
ANLAN_DATABASE  a URL that selects PostgreSQL (postgresql://user:password@host:port/name;
                a socket's folder goes into the query: postgresql://user@/name?host=/run/postgresql)
ANLAN_POOL      0 opens a connection a thread in place of psycopg's pool
ANLAN_DEBUG     1 shows errors in full; never in production
ANLAN_HOSTS     names under which the pages are reached, with commas
ANLAN_HTTPS     1 where a gateway ends TLS: secure cookies, HSTS, redirects
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent
HOME = Path(os.environ.get("ANLAN_HOME") or ROOT / ".anlan").resolve()
HOME.mkdir(parents=True, exist_ok=True)


def _secret(name: str) -> str:
    """A secret kept in a file that only its owner reads, made at the first start (S31)."""
    path = HOME / "secrets" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        # Written whole and then linked: of two first starts at once, both read the same secret.
        draft = path.with_name(f"{name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


SECRET_KEY = _secret("django")
# Functions that gather what every capability hands over, asked when first needed.
FACT_KINDS = "anlan.config.capabilities.fact_kinds"
LOOP_MACHINES = "anlan.config.capabilities.machines"
POLICY_RULES = "anlan.config.capabilities.rules"
DEBUG = os.environ.get("ANLAN_DEBUG") == "1"
HTTPS = os.environ.get("ANLAN_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("ANLAN_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "anlan.ui",
    "anlan.kernel.regions",
    "anlan.kernel.calendar",
    "anlan.kernel.audit",
    "anlan.kernel.jobs",
    "anlan.kernel.accounts",
    "anlan.kernel.papers",
    "anlan.kernel.notices",
    "anlan.kernel.facts",
    "anlan.kernel.indicators",
    "anlan.kernel.loop",
    "anlan.domain.enterprises",
    "anlan.domain.hazards",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "anlan.ui.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "anlan.kernel.audit.middleware.DenialsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anlan.ui.middleware.Refusals",
]
CSRF_FAILURE_VIEW = "anlan.ui.errors.stale_form"
#: Functions of the request that fill what stands around each page (anlan.ui.shell.Fields).
UI_SHELL: list[str] = []
#: Whom to tell of a weakness, in /.well-known/security.txt; an address or a URL.
SECURITY_CONTACT = os.environ.get("ANLAN_SECURITY_CONTACT", "")

ROOT_URLCONF = "anlan.config.urls"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,  # each app's jinja2/ folder
        "OPTIONS": {
            "environment": "anlan.ui.jinja.environment",
            "context_processors": ["anlan.ui.shell.shell"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]


def _database() -> dict[str, object]:
    url = os.environ.get("ANLAN_DATABASE", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "anlan.sqlite3"),
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half way through.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                    "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SystemExit(f"ANLAN_DATABASE: {parts.scheme}:// is not known; use postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, object] = {
        "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=20000",
    }
    if os.environ.get("ANLAN_POOL") != "0":
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    if "sslmode" in query:
        options["sslmode"] = query["sslmode"]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(query.get("port") or parts.port or ""),
        "OPTIONS": options,
    }


DATABASES = {"default": _database()}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS: list[str | Path] = []
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "files"
