"""Settings, all from environment variables; docs/running.md describes each.

``DATABASE_URL`` names PostgreSQL and ``REDIS_URL`` Redis or Valkey. Where one is not set, it is the server that
``make run`` starts in ``CRMSOLID_DATA``, which has the secrets too. With ``CRMSOLID_ENV=production`` the start refuses
unsafe settings (``crmsolid/checks.py``).
"""

import os
import sys
from pathlib import Path
from typing import Any

from crmsolid.broker import broker_url
from crmsolid.core.postgresql.timeouts import with_timeouts
from crmsolid.data_folder import (
    data_folder,
    local_secret,
    make_private,
    postgresql_url,
    use_addresses_alone,
    valkey_url,
)
from crmsolid.env import env, env_choice, env_database, env_files, env_int, env_proxy, forbid_core_dumps
from crmsolid.serving.interface import MAX_BODY_BYTES, MEBIBYTE

BASE_DIR = Path(__file__).resolve().parent.parent

PRODUCTION = env_choice("CRMSOLID_ENV", ["development", "production"]) == "production"
if PRODUCTION:
    forbid_core_dumps()
DEBUG = env.bool("DEBUG", False)
DATA_DIR = data_folder()

SECRET_KEY = env.str("SECRET_KEY", "") or ("" if PRODUCTION else local_secret(DATA_DIR, "secret_key"))
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or (
    [] if PRODUCTION else [local_secret(DATA_DIR, "field_encryption_key")]
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or ([] if PRODUCTION else ["*"])
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "crmsolid.panel.pages.apps.PanelConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "crmsolid.workspaces",
    "apikeys",
    "crmsolid.oauth",
    "crmsolid.limits",
    "crmsolid.api",
    "crmsolid.docs",
    "crmsolid.events",
    "crmsolid.jobs",
    "webhooks",
    "contacts",
    "messaging",
    "sequences",
    "crmsolid.proposals",
]

MIDDLEWARE = [
    "crmsolid.api.middleware.ApiMiddleware",
    "crmsolid.panel.pages.middleware.ThreadConnectionsMiddleware",
    "crmsolid.panel.pages.middleware.ContentSecurityPolicyMiddleware",
    "crmsolid.panel.pages.middleware.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "crmsolid.panel.pages.middleware.StaticFilesMiddleware",
    "crmsolid.panel.components.addresses.PanelSideMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "crmsolid.panel.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "crmsolid.urls"
FORM_RENDERER = "crmsolid.panel.components.forms.Renderer"
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
            "builtins": ["crmsolid.panel.components.template_tags", "crmsolid.panel.pages.audit_log"],
        },
    }
]

# --- PostgreSQL -----------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "")
if not DATABASE_URL:
    use_addresses_alone()
    DATABASE_URL = postgresql_url(DATA_DIR)


def _database() -> dict[str, Any]:
    database = env_database("DATABASE_URL", DATABASE_URL)
    # Each thread keeps its connection: the threads of the bridge are few and live as long as the process.
    options = with_timeouts(database.get("OPTIONS", {}))
    return {**database, "ENGINE": "crmsolid.core.postgresql", "CONN_MAX_AGE": None, "OPTIONS": options}


DATABASES = {"default": _database()}
# What other users of the machine can read although it should be private; `crmsolid/checks.py` warns of it.
EXPOSED_PATHS = make_private(DATA_DIR) if os.access(DATA_DIR, os.R_OK | os.X_OK) else []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "workspaces.User"

# --- Redis and Celery -----------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "") or valkey_url(DATA_DIR)
# Those that are not given: the server is the one that `make run` starts, which production must not rely on.
LOCAL_SERVERS = [name for name in ("DATABASE_URL", "REDIS_URL") if not env.str(name, "")]
# Of what the doorbell did not announce. An idle worker takes 1 % of a core; with 2 s it would take 2 %.
SWEEP_SECONDS = 5

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "max_retries": 0,  # kombu would retry after 2 s and 4 s, but the doorbell does so itself
    # A list of unacknowledged tasks in Redis would cost two more commands a task, and the sweep replaces lost tasks
    # anyway.
    "ack_emulation": False,
    "priority_steps": [0],  # one list for each queue instead of four
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # forever
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = False  # the rows are the queue: the sweep replaces a lost task
CELERY_TASK_DEFAULT_QUEUE = "crmsolid"  # a Redis database may be shared with other Celery applications
CELERY_TASK_ROUTES = ["crmsolid.celery.route"]
CELERY_WORKER_POOL = "threads"  # tasks wait for the network and the database
CELERY_BEAT_SCHEDULER = "crmsolid.scheduler.ImmediateScheduler"
ALIVE_FILE = env.str("CRMSOLID_ALIVE_FILE", "")  # crmsolid/core/alive.py

