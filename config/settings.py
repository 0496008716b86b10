"""Owns every setting: one file, driven by the environment, complete without any."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.unfold import UNFOLD  # noqa: F401 - a setting by its name

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("GUESTCHAT_VAR_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DEBUG")
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, low=1, high=65535)

# --- the database -----------------------------------------------------------
_given = environment.database("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.postgresql", **_given}
    if _given
    else {"ENGINE": "config.embedded_postgres", "NAME": "guestchat", "OPTIONS": {}}
}
EMBEDDED_POSTGRES_DIR = VAR_DIR / "postgres"
# A psycopg pool and persistent connections exclude each other in Django; the pool wins because sockets share threads.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# A server that was restarted costs a round trip (0.1 ms on a socket), not a guest's question.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# After an outage the pool's own attempts pause twice as long each time; given up early, the next question tries anew.
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 2.0, "reconnect_timeout": 2.0}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- identity and addresses -------------------------------------------------
SECRET_KEY = environment.text("SECRET_KEY")
if not SECRET_KEY:
    if _given:
        raise ImproperlyConfigured("SECRET_KEY must be given together with DATABASE_URL.")
    SECRET_KEY = environment.secret(VAR_DIR / "secret_key")
elif len(SECRET_KEY) < 32 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters, and not the same ones over and over.")

GUESTCHAT_BASE_URL = environment.address("GUESTCHAT_BASE_URL", f"http://127.0.0.1:{PORT}")
_base = urlsplit(GUESTCHAT_BASE_URL)
ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS") or environment.own_hosts()
_public_host = f"[{_base.hostname}]" if ":" in (_base.hostname or "") else _base.hostname or ""
if _public_host not in ALLOWED_HOSTS and "*" not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(_public_host)
BEHIND_TLS = _base.scheme == "https"
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"] if BEHIND_TLS else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- the product ------------------------------------------------------------
GUESTCHAT_EMBEDDER = environment.text("GUESTCHAT_EMBEDDER", "onnx")
if GUESTCHAT_EMBEDDER != "onnx" and not GUESTCHAT_EMBEDDER.removeprefix("sentence-transformers:").strip():
    raise ImproperlyConfigured("GUESTCHAT_EMBEDDER must name a model after sentence-transformers:.")
if GUESTCHAT_EMBEDDER != "onnx" and not GUESTCHAT_EMBEDDER.startswith("sentence-transformers:"):
    raise ImproperlyConfigured("GUESTCHAT_EMBEDDER must be onnx or sentence-transformers:<model or path>.")
environment.unsupported("GUESTCHAT_LLM_BASE_URL", "GUESTCHAT_LLM_MODEL", "GUESTCHAT_LLM_API_KEY")
GUESTCHAT_PROXIES = environment.number("GUESTCHAT_PROXIES", 0, low=0, high=5)  # of our own, before this server
GUESTCHAT_SESSION_DAYS = 30
GUESTCHAT_MAX_TEXT_CHARS = 2_000
GUESTCHAT_MAX_FRAME_BYTES = 16 * 1024
GUESTCHAT_BURST_QUESTIONS = 10
GUESTCHAT_QUESTION_INTERVAL_S = 2.0

# --- applications -----------------------------------------------------------
INSTALLED_APPS = [
    *(["daphne"] if DEBUG else []),  # its runserver speaks ASGI; in production it serves without being an app
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "django_htmx",
    "csp",
    "menus",
    "guestchat",
]
AUTH_USER_MODEL = "menus.User"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.admin_policy.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
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
            ]
        },
    }
]
REDIS_URL = environment.redis("REDIS_URL")
# What it carries are nudges; the database is the log.
CHANNEL_LAYERS = {"default": {"BACKEND": "guestchat.nudges.NudgeLayer", "CONFIG": {"redis_url": REDIS_URL}}}

# --- language and time: content carries its own; these are the admin's ------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files and page policy -------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
_SELF = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_SELF],
        "style-src": [_SELF],
        "img-src": [_SELF, "data:"],
        "font-src": [_SELF],
        "connect-src": [_SELF],
        "manifest-src": [_SELF],
        "form-action": [_SELF],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

# --- logs: events and ids, never what a guest wrote -------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "guestchat": {"level": "INFO"},
        "menus": {"level": "INFO"},
        "django.channels.server": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},  # whoever waits for a connection is told already
    },
}
TEST_RUNNER = "config.pytest_runner.PytestRunner"
