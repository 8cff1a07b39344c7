"""Keys for the API: made once, shown once, kept as SHA-256 only, revoked at any time. What they open is judged by `access`.

A key acts for its user and never does more than that user may. People make keys for themselves; an administrator makes them for
service accounts (which cannot log in), so that nobody can act under another person's name.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from receivables import access, audit
from receivables.actor import Actor
from receivables.models import ApiToken, User
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused

_MARK = "dbk_"
_SHOWN = 12


@transaction.atomic
def create(
    *, user: User, label: str, verbs: Iterable[str], expires_at: datetime | None, now: datetime, by: Actor
) -> tuple[ApiToken, str]:
    """A new key and its secret, which nobody can see again.

    Refuses forbidden (for another person, or a right the user does not hold), no_verbs, expired.
    """
    if by.user is None or (
        user.pk != by.user.pk and (user.has_usable_password() or not access.may(by.user, "token.admin"))
    ):
        raise Refused(
            "forbidden", _("You can make keys for yourself, and administrators for service accounts.")
        )
    label = text_hygiene.one_line(label, field="label", limit=80, required=True)
    wanted = sorted(set(verbs))
    if not wanted:
        raise Refused("no_verbs", _("Choose at least one right for the key."), field="verbs")
    beyond = [verb for verb in wanted if not access.may(user, verb)]
    if beyond:
        raise Refused(
            "forbidden",
            _("%(verb)s is more than the account itself may do.") % {"verb": beyond[0]},
            field="verbs",
        )
    if expires_at is not None and expires_at <= now:
        raise Refused("expired", _("The end lies in the past."), field="expires_at")
    secret = _MARK + secrets.token_urlsafe(32)
    with audit.line("token.created", by=by, now=now, subject=f"user:{user.pk}") as line:
        token = ApiToken.objects.create(
            user=user,
            label=label,
            prefix=secret[:_SHOWN],
            token_hash=hashed(secret),
            verbs=wanted,
            created_at=now,
            expires_at=expires_at,
        )
        line.after = {"label": label, "verbs": wanted, "token": token.pk}
        line.touch("token", token.pk, token.token_hash)
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, now: datetime, by: Actor) -> ApiToken:
    """Ends a key at once. Refuses forbidden for another person's (unless an administrator) and state when it is ended."""
    if by.user is None or (token.user_id != by.user.pk and not access.may(by.user, "token.admin")):
        raise Refused("forbidden", _("This is another person's key."))
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if token.revoked_at:
        raise Refused("state", _("This key has been revoked before."))
    with audit.line("token.revoked", by=by, now=now, subject=f"user:{token.user_id}") as line:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        line.after = {"token": token.pk, "label": token.label}
        line.touch("token", token.pk, "revoked")
    return token


def find(secret: str, now: datetime) -> ApiToken | None:
    """The live key of a secret: not revoked, not expired, its user active. Looked up by hash, so timing tells nothing."""
    if not secret.startswith(_MARK) or len(secret) > 100:
        return None
    rows = ApiToken.objects.filter(token_hash=hashed(secret), revoked_at__isnull=True, user__is_active=True)
    return rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).select_related("user").first()


def seen(*, token: ApiToken, now: datetime) -> None:
    """Notes the last use, at most once an hour; no audit line, because reading changes nothing."""
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 3600:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def allows(token: ApiToken, verb: str) -> bool:
    """Whether the key names the verb and its user may do it, now."""
    return verb in token.verbs and access.may(token.user, verb)


def hashed(secret: str) -> str:
    """SHA-256 hex. The secret is 256 random bits: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