# The interval of each periodic task, in seconds.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    task: {"task": task, "schedule": float(seconds)}
    for task, seconds in {
        "messaging.sweep": SWEEP_SECONDS,
        "messaging.purge": 3600,
        "messaging.end_sessions": 30,
        "messaging.process_files": SWEEP_SECONDS,
        "messaging.delete_contents": 60,
        "messaging.alerts": 60,
        "sequences.run": SWEEP_SECONDS,
        "webhooks.sweep": SWEEP_SECONDS,
        "webhooks.purge": 3600,
        "contacts.purge": 3600,
        "contacts.score": SWEEP_SECONDS,
        "jobs.run": SWEEP_SECONDS,
        "proposals.run": SWEEP_SECONDS,
        "crmsolid.heartbeat": SWEEP_SECONDS,
        "events.watermark": 5,
        "crmsolid.send_email": 30,
        "crmsolid.purge": 3600,
        "crmsolid.delete_kept_forms": 60,
        "apikeys.purge": 3600,
        "oauth.purge": 3600,
        "oauth.fetch_documents": SWEEP_SECONDS,
    }.items()
}

# --- Web ------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "crmsolid.formats"
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    BASE_DIR / "crmsolid" / "panel" / "static",
    ("docs/img", BASE_DIR / "docs" / "img"),  # the pictures of the pages at /docs/
]
WHITENOISE_USE_FINDERS = True  # serves the files of the packages from where they are: no collectstatic
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60  # a year under an address with the hash of the file: crmsolid/panel/pages/middleware.py
STORAGES = {
    "default": env_files("CRMSOLID_FILES", DATA_DIR / "files"),
    "staticfiles": {"BACKEND": "crmsolid.panel.pages.middleware.HashedStaticFilesStorage"},
}
LOGIN_URL = "/panel/login/"
LOGIN_REDIRECT_URL = "/panel/"  # after a sign-in without a next page
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # no file of a stranger on the disk
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
if PRODUCTION:  # a browser takes them from this host alone, over https, and for all of its paths
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = env_int("CRMSOLID_SESSION_HOURS", 336, least=1) * 3600
CSRF_FAILURE_VIEW = "crmsolid.panel.pages.workspace.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
METRICS_TOKEN = env.str("CRMSOLID_METRICS_TOKEN", "")
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # TLS ends at the proxy in front, which redirects
    # A second refresh within the grace period derives the pair from the token again, so none has to be read back.
    "oauth2_provider.E001",
    "oauth2_provider.E003",  # http redirect URIs are for the own computer only: `Application.clean`
]

PASSWORD_RESET_TIMEOUT = 3600
# Whether strangers may make an account with a workspace of their own.
SIGN_UP = env.bool("CRMSOLID_SIGN_UP", not PRODUCTION)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "crmsolid.workspaces.accounts.EndsAccess"},
]

# --- E-mail ---------------------------------------------------------------------------------------------------
EMAIL_HOST = env.str("EMAIL_HOST", "")
# Without a server, a development machine prints e-mails. Production does not: their links would be in the logs.
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy' if PRODUCTION else 'console'}.EmailBackend"
)
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "CRM Solid <crmsolid@localhost>")

