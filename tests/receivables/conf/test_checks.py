"""Each wrong setting is explained in one sentence with its remedy, and a right one is silent."""

import pytest
from django.conf import settings
from django.core.checks import run_checks

from receivables.conf import checks, environment


def ids(found):
    return {message.id for message in found}


STRONG = "k3J9-xQ2_wE7rT5yU1iO0pA8sD6fG4hJkLzXcVbNmQwErTyUi"


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"SECRET_KEY": "changeme", "PRODUCTION": True}, "duebook.E005"),
        ({"SECRET_KEY": "a" * 60, "PRODUCTION": True}, "duebook.E005"),
        ({"DEBUG": True, "PRODUCTION": True}, "duebook.E006"),
        ({"TIME_ZONE": "Europe/Atlantis"}, "duebook.E008"),
        ({"ALLOWED_HOSTS": ["*"], "PRODUCTION": True}, "duebook.E009"),
        ({"PUBLIC_URL": "http://duebook.example", "PRODUCTION": True}, "duebook.W004"),
    ],
)
def test_a_wrong_setting_is_explained(monkeypatch, changed, number):
    right = {"SECRET_KEY": STRONG, "PUBLIC_URL": "https://duebook.example", "TIME_ZONE": "UTC"}
    for name, value in (right | changed).items():
        monkeypatch.setattr(settings, name, value)
    found = checks.settings_make_sense(None)
    assert number in ids(found)
    assert all(message.hint and message.msg.endswith(".") for message in found)


def test_right_settings_are_silent(monkeypatch):
    for name, value in {"SECRET_KEY": STRONG, "PUBLIC_URL": "https://a.example", "PRODUCTION": True}.items():
        monkeypatch.setattr(settings, name, value)
    assert checks.settings_make_sense(None) == []


@pytest.mark.parametrize(
    ("read", "number"),
    [
        (lambda: environment.flag("DUEBOOK_ODD"), "duebook.E002"),
        (lambda: environment.number("DUEBOOK_ODD", 5), "duebook.E003"),
        (lambda: environment.url("DUEBOOK_ODD", "http://a", ("http",)), "duebook.E001"),
    ],
)
def test_an_unreadable_variable_is_a_problem_not_a_crash(monkeypatch, read, number):
    monkeypatch.setenv("DUEBOOK_ODD", "perhaps")
    monkeypatch.setattr(environment, "problems", [])
    read()
    assert ids(checks.settings_make_sense(None)) >= {number}


def test_sqlite_on_a_network_file_system_is_refused(monkeypatch, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"rootfs / ext4 rw 0 0\nserver:/data {tmp_path} nfs4 rw 0 0\n")
    assert checks.file_system(tmp_path / "duebook.sqlite3", mounts) == "nfs4"
    assert checks.file_system(tmp_path.parent / "x", mounts) == "ext4"
    monkeypatch.setattr(checks, "file_system", lambda path: "nfs4")
    database = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
    monkeypatch.setattr(settings, "DATABASES", database)
    assert "duebook.E007" in ids(checks.sqlite_has_a_local_disk(None))


def test_the_secret_is_made_once_and_only_the_owner_reads_it(monkeypatch, tmp_path):
    monkeypatch.delenv("DUEBOOK_SECRET_KEY", raising=False)
    kept = tmp_path / "var" / "secret_key"
    first = environment.secret("DUEBOOK_SECRET_KEY", kept, may_make=True)
    assert environment.secret("DUEBOOK_SECRET_KEY", kept, may_make=True) == first
    assert len(first) > checks.SECRET_LENGTH
    assert kept.stat().st_mode & 0o777 == 0o600


def test_production_makes_up_no_secret_that_lasts(monkeypatch, tmp_path):
    monkeypatch.delenv("DUEBOOK_SECRET_KEY", raising=False)
    monkeypatch.setattr(environment, "problems", [])
    environment.secret("DUEBOOK_SECRET_KEY", tmp_path / "secret_key", may_make=False)
    assert not (tmp_path / "secret_key").exists()
    assert "duebook.E004" in ids(checks.settings_make_sense(None))


def test_the_installation_of_the_tests_passes_its_own_checks():
    assert [message for message in run_checks() if message.level >= 40] == []


def test_an_adapter_that_is_not_there_or_lacks_its_key_is_explained(monkeypatch):
    monkeypatch.setattr(checks.registry, "names", lambda port: ("console", "sendgrid_email"))
    monkeypatch.setattr(settings, "ADAPTERS", {"email": "sendgrid_email", "sms": "pigeon"})
    monkeypatch.setattr(settings, "SENDGRID_API_KEY", "")
    found = checks.adapters_exist(None)
    assert ids(found) == {"duebook.E010", "duebook.E011", "duebook.W005"}
    assert any("console, sendgrid_email" in message.hint for message in found)
