"""Owns every setting: one file, driven by the environment, complete without any."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.page_policy import GUESTS
from config.unfold import UNFOLD  # noqa: F401 - a setting by its name

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("GUESTCHAT_VAR_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DEBUG")
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, low=1, high=65535)

# --- the database -----------------------------------------------------------
_given = environment.database("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "config.postgres", **_given}
    if _given
    else {"ENGINE": "config.embedded_postgres", "NAME": "guestchat", "OPTIONS": {}}
}
EMBEDDED_POSTGRES_DIR = VAR_DIR / "postgres"
# A psycopg pool and persistent connections exclude each other in Django; the pool wins because sockets share threads.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# A server that was restarted costs a round trip (0.1 ms on a socket), not a guest's question.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# After an outage the pool's own attempts pause twice as long each time; given up early, the next question tries anew.
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 16, "timeout": 2.0, "reconnect_timeout": 2.0}
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
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# `__Host-`: a browser takes such a cookie only over TLS and from this very host, so no neighbour's can stand for it.
COOKIE_PREFIX = "__Host-" if BEHIND_TLS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
# `check --deploy` asks for more than is ours to decide; docs/security.md says why each may be silent.
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for the subdomains of a hotel's domain, and
    "security.W021",  # in every browser from the start: the hotel's to decide
    "security.W008",  # redirecting to TLS is the proxy's, which ends it
    *([] if BEHIND_TLS else ["security.W004", "security.W012", "security.W016"]),  # `guestchat.W001` asks for TLS
]

# --- the staff's way in -----------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# A name is locked for the address that guesses at it: the hotel's one address stays open for all others behind it, and
# nobody can lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "guestchat.guest.limits.host_of"
AXES_LOCKOUT_CALLABLE = "menus.admin.login.locked"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Guestchat"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# --- the product ------------------------------------------------------------
GUESTCHAT_EMBEDDER = environment.text("GUESTCHAT_EMBEDDER", "onnx")
if GUESTCHAT_EMBEDDER != "onnx" and not GUESTCHAT_EMBEDDER.removeprefix("sentence-transformers:").strip():
    raise ImproperlyConfigured("GUESTCHAT_EMBEDDER must name a model after sentence-transformers:.")
if GUESTCHAT_EMBEDDER != "onnx" and not GUESTCHAT_EMBEDDER.startswith("sentence-transformers:"):
    raise ImproperlyConfigured("GUESTCHAT_EMBEDDER must be onnx or sentence-transformers:<model or path>.")
environment.unsupported("GUESTCHAT_LLM_BASE_URL", "GUESTCHAT_LLM_MODEL", "GUESTCHAT_LLM_API_KEY")
GUESTCHAT_PROXIES = environment.number("GUESTCHAT_PROXIES", 0, low=0, high=5)  # of our own, before this server
GUESTCHAT_SESSION_DAYS = environment.number("GUESTCHAT_SESSION_DAYS", 30, low=1, high=365)
GUESTCHAT_SERVER = environment.choice("GUESTCHAT_SERVER", "uvicorn", "daphne")
# Processes that answer beside one that serves. 0: it answers itself, as with one core, or a model of one's own.
GUESTCHAT_ANSWERERS = environment.number(
    "GUESTCHAT_ANSWERERS", int(environment.cores() > 1 and GUESTCHAT_EMBEDDER == "onnx"), low=0, high=64
)
GUESTCHAT_RUN_JOBS = environment.flag("GUESTCHAT_RUN_JOBS", "1")  # in this process; 0: a worker of its own does
# Where hotels' own systems may be called besides the public internet, there without TLS, too.
GUESTCHAT_WEBHOOK_NETWORKS = environment.networks("GUESTCHAT_WEBHOOK_NETWORKS")
# With what the sockets' threads take (`guest/database.py`), no more than the pool's connections.
GUESTCHAT_PAGES_AT_ONCE = 6
GUESTCHAT_MAX_TEXT_CHARS = 2_000
GUESTCHAT_MAX_FRAME_BYTES = 16 * 1024
GUESTCHAT_BURST_QUESTIONS = 10
GUESTCHAT_QUESTION_INTERVAL_S = 2.0

# --- e-mail to the staff ------------------------------------------------------
# Without a server nothing is sent; what waits is shown on the staff's pages all the same.
_mail = environment.mail("GUESTCHAT_SMTP_URL")
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail["EMAIL_USE_SSL"], _mail["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("GUESTCHAT_MAIL_FROM", f"guestchat@{_base.hostname}")
if "@" not in DEFAULT_FROM_EMAIL.strip("@") or "\n" in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("GUESTCHAT_MAIL_FROM must be an e-mail address.")

# --- applications -----------------------------------------------------------
INSTALLED_APPS = [
    *(["daphne"] if DEBUG else []),  # its runserver speaks ASGI; in production it serves without being an app
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",  # its pages are read with the staff's addresses
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "django_htmx",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "procrastinate.contrib.django",
    "menus",
    "guestchat",
]
AUTH_USER_MODEL = "menus.User"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.page_policy.PagePolicyMiddleware",
    "config.doors.GuestDoorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.binding.binding_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "menus.second_factor.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
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

# --- jobs: what is done without anybody asking ------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["guestchat.tasks"]  # by workers alone, when they begin
PROCRASTINATE_WORKER_DEFAULTS = {
    "delete_jobs": "successful",  # else a job a minute stays for ever
    "fetch_job_polling_interval": 30.0,  # new ones are listened for
    "abort_job_polling_interval": 60.0,
    "shutdown_graceful_timeout": 5.0,
}
# A machine that is off at night does in the morning what was due.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 86_400}

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
CONTENT_SECURITY_POLICY = {"DIRECTIVES": GUESTS}

# --- logs: events and ids, never what a guest wrote -------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.EventFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},  # Django's own would send reports with the request's content
        # What strangers send is answered with 4xx, and would fill the log with their words.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "guestchat": {"level": "INFO"},
        "menus": {"level": "INFO"},
        "django.channels.server": {"level": "WARNING"},
        "procrastinate": {"level": "CRITICAL"},  # jobs tell of failures themselves; its errors may quote a guest
        # What strangers send badly is answered with 4xx; failures of our own are told by `guest/gatekeeper.py`.
        "uvicorn": {"level": "CRITICAL"},
        "daphne.server": {"level": "CRITICAL"},  # which would quote a failure's words
        "psycopg.pool": {"level": "ERROR"},  # whoever waits for a connection is told already
    },
}
TEST_RUNNER = "config.pytest_runner.PytestRunner"
