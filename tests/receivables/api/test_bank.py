"""Bank files and lines over the API: taken in whole and once, applied by a person, wrong files refused."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from receivables.models import BankAccount, Payment, StatementLine

MT940 = (
    ":20:1\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260301EUR0,00\r\n:61:2603020302C10,00NTRFNONREF\r\n"
    ":86:payment of somebody\r\n:62F:C260302EUR10,00\r\n-\r\n"
)


@pytest.fixture
def upload(api, world):
    account = BankAccount.objects.create(
        entity=world.entity, name="main", iban="DE02120300000000202051", currency="EUR"
    )
    mine = api("accountant")

    def send(data=MT940, key="", **form):
        headers = {"Authorization": f"Bearer {mine.secret}"} | ({"Idempotency-Key": key} if key else {})
        file = SimpleUploadedFile("s.sta", data.encode() if isinstance(data, str) else data)
        return mine.client.post(
            "/api/bank/statements", {"file": file, "account": account.pk, **form}, headers=headers
        )

    return mine, send


def test_003_39_a_file_is_taken_in_once_with_a_key_or_without(upload):
    mine, send = upload
    first, again, bare = send(key="k"), send(key="k"), send()
    assert first.status_code == 201, first.content
    assert first.content == again.content and again["Idempotency-Replayed"] == "true"
    assert bare.json()["known"] is True and StatementLine.objects.count() == 1
    assert send(MT940.replace("10,00", "11,00"), key="k").json()["code"] == "key_reused"


def test_003_39_a_line_is_applied_to_an_open_item_and_freed_again(upload, world):
    mine, send = upload
    invoice = world.issue("acme", "10.00")
    send()
    (line,) = mine.get("bank/lines?state=NEW").json()["items"]
    assert line["amount"] == "10.00" and mine.get(f"bank/lines/{line['id']}/proposals").status_code == 200
    body = {
        "customer": invoice.customer_id,
        "items": [{"entry": invoice.instalments.get().entry_id, "amount": "10.00"}],
    }
    made = mine.post(f"bank/lines/{line['id']}/accept", body)
    assert made.status_code == 201 and made.json()["bank_line"] == line["id"]
    assert mine.get(f"invoices/{invoice.pk}").json()["state"] == "PAID"
    assert mine.post(f"bank/lines/{line['id']}/accept", body).status_code == 409
    assert mine.post(f"bank/lines/{line['id']}/undo").json()["state"] == "NEW"


@pytest.mark.parametrize(
    ("data", "status"), [(b"", 422), (b"%PDF-1.4 x", 415), (b"MZ\x00\x01", 415)], ids=["empty", "pdf", "exe"]
)
def test_bad_input_22_a_file_of_another_kind_is_refused_whole(upload, data, status):
    _mine, send = upload
    answer = send(data)
    assert answer.status_code in (status, 422) and answer.json()["code"], answer.content
    assert not StatementLine.objects.exists() and not Payment.objects.exists()


def test_bad_input_29_too_large_a_file_is_413(upload, settings):
    settings.UPLOAD_MAX_BYTES = 10
    assert upload[1]().status_code == 413