# --- The product ----------------------------------------------------------------------------------------------
DAILY_LIMIT = env_int("CRMSOLID_DAILY_LIMIT", 50, least=1)
# Of an account's daily limit. Sequences leave them to direct sends.
DIRECT_SENDS_RESERVED = env_int("CRMSOLID_DIRECT_SENDS_RESERVED", 10)
TELEGRAM_GAP_SECONDS = env.float("CRMSOLID_TELEGRAM_GAP_SECONDS", 1.0)
# Whether contacts see that their messages were read, in the panel or by POST /v1/threads/{id}/read.
READ_RECEIPTS = env.bool("CRMSOLID_READ_RECEIPTS", True)
SEND_LEASE_SECONDS = env.float("CRMSOLID_SEND_LEASE_SECONDS", 30.0)
FILES_QUOTA = env_int("CRMSOLID_FILES_QUOTA", 10 * 1024, least=1) * MEBIBYTE  # of a workspace, given in MiB
# Of the disk that files are kept on: nothing is fetched from Telegram that would leave less, given in MiB.
FILES_FREE_BYTES = env_int("CRMSOLID_FILES_FREE", 512) * MEBIBYTE
# How long things are kept; docs/privacy.md has the whole table.
FILES_DAYS = env_int("CRMSOLID_FILES_DAYS", 0)  # 0: as long as their messages
IMPORT_DAYS = env_int("CRMSOLID_IMPORT_DAYS", 7, least=1)
WEBHOOK_LOG_DAYS = env_int("CRMSOLID_WEBHOOK_LOG_DAYS", 30, least=1)
JOB_DAYS = env_int("CRMSOLID_JOB_DAYS", 90, least=1)
AUDIT_DAYS = env_int("CRMSOLID_AUDIT_DAYS", 0)  # 0: for ever
STREAMS_PER_KEY = env_int("CRMSOLID_STREAMS_PER_KEY", 5, least=1)
WEBHOOK_ALLOW_PRIVATE = env.bool("CRMSOLID_WEBHOOK_ALLOW_PRIVATE", False)
TELEGRAM_API_ID = env_int("TELEGRAM_API_ID", 0)
TELEGRAM_API_HASH = env.str("TELEGRAM_API_HASH", "")
TELEGRAM_PROXY = env_proxy("TELEGRAM_PROXY")
TELEGRAM_OBFUSCATED = env.bool("TELEGRAM_OBFUSCATED", False)
TELEGRAM_IPV6 = env.bool("TELEGRAM_IPV6", False)
TELEGRAM_TEST_DC = env.str("TELEGRAM_TEST_DC", "")  # <id>@<host>:<port> of another MTProto server
TELEGRAM_TEST_RSA_KEY = env.str("TELEGRAM_TEST_RSA_KEY", "")  # path of its public key, PEM (PKCS#1)
TELEGRAM_SEND_SECONDS = env.float("CRMSOLID_TELEGRAM_SEND_SECONDS", 25.0)  # less than SEND_LEASE_SECONDS
TELEGRAM_LEASE_SECONDS = env.float("CRMSOLID_TELEGRAM_LEASE_SECONDS", 30.0)  # of an account that is not renewed
TELEGRAM_ACCOUNTS_PER_WORKER = env_int("CRMSOLID_TELEGRAM_ACCOUNTS_PER_WORKER", 250, least=1)
# Files that Telegram has, in MiB: fetched without being asked for, fetched at all, and how much of them in a minute.
TELEGRAM_FETCH_MAX_BYTES = env_int("CRMSOLID_TELEGRAM_FETCH_MAX", 20) * MEBIBYTE
TELEGRAM_FILE_MAX_BYTES = env_int("CRMSOLID_TELEGRAM_FILE_MAX", 2048) * MEBIBYTE
TELEGRAM_FETCH_BYTES_PER_MINUTE = env_int("CRMSOLID_TELEGRAM_FETCH_RATE", 240, least=1) * MEBIBYTE
TELEGRAM_LOOK_BACK_AFTER_SECONDS = 600.0  # how long Telegram is relied on to recognize a random_id
WEB_PROCESSES = max(env_int(name, 1, least=1) for name in ("CRMSOLID_WEB_PROCESSES", "WEB_CONCURRENCY"))
# Of one web process. Enough for hundreds of browsers, streams and proxies that keep connections open, while the
# headers of all of them take 64 MiB at most.
MAX_CONNECTIONS = env_int("CRMSOLID_MAX_CONNECTIONS", 1000, least=1)

REST_FRAMEWORK: dict[str, Any] = {
    # crmsolid.api parses bodies and renders responses itself, strictly.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "crmsolid.api.auto_schema.V1Schema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` must not choose a renderer
}

# --- OAuth for assistants: docs/oauth.md ----------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.AuthorizationCode"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"
OAUTH2_PROVIDER: dict[str, Any] = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # authorization codes and refresh tokens, no more
    "OAUTH2_VALIDATOR_CLASS": "crmsolid.oauth.validator.GrantValidator",
    "SCOPES_BACKEND_CLASS": "crmsolid.oauth.validator.AssistantScopes",
    "ACCESS_TOKEN_GENERATOR": "crmsolid.oauth.tokens.access_token",
    "REFRESH_TOKEN_GENERATOR": "crmsolid.oauth.tokens.refresh_token",
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 86_400,  # from when it was issued; each refresh issues another
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 120,  # processes of a client share one refresh token and race for it
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http", "cursor", "vscode", "vscode-insiders", "windsurf"],
    "ALLOW_LOCALHOST_LOOPBACK": True,
    "CIMD_ENABLED": False,  # it would fetch in the request; `crmsolid/oauth/client_documents.py` has a worker fetch
    **{
        f"COMPLIANT_BCP_RFC9700_{name}": True
        for name in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "PKCE_REQUIRED",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
        )
    },
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "CRM Solid API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "GET_LIB_DOC_EXCLUDES": "crmsolid.api.openapi.bases_without_description",
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "crmsolid.logs.JsonFormatter"}},
    "filters": {
        "refusals": {"()": "crmsolid.logs.RefusalFilter"},
        "outages": {"()": "crmsolid.logs.OutageFilter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "json",
            "filters": ["refusals", "outages"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "WARNING" if not PRODUCTION else "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "crmsolid": {"level": env.str("LOG_LEVEL", "INFO")},
        # Their debug messages contain tokens.
        "oauthlib": {"level": "WARNING"},
        "oauth2_provider": {"level": "WARNING"},
    },
}
