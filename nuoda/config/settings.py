"""Django's settings. Values come from `env`; nothing else in the program reads the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from . import cluster, env, logs

ROOT = env.ROOT
PACKAGE = Path(__file__).resolve().parents[1]
DATA = env.data()
VERSION = env.version()

PRODUCTION = env.flag("NUODA_PRODUCTION")
DEBUG = env.flag("NUODA_DEBUG")
SECRET_KEY = env.secret_key()
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("NUODA_DEBUG must not be set in production.")

# -- rooms: an app is in use when its folder has apps.py, so that a floor can grow room by room

FLOORS = {
    "foundation": ["base", "journal", "ui", "orgs"],
    "engine": [
        "rulebook", "clocks", "states", "notices", "papers", "approvals", "duties", "measures", "revisions", "replay",
    ],
    "domain": [
        "customers", "finance", "parts", "trade", "presales", "service", "care", "assurance", "people",
    ],
    "interface": ["api", "portal", "desk", "reports"],
}  # fmt: skip
ROOMS = [
    f"nuoda.{floor}.{app}"
    for floor, apps in FLOORS.items()
    for app in apps
    if (PACKAGE / floor / app / "apps.py").exists()
]


def _present(module: str) -> bool:
    """True when a module of ours exists; its package need not."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


INSTALLED_APPS = [
    "procrastinate.contrib.django",  # ready before the apps whose jobs it finds
    *reversed(ROOMS),  # higher rooms first, so that their templates and static files win
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "nuoda.config.health.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nuoda.foundation.orgs.web.middleware.ActorMiddleware",
    "nuoda.foundation.ui.web.middleware.LanguageMiddleware",
]

ROOT_URLCONF = "nuoda.config.urls"
WSGI_APPLICATION = "nuoda.config.wsgi.application"

# -- database

DATABASE_ROLE = env.get("NUODA_DATABASE_ROLE")


def _database() -> dict[str, Any]:
    url = env.get("DATABASE_URL")
    if url:
        if DATABASE_ROLE == "owner":
            url = env.get("DATABASE_OWNER_URL")
            if not url:
                raise ImproperlyConfigured(
                    "DATABASE_OWNER_URL is needed for this beside DATABASE_URL: the address of the role that owns the tables."
                )
        return env.database(url)
    private = cluster.at(DATA)
    role = cluster.OWNER if DATABASE_ROLE == "owner" else cluster.APP
    base: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": cluster.DATABASE}
    if not private.connection_file.exists():
        return base  # nothing is made yet: commands without a database still work
    values = private.parameters(role, env.get("NUODA_DATABASE") or private.serving)
    return base | {
        "NAME": values["dbname"],
        "USER": values["user"],
        "PASSWORD": values["password"],
        "HOST": values["host"],
        "PORT": str(values["port"]),
    }


DATABASES = {"default": _database()}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,  # the doors open `scoped(actor)`, which is the transaction
    "DISABLE_SERVER_SIDE_CURSORS": False,
    "TEST": {"MIGRATE": True},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people and passwords

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["nuoda.foundation.orgs.web.accounts.Backend"]
PASSWORD_HASHERS = ["nuoda.config.hashers.Argon2", "django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "nuoda.foundation.orgs.web.accounts.Adapter"
ACCOUNT_SESSION_REMEMBER = False  # a company says how long a session lasts without use (orgs.Company.idle_minutes)
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}  # spares the processor; guesses are counted in the database, per account
LOGIN_TRIES = 10
LOGIN_WINDOW = 15 * 60  # seconds; at most LOGIN_TRIES guesses of one account are evaluated in any such span
ACCOUNT_FORMS = {"login": "nuoda.foundation.orgs.web.accounts.LoginForm"}
MFA_ADAPTER = "nuoda.foundation.orgs.web.accounts.FactorAdapter"
MFA_FORMS = {
    "authenticate": "nuoda.foundation.orgs.web.accounts.CodeForm",
    "activate_totp": "nuoda.foundation.orgs.web.accounts.FirstCodeForm",
    "reauthenticate": "nuoda.foundation.orgs.web.accounts.CodeAgainForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are entered by the company's own administrators
MFA_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Nuoda"

# -- language and time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "config" / "locale", PACKAGE / "cli" / "locale"]
LANGUAGE_COOKIE_NAME = "nuoda_language"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# -- pages

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.static",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                *(
                    ["nuoda.foundation.ui.web.context.page"]
                    if _present("nuoda.foundation.ui.web.context")
                    else []
                ),
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
        },
    }
]  # fmt: skip
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "nuoda.config.statics.Storage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    *(["nuoda.engine.papers.web.limits.CappedUpload"] if _present("nuoda.engine.papers.web.limits") else []),
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Sessions and the cache live in the database: any number of web servers share them.
SESSION_ENGINE = "nuoda.foundation.orgs.web.sessions"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# -- security

HOSTS = env.words("NUODA_HOSTS")
ORIGIN = env.get("NUODA_ORIGIN").rstrip("/")
try:
    PUBLIC_ORIGIN = env.origin()  # what links in mails, messages and QR codes begin with
except ValueError as problem:
    raise ImproperlyConfigured(str(problem)) from None
ALLOWED_HOSTS = [*HOSTS, *([] if PRODUCTION else env.own_names()), *env.LOOPBACK, str(urlsplit(PUBLIC_ORIGIN).hostname)]
ALLOWED_HOSTS = sorted({f"[{name}]" if ":" in name and name[0] != "[" else name for name in ALLOWED_HOSTS})
CSRF_TRUSTED_ORIGINS = [ORIGIN] if ORIGIN else []
# The prefix binds a cookie to this host, to HTTPS and to all paths; browsers refuse it without HTTPS.
_BOUND = "__Host-" if PRODUCTION else ""
CSRF_COOKIE_NAME = f"{_BOUND}nuoda_csrf"
CSRF_FAILURE_VIEW = "nuoda.foundation.ui.web.views.csrf_failed"
SESSION_COOKIE_NAME = f"{_BOUND}nuoda_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^health$"]
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env.number("NUODA_PROXIES")
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# -- mail

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.get("NUODA_MAIL_FROM")
EMAIL_TIMEOUT = 20
if env.get("NUODA_MAIL_URL"):
    _mail = urlsplit(env.get("NUODA_MAIL_URL"))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or 25
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_TLS = parse_qs(_mail.query).get("tls") == ["1"]
    EMAIL_USE_SSL = _mail.scheme == "smtps"

# -- messages to robots and webhooks

EGRESS = tuple(env.words("NUODA_EGRESS"))

# -- background jobs

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["nuoda.config.upkeep"]
PROCRASTINATE_ON_APP_READY = None

# -- real sample data beside the project

SHARED = env.shared()

LOGGING = logs.configuration(env.get("NUODA_LOG"), json_lines=env.get("NUODA_LOG_FORMAT") == "json")
