"""Registers the reports floor with Django, and does nothing at start-up."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The reports floor."""

    name = "reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
