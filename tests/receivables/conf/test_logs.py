"""What must never reach a log: secrets, full addresses, forged lines."""

import logging

import pytest

from receivables.conf import logs


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("Authorization: Bearer SG.abcdefghijkl.mnopqrstuvwx", "abcdefghijkl"),
        ("key SG.abcdefghijkl.mnopqrstuvwx used", "mnopqrstuvwx"),
        ('{"password": "correct horse"}', "correct"),
        ("token=9f8e7d6c5b4a", "9f8e7d6c5b4a"),
        ("postgresql://duebook:hunter2@db/duebook", "hunter2"),
        ("sid AC" + "0" * 31 + "7", "0" * 31),
        ("pay to DE89370400440532013000 please", "3704004405"),
        ("mail to anna.schmidt@globex.example bounced", "anna.schmidt"),
    ],
)
def test_a_secret_is_blotted_out(line, secret):
    assert secret not in logs.redact(line)


def test_what_is_not_secret_stays_readable():
    line = "invoice INV-2024-00017 of globex: 1,250.00 EUR open, stage 2"
    assert logs.redact(line) == line


def test_input_cannot_forge_a_second_line():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "name %s", ("a\nCRITICAL forged\x1b[2J",), None)
    assert logs.Redaction().filter(record)
    assert "\n" not in record.getMessage() and "\x1b" not in record.getMessage()


def test_a_wrong_format_string_loses_no_event():
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%d items", ("many",), None)
    assert logs.Redaction().filter(record)
    assert "many" in record.getMessage()


def test_a_traceback_is_redacted_too():
    try:
        raise ValueError("Bearer abcdefghijklmnop")
    except ValueError as error:
        text = logs.Formatter().formatException((type(error), error, error.__traceback__))
    assert "abcdefghijklmnop" not in text and "ValueError" in text


def test_vendors_are_kept_quiet_at_any_level():
    loggers = logs.configuration("DEBUG")["loggers"]
    assert loggers["sendgrid"]["level"] == loggers["twilio"]["level"] == "WARNING"
