"""What every noun shares: the scope of a user on a QuerySet, and the two marks of a fact.

Nothing here knows a particular table.
"""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q


class ScopedQuerySet(models.QuerySet[Any]):
    """A QuerySet that knows which of its rows a user may see.

    `entity_path` and `customer_path` are look-up paths from the row to the legal entity's and the customer's id;
    an empty path means that the dimension does not apply to the table.
    """

    entity_path = "entity_id"
    customer_path = "customer_id"

    def for_user(self, user: Any) -> Self:
        """Rows inside the user's legal entities and, for roles limited to own customers, their own customers."""
        scope = user.scope
        rows = self
        if self.entity_path and not scope.all_entities:
            rows = rows.filter(**{f"{self.entity_path}__in": scope.entity_ids})
        if self.customer_path and scope.own_customers_only:
            rows = rows.filter(self._own_customers(user))
        return rows

    def _own_customers(self, user: Any) -> Q:
        profiles = apps.get_model("receivables", "CustomerProfile").objects
        own = profiles.filter(rep_id=user.pk, valid_to__isnull=True).values("customer_id")
        return Q(**{f"{self.customer_path}__in": own})


class Recorded(models.Model):
    """A fact: when we learned it, and the audit row of the verb that wrote it. Never updated, never deleted."""

    recorded_at = models.DateTimeField()
    audit_seq = models.BigIntegerField()

    class Meta:
        abstract = True


class Tracked(models.Model):
    """A noun with a life: each change of its state carries the audit row of the verb that changed it."""

    audit_seq = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


def currency_field(**options: Any) -> Any:
    """ISO 4217 code, three capital letters."""
    return models.CharField(max_length=3, **options)
