"""Registers the receivables floor with Django; at start-up it only brings in the checks of the settings."""

from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    """The receivables floor."""

    name = "receivables"
    label = "receivables"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from receivables.conf import checks  # noqa: F401  # registers itself; needs the loaded settings
