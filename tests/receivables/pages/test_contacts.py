"""The pages of contacts: added, edited, flagged and retired."""

from django.urls import reverse

from receivables.models import Contact


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_contacts_are_added_edited_flagged_and_retired_on_their_pages(world, login):
    customer = world.customer("acme")
    client = login("collector")
    form = {
        "name": "Mia",
        "role": "billing",
        "channel": "email",
        "email": "mia@acme.example",
        "language": "en",
    }
    assert client.post(address("contact_new", customer.pk), {**form, "email": "mia"}).status_code == 422
    assert client.post(address("contact_new", customer.pk), form).status_code == 302
    contact = Contact.objects.get()
    client.post(address("contact_flag", contact.pk), {"reason": "came back"})
    assert "cannot be reached" in client.get(address("customer", customer.pk)).content.decode()
    assert "Contact cannot be reached" in client.get(address("customers")).content.decode()
    stale = client.post(address("contact_edit", contact.pk), {**form, "name": "Mia Ro", "version": "1"})
    assert stale.status_code == 409
    assert (
        client.post(
            address("contact_edit", contact.pk), {**form, "email": "m@acme.example", "version": "2"}
        ).status_code
        == 302
    )
    contact.refresh_from_db()
    assert contact.undeliverable_since is None
