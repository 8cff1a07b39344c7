"""Panels that upper floors put on the customer page, by the names of their addresses: this floor imports none of them.

Each address takes the customer's id and answers a fragment; a name that does not exist yet is left out.
"""

from typing import Any

from django.urls import NoReverseMatch, reverse

from receivables import access

CUSTOMER: tuple[tuple[str, str], ...] = (
    ("dunning:why", "notice.view"),
    ("dunning:customer_panel", "promise.view"),
    ("credit:customer_panel", "credit.view"),
)
"""(address name, verb of the access matrix), in the order shown."""


def of_customer(customer: Any, user: Any) -> list[str]:
    """Addresses of the panels that exist and that the person may see."""
    return [url for name, verb in CUSTOMER if access.may(user, verb) and (url := _address(name, customer.pk))]


def _address(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
