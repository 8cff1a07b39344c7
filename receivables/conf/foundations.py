"""What `manage.py init` and the demo lay besides roles: verbs by dotted name, called with `now` and `by`, safe to repeat."""

from typing import Any

from django.utils.module_loading import import_string

FOUNDATIONS: tuple[str, ...] = ("dunning.services.policies.install_defaults",)


def lay(**told: Any) -> None:
    """Calls each of them, in this order, with the caller's `now` and `by`."""
    for name in FOUNDATIONS:
        import_string(name)(**told)
