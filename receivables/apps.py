"""Registers the receivables floor with Django, and does nothing at start-up."""

from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    """The receivables floor."""

    name = "receivables"
    label = "receivables"
    default_auto_field = "django.db.models.BigAutoField"
