"""Registers the credit floor with Django; at start-up it adds its kind of two-person change and nothing else."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    """The credit floor."""

    name = "credit"
    label = "credit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from receivables.services.changes import KINDS, Kind

        KINDS["credit.limit"] = Kind(
            _("Credit limit"), "credit.limit", "credit.limit", "credit.services.accounts.apply_limit"
        )
