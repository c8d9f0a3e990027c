"""Django's settings: one file, driven by the environment.

ANLAN_HOME      where data lives (default: .anlan beside the checkout)
ANLAN_DATABASE  a URL that selects PostgreSQL (postgresql://user:password@host:port/name;
                a socket's folder goes into the query: postgresql://user@/name?host=/run/postgresql)
ANLAN_POOL      0 opens a connection a thread in place of psycopg's pool
ANLAN_UNSAFE    1 serves on a PostgreSQL that may forget what it saved (fsync off), and with
                ANLAN_HTTPS as root, as the database's owner or from a writable folder: for trials
ANLAN_STATEMENT_SECONDS  how long a page's statement may run in PostgreSQL (30; 0: for ever)
ANLAN_DEBUG     1 shows errors in full; never in production
ANLAN_HOSTS     names under which the pages are reached, with commas
ANLAN_HTTPS     1 where a gateway ends TLS and says so in X-Forwarded-Proto: secure cookies,
                HSTS, redirects; the API isn't answered without TLS
ANLAN_TLS_CERTIFICATE, ANLAN_TLS_KEY  PEM files; serve then speaks TLS itself, without a gateway
ANLAN_PROXIES   networks of our own proxies; only they may say where a request comes from
                (with ANLAN_HTTPS: this machine, unless set)
ANLAN_ADMIN_NETWORKS  networks where administrators sit (default: loopback and private ones)
ANLAN_PASSWORDS djbh (default: 12 characters, 3 classes, 90 days) or asvs (15 characters)
ANLAN_CRYPTO    gm hashes passwords with SM3 in place of Argon2id
ANLAN_MFA       off runs without second factors: for the demo alone, refused with ANLAN_HTTPS
ANLAN_CRYPTO    gm (SM4, SM3, SM2; the default) or intl (AES, SHA-256, Ed25519): what is written
                with; what the other one wrote stays readable
ANLAN_SMTP      smtp://user:password@host:port/?from=address (smtps:// for TLS from the start);
                without it notices stay in the inbox
ANLAN_SITE      the address of this site, for links in mails: https://anlan.example.gov.cn
ANLAN_QUIET_HOURS     22:00-07:00, say: mails that aren't urgent wait for the morning
ANLAN_WEBHOOK_HOSTS   names and networks that notices may be sent to, with commas; none by default
ANLAN_BACKUP_COPY  a folder elsewhere, where ./anlan backup puts a second copy
ANLAN_MODEL_URL, ANLAN_MODEL, ANLAN_MODEL_TOKEN(_FILE), ANLAN_MODEL_SECONDS   a language model
                of the operator's own that proposes beside the rules; none by default
ANLAN_SCANNER   a virus scanner's command; it is given each uploaded file's path

ANLAN_DATABASE and ANLAN_SMTP hold passwords: ANLAN_DATABASE_FILE and ANLAN_SMTP_FILE name a file
to read them from instead, so that no list of processes shows them.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
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


def _given(name: str) -> str:
    """What a variable says, or the file that its twin with _FILE names."""
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return os.environ.get(name, "")
    if os.environ.get(name):
        raise SystemExit(f"{name} and {name}_FILE are both set; unset one of them")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SystemExit(f"{name}_FILE: {path}: {error.strerror}") from None


SECRET_KEY = _secret("django")
# Functions that gather what every capability hands over, asked when first needed.
FACT_KINDS = "anlan.config.capabilities.fact_kinds"
WORDS = "anlan.config.capabilities.words"
FACT_PAGES = "anlan.config.capabilities.fact_pages"
INDICATORS = "anlan.config.capabilities.indicators"
LOOP_MACHINES = "anlan.config.capabilities.machines"
LOOP_WORKS = "anlan.config.capabilities.works"
OWN_TABLES = "anlan.config.capabilities.own_tables"
POLICY_RULES = "anlan.config.capabilities.rules"
DEBUG = os.environ.get("ANLAN_DEBUG") == "1"
TLS_CERTIFICATE = os.environ.get("ANLAN_TLS_CERTIFICATE", "")
TLS_KEY = os.environ.get("ANLAN_TLS_KEY", "")
HTTPS = os.environ.get("ANLAN_HTTPS") == "1" or bool(TLS_CERTIFICATE)
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
    "anlan.domain.library",
    "anlan.domain.hazards",
    "anlan.domain.lists",
    "anlan.domain.measures",
    "anlan.domain.filings",
    "anlan.domain.inspections",
    "anlan.domain.enforcement",
    "anlan.domain.treatment",
    "anlan.domain.supervision",
    "anlan.domain.accidents",
    "anlan.domain.campaigns",
    "anlan.domain.statistics",
    "anlan.domain.bulletins",
    "anlan.domain.assessments",
    "anlan.domain.office",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "anlan.ui.middleware.Headers",
    "anlan.kernel.accounts.network.TransportMiddleware",
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
    "axes.middleware.AxesMiddleware",
    "anlan.kernel.accounts.middleware.GateMiddleware",
]
CSRF_FAILURE_VIEW = "anlan.ui.errors.stale_form"
#: Functions of the request that fill what stands around each page (anlan.ui.shell.Fields).
UI_SHELL: list[str] = [
    "anlan.kernel.accounts.shell.fields",
    "anlan.kernel.notices.shell.fields",
    "anlan.config.shell.fields",
]
#: Filters of every template that the kernel has: ``{{ event.actor|who }}``.
UI_FILTERS = {"who": "anlan.kernel.accounts.words.who"}
#: Whom to tell of a weakness, in /.well-known/security.txt; an address or a URL.
SECURITY_CONTACT = os.environ.get("ANLAN_SECURITY_CONTACT", "")

# To stderr, folded and without values (S26). Django's own lines, which hold them, go nowhere.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"folded": {"()": "anlan.base.logs.Folded"}},
    "handlers": {
        "stderr": {"class": "anlan.base.logs.ToStderr", "formatter": "folded", "level": "WARNING"}
    },
    "loggers": {"anlan": {"handlers": ["stderr"]}},
}
ROOT_URLCONF = "anlan.config.urls"
AUTH_USER_MODEL = "accounts.User"

# Sign-in (kernel/accounts/signin.py says what is asked of each of these).
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "anlan.kernel.accounts.signin.Backend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
#: The demo alone runs without second factors, and says so on each page.
MFA_OFF = os.environ.get("ANLAN_MFA") == "off"
if MFA_OFF and HTTPS:
    raise SystemExit("ANLAN_MFA=off is for the demo on one's own machine; unset it or ANLAN_HTTPS")
#: Days until a person's request about their own data is answered (S39).
DATA_REQUEST_DAYS = int(os.environ.get("ANLAN_DATA_REQUEST_DAYS", "15"))
if not 1 <= DATA_REQUEST_DAYS <= 30:
    raise SystemExit("ANLAN_DATA_REQUEST_DAYS: 1 to 30, for the law wants an answer in time")
#: ``djbh`` or ``asvs``, see kernel/accounts/passwords.py.
PASSWORD_RULE = os.environ.get("ANLAN_PASSWORDS", "djbh")
AUTH_PASSWORD_VALIDATORS = [{"NAME": "anlan.kernel.accounts.passwords.PolicyValidator"}]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "anlan.kernel.accounts.hashers.PBKDF2SM3PasswordHasher",
]
if os.environ.get("ANLAN_CRYPTO") == "gm":
    PASSWORD_HASHERS.reverse()  # The first one hashes; at sign-in others are hashed anew (S03).
#: Addresses of our own proxies, and networks where administrators sit (S21). ``serve`` listens on
#: this machine alone unless told otherwise, so a gateway is here where nothing else is said.
PROXIES: str = os.environ.get("ANLAN_PROXIES") or (
    "127.0.0.0/8,::1/128" if HTTPS and not TLS_CERTIFICATE else ""
)
# What the gateway says of TLS is believed from these addresses alone (TransportMiddleware, S33).
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Subdomains and preloading bind other sites of the office's domain: the gateway's to say, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
ADMIN_NETWORKS: str = os.environ.get(
    "ANLAN_ADMIN_NETWORKS", "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
)

ACCOUNT_ADAPTER = "anlan.kernel.accounts.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # Ours are in the database (kernel/accounts/counts.py).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"login": "anlan.kernel.accounts.signin.LoginForm"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_ADAPTER = "anlan.kernel.accounts.signin.MfaAdapter"
MFA_SUPPORTED_TYPES = [
    "totp",
    "webauthn",
]  # Recovery codes are ours: hashed, where allauth's aren't.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "anlan.kernel.accounts.signin.AuthenticateForm",
    "reauthenticate": "anlan.kernel.accounts.signin.ReauthenticateForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "anlan.kernel.accounts.network.client_address"
AXES_LOCKOUT_CALLABLE = "anlan.kernel.accounts.signin.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # The audit has every sign-in.
AXES_VERBOSE = False

SESSION_ENGINE = "anlan.kernel.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-anlan" if HTTPS else "anlan"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-anlan-csrf" if HTTPS else "anlan-csrf"
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


#: Widgets, too: by Django's own templates a hazard's forms took a third of its page.
FORM_RENDERER = "django.forms.renderers.Jinja2"


def _database() -> dict[str, object]:
    url = _given("ANLAN_DATABASE")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "anlan.sqlite3"),
            # A thread keeps its connection, and with it the pages that it has read.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # Writers queue at BEGIN instead of failing half way through.
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                    "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                    # A checkpoint after 32 MB: an import would else make one after each chunk.
                    "PRAGMA wal_autocheckpoint=8000;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SystemExit(f"ANLAN_DATABASE: {parts.scheme}:// is not known; use postgresql://")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    # Set for the web alone (wsgi.py): an import, a check or a backup may take its time.
    statement_ms = int(os.environ.get("ANLAN_STATEMENT_SECONDS", "0")) * 1_000
    # A page's statements are short and many pages are asked at once: to compile one, or to start
    # helpers for it, takes longer than it takes itself.
    helpers = "-c max_parallel_workers_per_gather=0" if statement_ms else ""
    options: dict[str, object] = {
        "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=20000 "
        f"-c statement_timeout={statement_ms} -c jit=off {helpers}",
        # What each page asks by keys is planned once a connection (base.statements).
        "prepare_threshold": 2,
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
        # A connection from before the server's restart is replaced, not handed out (F17).
        "CONN_HEALTH_CHECKS": True,
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
#: A sheet of 600 cells with two lists of 500 rows of three is one form; its bytes are limited too.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
#: Large uploads wait here until they are read; what a killed process leaves is swept (S34).
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)

#: What new keys are made for (base/crypto.py); what older keys wrote is read all the same.
CRYPTO_PROFILE = os.environ.get("ANLAN_CRYPTO") or "gm"
if CRYPTO_PROFILE not in ("gm", "intl"):
    raise SystemExit(f"ANLAN_CRYPTO: {CRYPTO_PROFILE} is not known; use gm or intl")
SITE_URL = os.environ.get("ANLAN_SITE", "").rstrip("/")
SCANNER = os.environ.get("ANLAN_SCANNER", "")
WEBHOOK_HOSTS = os.environ.get("ANLAN_WEBHOOK_HOSTS", "").split(",")
# A language model that the operator runs may propose what it finds in documents; off unless set.
READER_MODEL_URL = os.environ.get("ANLAN_MODEL_URL", "")
READER_MODEL = os.environ.get("ANLAN_MODEL", "")
READER_MODEL_TOKEN = _given("ANLAN_MODEL_TOKEN") if READER_MODEL_URL else ""
READER_MODEL_SECONDS = float(os.environ.get("ANLAN_MODEL_SECONDS", "60"))
NOTICE_QUIET_HOURS = os.environ.get("ANLAN_QUIET_HOURS", "")
_smtp = urlsplit(_given("ANLAN_SMTP"))
NOTICE_MAIL = bool(_smtp.hostname)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if NOTICE_MAIL else 'dummy'}.EmailBackend"
EMAIL_HOST = _smtp.hostname or ""
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_USE_TLS = _smtp.scheme == "smtp" and parse_qs(_smtp.query).get("tls") != ["0"]
EMAIL_PORT = _smtp.port or (465 if EMAIL_USE_SSL else 587)
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
DEFAULT_FROM_EMAIL = parse_qs(_smtp.query).get("from", ["anlan@localhost"])[0]
EMAIL_TIMEOUT = 5  # A mail server that doesn't answer must not hold anybody up (F21).
