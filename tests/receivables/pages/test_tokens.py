"""The page of keys: shown once, revoked by their owner."""

from django.urls import reverse

from receivables.models import ApiToken, User
from receivables.services import tokens
from tests.fixtures.world import DAY_0


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_a_key_is_shown_once_and_revoked(world, login):
    client = login("accountant")
    made = client.post(
        address("tokens"), {"label": "ERP", "user": User.objects.get().pk, "verbs": ["customer.view"]}
    )
    secret = made.context["secret"]
    assert tokens.find(secret, world.at(DAY_0)) is not None
    assert secret not in client.get(address("tokens")).content.decode()
    other = login("collector")
    assert other.post(address("token_revoke", ApiToken.objects.get().pk)).status_code == 404
    client.post(address("token_revoke", ApiToken.objects.get().pk))
    assert ApiToken.objects.get().revoked_at is not None
