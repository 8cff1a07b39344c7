"""Registers the credit floor with Django, and does nothing at start-up."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """The credit floor."""

    name = "credit"
    label = "credit"
    default_auto_field = "django.db.models.BigAutoField"
