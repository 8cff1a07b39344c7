"""Django's settings, read from the environment; `docs/operations.md` lists the variables. Nothing here decides business."""

import warnings

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from receivables.conf import databases, delivery, environment, logs

BASE_DIR = environment.ROOT
DATA_DIR = environment.folder("DUEBOOK_DATA_DIR", BASE_DIR / "var")
TEST_MODE = environment.flag("DUEBOOK_TEST_MODE")
PRODUCTION = environment.flag("DUEBOOK_PRODUCTION")
DEBUG = environment.flag("DUEBOOK_DEBUG")

SECRET_KEY = environment.secret("DUEBOOK_SECRET_KEY", DATA_DIR / "secret_key", may_make=not PRODUCTION)
SECRET_KEY_FALLBACKS = environment.words("DUEBOOK_SECRET_KEY_FALLBACKS")
PUBLIC_URL = environment.url("DUEBOOK_PUBLIC_URL", "http://127.0.0.1:8000", ("http", "https"))
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- Applications: few, because each one costs time at every start and migration -------------------------------------
INSTALLED_APPS = [
    "receivables",
    "credit",
    "dunning",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_filters",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "receivables.conf.zones.PersonsZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "receivables.conf.urls"
WSGI_APPLICATION = "receivables.conf.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "receivables.context.shell",
            ],
            "builtins": [
                f"receivables.templatetags.{name}"
                for name in ("dates", "figures", "forms", "parts", "shell", "states")
            ],
        },
    }
]

# --- Data ------------------------------------------------------------------------------------------------------------
DATABASES = {"default": databases.configure(DATA_DIR, TEST_MODE)}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
UPLOAD_MAX_BYTES = environment.number("DUEBOOK_UPLOAD_MAX_BYTES", 50_000_000)
# The most one requested invoice may come to, per currency: "EUR:250000.00,CNY:1000000". Not named: no limit.
REQUEST_AMOUNT_MAX = dict(word.split(":", 1) for word in environment.words("DUEBOOK_REQUEST_AMOUNT_MAX"))

# --- Static files: served by the process itself, from the finders or from `collectstatic`'s folder -------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
ASSETS_DIR = environment.folder("DUEBOOK_ASSETS_DIR", BASE_DIR / "var" / "assets")
STATICFILES_DIRS = [ASSETS_DIR] if ASSETS_DIR.is_dir() else []
WHITENOISE_USE_FINDERS = True
warnings.filterwarnings(
    "ignore", message="No directory at: "
)  # STATIC_ROOT exists only after `collectstatic`
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

# --- People ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "receivables.User"
ACCESS_TABLES = [f"{floor}.access_table.TABLE" for floor in ("receivables", "credit", "dunning")]
# The log-in page of the demo company offers its invented people; never in production.
DUEBOOK_DEMO = environment.flag("DUEBOOK_DEMO") and not PRODUCTION
DUEBOOK_DEMO_PASSWORD = environment.text("DUEBOOK_DEMO_PASSWORD", "duebook-demo-1234")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TEST_MODE:  # hashing a password properly takes a third of a second, on purpose
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# --- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "receivables" / "conf" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("DUEBOOK_TIME_ZONE", "UTC")

# --- The browser is told to trust nobody but us ----------------------------------------------------------------------
_secure = PUBLIC_URL.startswith("https://")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Bootstrap draws the marks of check boxes and selects from data: pictures in its own style sheet.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and _secure
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION and _secure else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("DUEBOOK_BEHIND_PROXY") else None
)
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = environment.number("DUEBOOK_SESSION_SECONDS", 12 * 3600, low=300)
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

# --- The world outside: adapters are chosen by their file name in integrations/<port>/ --------------------------------
ADAPTERS = {
    "email": environment.text("DUEBOOK_EMAIL_ADAPTER", "console"),
    "sms": environment.text("DUEBOOK_SMS_ADAPTER", "console"),
    "letter": environment.text("DUEBOOK_LETTER_ADAPTER", "print_letter"),
}
SENDGRID_API_KEY = environment.text("SENDGRID_API_KEY")
SENDGRID_BASE_URL = environment.url("SENDGRID_BASE_URL", "https://api.sendgrid.com", ("http", "https"))
SENDGRID_WEBHOOK_PUBLIC_KEY = environment.text("SENDGRID_WEBHOOK_PUBLIC_KEY")
TWILIO_ACCOUNT_SID = environment.text("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = environment.text("TWILIO_AUTH_TOKEN")
TWILIO_BASE_URL = environment.url("TWILIO_BASE_URL", "https://api.twilio.com", ("http", "https"))
TWILIO_FROM = environment.text("TWILIO_FROM")
MAIL_FROM = environment.text("DUEBOOK_MAIL_FROM", "receivables@duebook.example")
ADAPTER_WIRING = delivery.wiring(
    sendgrid={
        "base_url": SENDGRID_BASE_URL,
        "api_key": SENDGRID_API_KEY,
        "webhook_key": SENDGRID_WEBHOOK_PUBLIC_KEY,
        "sender": MAIL_FROM,
    },
    twilio={
        "base_url": TWILIO_BASE_URL,
        "account_sid": TWILIO_ACCOUNT_SID,
        "auth_token": TWILIO_AUTH_TOKEN,
        "sender": TWILIO_FROM,
    },
)
DELIVERY = delivery.limits()
WEBHOOK_MAX_AGE_SECONDS = environment.number("DUEBOOK_WEBHOOK_MAX_AGE_SECONDS", 25 * 3600, low=60)

# --- Celery rings the bell; the rows are the truth, so a lost or doubled message harms nothing -------------------------
CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL") or environment.text("REDIS_URL", "memory://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 30 * 60
CELERY_TASK_TIME_LIMIT = 35 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LOG_LEVEL = environment.text("DUEBOOK_LOG_LEVEL", "WARNING" if TEST_MODE else "INFO").upper()
LOGGING = logs.configuration(LOG_LEVEL)
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # SQLite leaves the extra columns of an index out; that costs time, not truth
    # conf.checks judges HTTPS by PUBLIC_URL
    "security.W004",
    "security.W008",
    "security.W021",
]
