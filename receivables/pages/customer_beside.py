"""Pages beside a customer's own: addresses of other rooms and of upper floors, where this installation has them."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from receivables import access
from receivables.models import Customer, User


def url(name: str, tail: int | str = "") -> str:
    """The address of a page of another room, or "" where this installation has none. `tail` is an id, or a query."""
    try:
        return reverse(name, args=[tail]) if isinstance(tail, int) else reverse(name) + tail
    except NoReverseMatch:
        return ""


def beside(customer: Customer, user: User) -> list[tuple[str, str]]:
    """Pages of upper floors about this customer, as words and address."""
    pages = (
        (_("Credit"), "credit:customer", "credit.view"),
        (_("Late interest"), "dunning:interest_terms", "interest.view"),
    )
    found = [(words, url(name, customer.pk)) for words, name, verb in pages if access.may(user, verb)]
    return [(words, address) for words, address in found if address]
