"""What every answer carries: a strict content policy, security headers, a language; and the two watch addresses."""

import pytest
from django.conf import settings


def test_the_content_policy_trusts_only_us_and_no_inline_code(client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    assert "frame-ancestors 'none'" in policy


def test_security_headers_are_set(client):
    answer = client.get("/healthz")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


def test_an_unknown_host_is_refused(client):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_readyz_is_ready_after_migrating(client):
    assert client.get("/readyz").content == b"ok\n"
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_readyz_says_what_is_missing(client, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [("receivables", "0099")])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations\n")


def test_passwords_have_twelve_characters_and_both_languages_are_there():
    lengths = [v["OPTIONS"]["min_length"] for v in settings.AUTH_PASSWORD_VALIDATORS if "OPTIONS" in v]
    assert lengths == [12]
    assert [code for code, _ in settings.LANGUAGES] == ["en", "zh-hans"]


def test_every_variable_read_is_documented():
    import re
    from pathlib import Path

    root = Path(settings.BASE_DIR)
    described = (root / "docs" / "operations.md").read_text()
    read = set()
    for path in (root / "receivables" / "conf").glob("*.py"):
        found = re.findall(r"environment\.\w+\(\s*\"([A-Z_]+)\"", path.read_text())
        read |= set(found) - {"DUEBOOK_TEST_NAME"}
    assert len(read) > 20
    assert {name for name in read if f"`{name}`" not in described} == set()
