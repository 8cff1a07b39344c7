"""The page of a legal entity and its number series."""

from django.urls import reverse

from receivables.models import LegalEntity


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_a_legal_entity_and_its_series_are_set_on_their_page(world, login):
    client = login("admin")
    page = address("entity_edit", world.entity.pk)
    form = {
        "name": "Nordlicht AG", "code": "NL", "country": "DE", "time_zone": "Europe/Berlin", "currency": "EUR",
        "work_starts": "08:00", "work_ends": "16:30", "aging_buckets": "15,30",
    }  # fmt: skip
    assert client.post(page, {**form, "aging_buckets": "30,x"}).status_code == 422
    assert client.post(page, form).status_code == 302
    assert LegalEntity.objects.get().name == "Nordlicht AG"
    assert (
        client.post(
            address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "5"}
        ).status_code
        == 302
    )
    assert "N-" in client.get(page).content.decode()
    assert (
        client.post(
            address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "99"}
        ).status_code
        == 422
    )
