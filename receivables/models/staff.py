"""People who log in, the roles they hold, and the tokens that act for them. Access rules stand in access_table."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import cached_property

from receivables.models.base import ScopedQuerySet


@dataclass(frozen=True)
class Scope:
    """What a user may see: the legal entities, and whether only customers of their own."""

    all_entities: bool
    entity_ids: frozenset[int]
    own_customers_only: bool


class Role(models.Model):
    """A named set of verbs. The eight shipped roles take theirs from code; others are composed here."""

    code = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=80)
    verbs = models.JSONField(default=list, blank=True)
    own_customers_only = models.BooleanField(default=False)
    shipped = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.label


def default_channels() -> list[str]:
    return ["app", "email"]


class User(AbstractUser):
    """A person of ours who logs in. `person` is the human behind it: two accounts of one human share it (four eyes)."""

    person = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    phone = models.CharField(max_length=32, blank=True)
    told_by = models.JSONField(default=default_channels)
    """Channels by which this person hears of what concerns them: "app", "email", "sms"."""
    roles = models.ManyToManyField(Role, blank=True, related_name="users")
    all_entities = models.BooleanField(default=False)
    entities = models.ManyToManyField("receivables.LegalEntity", blank=True, related_name="staff")

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The name people know them by: first and last name, else the log-in's."""
        return self.get_full_name() or self.username

    @cached_property
    def role_codes(self) -> tuple[str, ...]:
        return tuple(sorted(self.roles.values_list("code", flat=True)))

    @cached_property
    def scope(self) -> Scope:
        """Own customers only when every role says so: the widest role wins."""
        from receivables.access_table import SCOPES

        own = [
            role.own_customers_only if not role.shipped else SCOPES.get(role.code) == "own"
            for role in self.roles.all()
        ]
        return Scope(
            all_entities=self.all_entities,
            entity_ids=frozenset(self.entities.values_list("id", flat=True)),
            own_customers_only=not own or all(own),
        )

    @property
    def human(self) -> str:
        """Who decides, for four eyes: the person, else the account itself."""
        return self.person or self.username


class TokenQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def for_user(self, user: Any) -> "TokenQuerySet":
        return self.filter(user=user)


class ApiToken(models.Model):
    """A scoped key for the API. Only its SHA-256 is kept; the prefix lets people recognise it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    verbs = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"
