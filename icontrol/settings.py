"""Django's settings. Every choice of an operator comes from the environment and is read on this page only.

``docs/reference/settings.md`` describes each variable; a test compares the two. A bad value stops the program with
one sentence.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from icontrol import __version__, environ

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = False

# Our files (database, write-ahead log, key, checkpoints) are for our own account only.
os.umask(0o077)

# The settings file applies where the environment has no value.
ICONTROL_ENV_FILE = environ.file("ICONTROL_ENV_FILE", base=BASE_DIR)

# --- where the data is ------------------------------------------------------------------------------------------------
ICONTROL_DATA = environ.directory("ICONTROL_DATA", BASE_DIR / "var", base=BASE_DIR)
ICONTROL_CHECKPOINTS = environ.path("ICONTROL_CHECKPOINTS", ICONTROL_DATA / "checkpoints" / "ledger.txt", base=BASE_DIR)

DATABASES: dict[str, dict[str, Any]] = {}
_postgresql = environ.postgresql("DATABASE_URL")
# Set in the server (wsgi.py, asgi.py). Commands and tests open one connection and fork, so a pool would not help.
_pool = environ.switch("ICONTROL_DATABASE_POOL", default=False)
# Wait for a lock: then a person gets a 503 and the thread is free again; a command can wait longer.
_lock_seconds = 5 if _pool else 20
if _postgresql is None:
    DATABASES["default"] = {
        "ENGINE": "icontrol.kernel.databases.sqlite3",
        "NAME": str(ICONTROL_DATA / "icontrol.sqlite3"),
        "OPTIONS": {
            # A transaction takes the write lock at its start, so a second writer waits and does not fail.
            "transaction_mode": "IMMEDIATE",
            "timeout": _lock_seconds,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
        # Opening the file takes longer than a query.
        "CONN_MAX_AGE": 60 if _pool else 0,
    }
else:
    DATABASES["default"] = _postgresql
    _postgresql["PASSWORD"] = _postgresql["PASSWORD"] or environ.secret("PGPASSWORD")
    _options: dict[str, Any] = _postgresql.setdefault("OPTIONS", {})
    _options.setdefault("connect_timeout", 5)
    # Against a silent network: data sent but not acknowledged, and connections without any traffic.
    _options.setdefault("tcp_user_timeout", 10_000)  # milliseconds
    for name, value in {"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3}.items():
        _options.setdefault(name, value)
    _options.setdefault("application_name", "icontrol")
    _limits = {"lock_timeout": _lock_seconds, "idle_in_transaction_session_timeout": 60}
    if _pool:
        _limits["statement_timeout"] = 15  # icontrol.kernel.deadlines: as long as the server process waits
    _options.setdefault("options", " ".join(f"-c {name}={seconds}s" for name, seconds in _limits.items()))
    if _pool:
        # One per thread that may query (icontrol.front_door.pools, releases.delivery.following), and two for background
        # writers: so a request waits only during an outage, and then not for long. A worker needs ten, the authors'
        # process six, a process that does all work fourteen. With the short reconnect_timeout a request retries as soon
        # as the database is back; the default backs off for minutes.
        _options["pool"] = {"min_size": 1, "max_size": 14, "timeout": 2, "reconnect_timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- secrets ----------------------------------------------------------------------------------------------------------
SECRET_KEY = environ.strong_secret("ICONTROL_SECRET_KEY")
if not SECRET_KEY and _postgresql is not None:
    raise ImproperlyConfigured(
        "DATABASE_URL is set, so ICONTROL_SECRET_KEY must be set too: all servers on one database share it. "
        "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )
SECRET_KEY = SECRET_KEY or environ.kept_secret(ICONTROL_DATA / "secret_key")
# Whether a first start loads the live demo or only creates the first account.
ICONTROL_DEMO = environ.switch("ICONTROL_DEMO", default=True)
# Used once, for the first account; if empty, a password is generated and printed.
ICONTROL_ADMIN_PASSWORD = environ.secret("ICONTROL_ADMIN_PASSWORD")

# --- where we listen and what we are called ---------------------------------------------------------------------------
HOST = environ.host("HOST", "127.0.0.1")
PORT = environ.whole_number("PORT", 8000, least=1, most=65535)
# Two, so that one answers while the other is busy.
ICONTROL_WORKERS = environ.whole_number("ICONTROL_WORKERS", 2, least=1, most=256)
ICONTROL_BODY_SECONDS = environ.whole_number("ICONTROL_BODY_SECONDS", 20, least=1, most=600)
ICONTROL_CONNECTIONS = environ.whole_number("ICONTROL_CONNECTIONS", 8192, least=64, most=10**6)
_name = "localhost" if HOST in ("0.0.0.0", "::") else f"[{HOST}]" if ":" in HOST else HOST
PUBLIC_BASE_URL = environ.origin("PUBLIC_BASE_URL", f"http://{_name}:{PORT}")
_public = urlsplit(PUBLIC_BASE_URL)
_https = _public.scheme == "https"
_public_host = f"[{_public.hostname}]" if ":" in (_public.hostname or "") else str(_public.hostname)
ALLOWED_HOSTS = list(
    dict.fromkeys([*environ.words("ICONTROL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"), _public_host]),
)
CSRF_FAILURE_VIEW = "frontend.incident.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
ICONTROL_TRUSTED_PROXIES = environ.networks("ICONTROL_TRUSTED_PROXIES")
ICONTROL_CORS_ORIGINS = environ.origins("ICONTROL_CORS_ORIGINS", "*")

# --- pages of other origins: the public client routes only, and never with cookies ------------------------------------
_PUBLIC = r"meta/release|api/config(/published)?|preview/[^/]+|unleash/api/frontend(/client/(metrics|register))?"
CORS_URLS_REGEX = rf"^/(({_PUBLIC})$|ofrep/)"
CORS_ALLOW_ALL_ORIGINS = ICONTROL_CORS_ORIGINS == ("*",)
CORS_ALLOWED_ORIGINS = [] if CORS_ALLOW_ALL_ORIGINS else list(ICONTROL_CORS_ORIGINS)
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
# Our own; the middleware adds the headers that a preflight names.
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "if-none-match",
    "unleash-appname",
    "unleash-connection-id",
    "unleash-instanceid",
    "unleash-interval",
    "unleash-sdk",
    "x-api-key",
    "x-client-key",
    "x-client-platform",
    "x-client-version",
    "x-tenant",
    "x-unleash-appname",
    "x-unleash-connection-id",
    "x-unleash-sdk",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Retry-After",
    "X-Config-Digest",
    "X-Config-Stale",
    "X-Config-Version",
    "X-Release-Environment",
    "X-Release-Serial",
]

# --- https, derived from PUBLIC_BASE_URL ------------------------------------------------------------------------------
# Set by our middleware, for trusted proxies only. No request header can have this name.
SECURE_PROXY_SSL_HEADER = ("icontrol.forwarded_scheme", "https")
# Without a trusted proxy we cannot know that a request came by https, and a redirect would loop.
SECURE_SSL_REDIRECT = _https and bool(ICONTROL_TRUSTED_PROXIES)
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$"]  # called from inside, without the proxy
SECURE_SSL_HOST = _public.netloc
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
# Subdomains and the preload list are for the domain's owner to decide, not for one program on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# A session ends after this long without use (the cookie with the browser), and in any case by age.
SESSION_ENGINE = "releases.access.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 2 * 3600
ICONTROL_SESSION_LIFETIME = dt.timedelta(hours=12)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
if _https:  # browsers accept these names only from this host and by https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # Text becomes HTML or a script only where Lit makes it from a literal of ours.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html"],
    }
}

# --- the program ------------------------------------------------------------------------------------------------------
# Ours first, so that our templates and commands win over those of packages.
INSTALLED_APPS = [
    "icontrol",
    "frontend",
    "flags",
    "releases",
    "configs",
    "icontrol.administration.AdministrationConfig",  # django.contrib.admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "simple_history",
    "corsheaders",
]
MIDDLEWARE = [
    "icontrol.middleware.TrustedProxies",  # first: all others read the address and the scheme
    "csp.middleware.CSPMiddleware",  # outside everything that can answer by itself
    "icontrol.middleware.Cors",  # outside too: pages must be able to read refusals
    "django.middleware.security.SecurityMiddleware",
    "icontrol.assets.Assets",  # before sessions: a static file needs none
    "icontrol.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "icontrol.middleware.ClientFastPath",  # the rest is for people
    "icontrol.middleware.Compress",
    "icontrol.middleware.WhileAway",
    "django.contrib.sessions.middleware.SessionMiddleware",  # the table is ours: releases.access.sessions
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "releases.access.throttle.KnownBrowser",
    "releases.access.audit.Refusals",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "icontrol.urls"
WSGI_APPLICATION = "icontrol.wsgi.application"
ASGI_APPLICATION = "icontrol.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTHENTICATION_BACKENDS = ["releases.access.throttle.ThrottledBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "releases.access.passwords.MinimumLength"},
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
    ),
]
FILE_UPLOAD_HANDLERS: list[str] = []  # there are no uploads; the guard refuses multipart bodies
STATIC_URL = "/static/"
STORAGES = {"staticfiles": {"BACKEND": "icontrol.assets.Storage"}}  # there are no other files
WHITENOISE_USE_FINDERS = True  # files are served from the packages; no collectstatic step
WHITENOISE_AUTOREFRESH = False  # for the desk: read anew at each request, and addresses without a hash
# The package's revert would bypass our actions.
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True  # reasons may be longer than its 100 characters
# The largest form that our caps allow: version policies of 32 platforms, each with two messages in 32 languages and
# empty fields for English and French.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
ICONTROL_SNAPSHOT_MAX_BYTES = environ.whole_number("ICONTROL_SNAPSHOT_MAX_BYTES", 262144, least=1024, most=64 * 2**20)

# 0: no limit. Counted per client key and address, in each server process.
ICONTROL_EVALUATIONS_PER_MINUTE = environ.whole_number("ICONTROL_EVALUATIONS_PER_MINUTE", 0, least=0, most=10**6)

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGES = [("en", "English"), ("fr", "Français")]
LANGUAGE_CODE = environ.choice("ICONTROL_LANGUAGE", "en", [code for code, _ in LANGUAGES])
TIME_ZONE = environ.time_zone("ICONTROL_TIME_ZONE", "UTC")
USE_TZ = True

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["releases.api.parsing.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "releases.access.authentication.TokenAuthentication",
        "releases.access.authentication.PersonAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "icontrol.kernel.responses.handler",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "iCONTROL",
    "DESCRIPTION": "Deploy is not release: clients see a configuration when somebody publishes it.",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,  # required members are required for PATCH too
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/api/",  # operations are grouped by the path after it
    # Without the package's hook, which moves choices into components with invented names.
    "POSTPROCESSING_HOOKS": ["releases.api.openapi.shapes", "releases.api.openapi.summaries"],
}

# --- log: one line per event on stderr --------------------------------------------------------------------------------
SUSPICIOUS = (
    "DisallowedHost",
    "DisallowedModelAdminLookup",
    "DisallowedModelAdminToField",
    "DisallowedRedirect",
    "InvalidSessionKey",
    "RequestDataTooBig",
    "SuspiciousFileOperation",
    "SuspiciousMultipartForm",
    "SuspiciousOperation",
    "SuspiciousSession",
    "TooManyFieldsSent",
    "TooManyFilesSent",
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "icontrol.logs.OneLine"}},
    "filters": {"not_meant": {"()": "icontrol.logs.NotMeant"}, "counted": {"()": "icontrol.logs.Counted"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": "INFO"} for name in ("icontrol", "configs", "flags", "releases")},
        # Replaces Django's handlers. A refusal (4xx) is not logged: polling clients would fill the log.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["not_meant"]},
        # Suspicious requests; Django has a logger for each kind. A form without a token is in the audit.
        **{f"django.security.{name}": {"filters": ["counted"]} for name in SUSPICIOUS},
        "django.security.csrf": {"level": "ERROR"},
    },
}
