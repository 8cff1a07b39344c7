"""Registers the dunning floor with Django, and does nothing at start-up."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """The dunning floor."""

    name = "dunning"
    label = "dunning"
    default_auto_field = "django.db.models.BigAutoField"
