"""Django's settings: small, and the same everywhere but for what the environment says (`environ.py`)."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from linli.desk.config.environ import Environment, database, secret_key
from linli.desk.config.logs import configuration

ENVIRONMENT = Environment.read()
DATA = ENVIRONMENT.data

DEBUG = False
SECRET_KEY = secret_key(ENVIRONMENT)
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
DATABASES = {"default": database(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "linli.desk.common",
    "linli.desk.places",
    "linli.desk.people",  # before allauth, whose pages it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rules",
    "linli.desk.matters",
    "linli.desk.partners",
    "linli.desk.pages",
    "linli.desk.api",
]
MIDDLEWARE = [
    "linli.desk.config.requests.logged",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "linli.desk.api.problems.problem_details",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linli.desk.people.middleware.forbidden_is_absent",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "linli.desk.config.urls"
WSGI_APPLICATION = "linli.desk.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linli.desk.people.context.desk",
            ],
        },
    },
]

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "linli.desk.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_DISPLAY = str
# Guessing: tries a minute from one address, and failures for one name (kept in the cache of this process).
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "linli.desk.people.login.LoginForm",
    "reauthenticate": "linli.desk.people.login.ReauthenticateForm",
    "change_password": "linli.desk.people.login.ChangePasswordForm",
}
MFA_FORMS = {"add_webauthn": "linli.desk.people.login.AddKeyForm"}
MFA_ADAPTER = "linli.desk.people.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Linli"
# Browsers give passkeys on plain HTTP to localhost only; there they may be tried.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.https
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PUBLIC_URL = ENVIRONMENT.public_url
# Where webhooks may go besides the open net.
INNER_NETWORKS = ENVIRONMENT.inner_networks
# A post that nobody uses for so long lapses: our own choice, no rule names a number.
POSTS_LAPSE_DAYS = 90
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [
    Path(__file__).parents[1] / "pages" / part / "locale"
    for part in ("resident", "staff", "grids", "round", "overview", "setup", "incoming", "partners")
]
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_TZ = True
# For showing only: everything is stored in UTC.
TIME_ZONE = "UTC"

# Scripts import each other by name, so those names need the hashes of what they name.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "linli.desk.config.static.ModuleManifestStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE = ENVIRONMENT.https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.https else 0
CSRF_FAILURE_VIEW = "linli.desk.api.problems.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

LOGGING = configuration(ENVIRONMENT.log)
