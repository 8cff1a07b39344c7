"""People of ours: accounts made, edited, locked out, and their passwords. An account starts without any role.

Which roles it holds, and what a role may do, changes by two people: `roles`.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Role, User
from receivables.rules import reach, recipients, text_hygiene
from receivables.rules.refusals import Refused
from receivables.services import consents

WAYS = ("app", "email", "sms")
"""Channels by which our own people can be told."""


@transaction.atomic
def first_admin(*, username: str, now: datetime, by: Actor) -> tuple[User, str] | None:
    """An administrator for an installation that is being set up, with a one-time password; None when the account exists.

    Only for the command line: it is the one way round the second person, who does not exist yet.
    """
    if User.objects.filter(username=username).exists():
        return None
    password = one_time_password()
    with audit.line("user.first_admin", by=by, now=now, subject=f"user:{username}"[:80]) as line:
        user = _new_user(line, username=username, password=password, all_entities=True)
        user.roles.add(Role.objects.get(code="admin", shipped=True))
    return user, password


@transaction.atomic
def create(
    *,
    username: str,
    first_name: str,
    last_name: str,
    email: str,
    now: datetime,
    by: Actor,
    person: str = "",
    language: str = "en",
    time_zone: str = "UTC",
    service: bool = False,
) -> tuple[User, str]:
    """A new account without roles, and its one-time password (empty for a service account, which only has tokens).

    Refuses username_invalid, duplicate, email_invalid, zone_unknown. `person` joins two accounts of one human for four eyes.
    """
    values = _clean(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email,
        person=person,
        time_zone=time_zone,
    )
    password = "" if service else one_time_password()
    with audit.line("user.created", by=by, now=now, subject=f"user:{values['username']}"[:80]) as line:
        if User.objects.filter(username__iexact=values["username"]).exists():
            raise Refused("duplicate", _("This user name is taken."), field="username")
        user = _new_user(line, password=password, language=language, **values)
    return user, password


@transaction.atomic
def edit(*, user: User, fields: dict[str, str], now: datetime, by: Actor) -> User:
    """Changes first_name, last_name, email, language, time_zone; never roles, name or person (they matter to four eyes)."""
    allowed = {"first_name", "last_name", "email", "language", "time_zone"}
    unknown = sorted(set(fields) - allowed)
    if unknown:
        raise Refused(
            "unknown_field", _("An account has no field %(name)s.") % {"name": unknown[0]}, field=unknown[0]
        )
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    values = _clean(**fields)
    with audit.line("user.edited", by=by, now=now, subject=f"user:{user.pk}") as line:
        line.before = {name: getattr(user, name) for name in values}
        for name, value in values.items():
            setattr(user, name, value)
        user.save(update_fields=list(values))
        line.after = dict(values)
        line.touch("user", user.pk, *sorted(values))
    return user


@transaction.atomic
def choose_ways(*, user: User, told_by: Sequence[str], phone: str, now: datetime, by: Actor) -> User:
    """By which channels a person hears of what concerns them. Choosing text messages for oneself is consent to them.

    Refuses ways_unknown, ways_none (at least one stays), and what `recipients.check_phone` refuses (phone_landline, …).
    """
    if set(told_by) - set(WAYS):
        raise Refused("ways_unknown", _("Choose from the list."), field="told_by")
    if not told_by:
        raise Refused("ways_none", _("Keep at least one way to be told."), field="told_by")
    if "sms" in told_by and not phone.strip():
        raise Refused(
            "phone_missing", _("Text messages need a number. Example: +49 1512 3456789."), field="phone"
        )
    kind = "sms" if "sms" in told_by else "phone"
    number = recipients.check_phone(phone, "", channel=kind).e164 if phone.strip() else ""
    agreed = "sms" in told_by and by.user is not None and by.user.pk == user.pk
    if agreed:
        consents.lock("sms", number)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    values = {"told_by": [way for way in WAYS if way in told_by], "phone": number}
    if all(getattr(user, name) == value for name, value in values.items()):
        return user
    with audit.line("user.ways_chosen", by=by, now=now, subject=f"user:{user.pk}") as line:
        if agreed:
            consents.note(line, "sms", number, given=True, source="person", note="", by=by, now=now)
        line.before = {name: getattr(user, name) for name in values}
        user.told_by, user.phone = values["told_by"], number
        user.save(update_fields=list(values))
        line.after = values
        line.touch("user", user.pk, *sorted(values))
    return user


@transaction.atomic
def set_active(*, user: User, active: bool, now: datetime, by: Actor) -> User:
    """Locks an account out at once, with its keys and sessions, or lets it in again. Refuses yourself and last_admin."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if by.user and user.pk == by.user.pk:
        raise Refused("yourself", _("You cannot lock out your own account."))
    admins = User.objects.filter(is_active=True, roles__code="admin").exclude(pk=user.pk)
    if not active and "admin" in user.role_codes and not admins.exists():
        raise Refused("last_admin", _("This is the last administrator."))
    with audit.line(
        "user.unlocked" if active else "user.locked", by=by, now=now, subject=f"user:{user.pk}"
    ) as line:
        line.before, line.after = {"is_active": user.is_active}, {"is_active": active}
        user.is_active = active
        user.save(update_fields=["is_active"])
        line.touch("user", user.pk, active)
    return user


@transaction.atomic
def new_password(*, user: User, now: datetime, by: Actor) -> str:
    """A new one-time password; every session of the account ends."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    password = one_time_password()
    with audit.line("user.password_reset", by=by, now=now, subject=f"user:{user.pk}") as line:
        user.set_password(password)
        user.save(update_fields=["password"])
        line.touch("user", user.pk, "password")
    return password


@transaction.atomic
def change_password(*, user: User, old: str, new: str, now: datetime, by: Actor) -> None:
    """A person's own new password. Refuses wrong_password and password_weak (what is wrong with it, in words)."""
    if not user.check_password(old):
        raise Refused("wrong_password", _("This is not your present password."), field="old")
    try:
        validate_password(new, user)
    except ValidationError as weak:
        raise Refused("password_weak", " ".join(weak.messages), field="new") from None
    with audit.line("user.password_changed", by=by, now=now, subject=f"user:{user.pk}") as line:
        user.set_password(new)
        user.save(update_fields=["password"])
        line.touch("user", user.pk, "password")


def one_time_password() -> str:
    """About 103 bits, easy to read aloud: four groups of five letters and digits without look-alikes."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _each in range(5)) for _group in range(4))


def _new_user(line: Line, *, username: str, password: str, **values: object) -> User:
    user = User(username=username, **values)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save(force_insert=True)
    line.after = {"username": username, **{name: value for name, value in values.items() if value}}
    line.touch("user", user.pk, username)
    return user


def _clean(**fields: str) -> dict[str, str]:
    done = {
        name: text_hygiene.one_line(value, field=name, limit=150, required=name == "username")
        for name, value in fields.items()
    }
    if done.get("email"):
        done["email"] = reach.email(done["email"])
    if done.get("time_zone"):
        done["time_zone"] = reach.time_zone(done["time_zone"])
    name = done.get("username")
    if name is not None and not all(c.isalnum() or c in "@.+-_" for c in name):
        raise Refused(
            "username_invalid",
            _("A user name is letters, digits and @ . + - _. Example: mei.lin."),
            field="username",
        )
    return done
