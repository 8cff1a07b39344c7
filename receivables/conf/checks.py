"""Start-up checks of the installation: each wrong setting in one sentence with its remedy. They change nothing.

E001 address · E002 yes/no · E003 number · E004 secret missing · E005 secret weak · E006 debug in production · E007 SQLite on a
network file system · E008 time zone · E009 hosts · E010 adapter · E011 credentials · W001 browser files ·
W002 messages · W003 SQLite in production · W004 no TLS · W005 mail events cannot be proven.
"""

import zoneinfo
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from integrations import registry
from receivables.conf import environment

NETWORK_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"}
)
SECRET_LENGTH = 40


@register(Tags.security)
def settings_make_sense(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """What can be judged from the settings alone."""
    found: list[CheckMessage] = [Error(text, hint, id=number) for number, text, hint in environment.problems]
    secret = settings.SECRET_KEY
    if settings.PRODUCTION and (len(secret) < SECRET_LENGTH or len(set(secret)) < 10):
        found.append(
            Error(
                "The secret key is weak.",
                "Set DUEBOOK_SECRET_KEY to 50 random characters.",
                id="duebook.E005",
            )
        )
    if settings.PRODUCTION and settings.DEBUG:
        found.append(Error("Debug pages are on in production.", "Unset DUEBOOK_DEBUG.", id="duebook.E006"))
    if settings.TIME_ZONE not in zoneinfo.available_timezones():
        found.append(
            Error(
                "DUEBOOK_TIME_ZONE names no known zone.",
                "Use a name such as Europe/Berlin or Asia/Shanghai.",
                id="duebook.E008",
            )
        )
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS admits every name.",
                "List the names this installation answers to.",
                id="duebook.E009",
            )
        )
    if settings.PRODUCTION and not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Caution(
                "Pages are served without encryption.",
                "Put a TLS proxy in front and set DUEBOOK_PUBLIC_URL=https://…",
                id="duebook.W004",
            )
        )
    return found


NEEDS = {
    "sendgrid_email": ("SENDGRID_API_KEY",),
    "twilio_sms": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"),
}


@register()
def adapters_exist(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The chosen adapters of mail, SMS and letters are files in `integrations/messaging/`, and have what they need to log in."""
    found: list[CheckMessage] = []
    known = registry.names("messaging")
    for channel, name in settings.ADAPTERS.items():
        variable = f"DUEBOOK_{channel.upper()}_ADAPTER"
        if name not in known:
            found.append(
                Error(
                    f"{variable} names no adapter.", f"Choose one of: {', '.join(known)}.", id="duebook.E010"
                )
            )
        for needed in NEEDS.get(name, ()):
            if not getattr(settings, needed):
                found.append(
                    Error(
                        f"{name} needs {needed}.", f"Set {needed}, or {variable}=console.", id="duebook.E011"
                    )
                )
    if settings.ADAPTERS.get("email") == "sendgrid_email" and not settings.SENDGRID_WEBHOOK_PUBLIC_KEY:
        found.append(
            Caution(
                "SendGrid's events are refused, because they cannot be proven.",
                "Sign the Event Webhook and set SENDGRID_WEBHOOK_PUBLIC_KEY.",
                id="duebook.W005",
            )
        )
    return found


@register(Tags.database)
def sqlite_has_a_local_disk(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """SQLite's locks do not hold on network file systems; two machines would destroy the file."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    found: list[CheckMessage] = []
    system = file_system(Path(str(database["NAME"])))
    if system in NETWORK_SYSTEMS:
        found.append(
            Error(
                f"The SQLite file lies on a network file system ({system}), where its locks do not hold.",
                "Set DUEBOOK_DATA_DIR to a local disk, or DATABASE_URL to a PostgreSQL.",
                id="duebook.E007",
            )
        )
    if settings.PRODUCTION:
        found.append(
            Caution(
                "SQLite serves one machine only.",
                "For several processes or machines set DATABASE_URL to a PostgreSQL.",
                id="duebook.W003",
            )
        )
    return found


@register(Tags.staticfiles)
def files_are_in_place(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The browser files and compiled messages that set-up brings."""
    found: list[CheckMessage] = []
    if not settings.TEST_MODE and not (settings.ASSETS_DIR / "vendor" / "installed").exists():
        found.append(
            Caution("The browser files are missing; pages look bare.", "Run `make setup`.", id="duebook.W001")
        )
    for source in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        if not source.with_suffix(".mo").exists():
            found.append(
                Caution(
                    f"{source.parent.parent.name} is not compiled.", "Run `make setup`.", id="duebook.W002"
                )
            )
    return found


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that holds the path, by the longest mount point; empty where the machine does not tell."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind
