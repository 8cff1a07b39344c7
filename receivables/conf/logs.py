"""How the process logs: one line an event to standard error, secrets and addresses blotted out before they are written."""

import logging
import re
from typing import Any

_SECRETS = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"\bSG\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"), "SG.***"),
    (re.compile(r"\b(AC|SK)[0-9a-f]{32}\b"), r"\1***"),
    (
        re.compile(
            r"(?i)\b(password|passwd|secret|token|api[_-]?key|authorization)(['\"]?\s*[:=]\s*)(['\"]?)[^\s,'\"&;}]+"
        ),
        r"\1\2\3***",
    ),
    (re.compile(r"(?<![\w/])/([ru])/[A-Za-z0-9_:.-]{8,}"), r"/\1/***"),  # a customer's receipt or opt-out link
    (re.compile(r"://([^:/@\s]+):[^@/\s]+@"), r"://\1:***@"),
    (re.compile(r"\b([A-Z]{2}\d{2})[A-Z0-9]{7,26}([A-Z0-9]{4})\b"), r"\1***\2"),
    (re.compile(r"\b([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b"), r"\1***@\2"),
)
_LINE_BREAKS = re.compile(r"[\r\n\x00-\x08\x0b-\x1f\x7f]+")
QUIET = ("sendgrid", "python_http_client", "twilio", "urllib3", "asyncio", "kombu", "amqp", "holidays")


def redact(line: str) -> str:
    """The line without passwords, tokens, keys, account numbers and full mail addresses."""
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line


class Redaction(logging.Filter):
    """Rewrites a record before any handler sees it. A message stays on one line, so no input can forge a second one."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a wrong format string must not lose the event
            message = f"{record.msg} {record.args}"
        record.msg, record.args = _LINE_BREAKS.sub(" ", redact(message)), None
        return True


class Formatter(logging.Formatter):
    """The usual line; a traceback is redacted too, because vendors put the request into their exceptions."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name is logging's
        return redact(super().formatException(ei))


def configuration(level: str) -> dict[str, Any]:
    """Django's LOGGING. Vendors' loggers stay at WARNING: at DEBUG the mail library prints the key and the recipient."""
    known = level if level in logging.getLevelNamesMapping() else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redaction": {"()": Redaction}},
        "formatters": {"line": {"()": Formatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redaction"]},
        },
        "root": {"handlers": ["stderr"], "level": known},
        "loggers": {
            "django": {"handlers": [], "level": known, "propagate": True},
            "django.server": {"handlers": [], "level": known, "propagate": True},
            **{name: {"level": "WARNING"} for name in QUIET},
        },
    }
