"""The examples of docs/api.md: each curl line is run, as the page says it, and succeeds."""

import re
import shlex

from django.core.files.uploadedfile import SimpleUploadedFile

from receivables.models import BankAccount
from tests.fixtures.api import Api
from tests.fixtures.world import DAY_0
from tests.house import files

PAGE = (files.ROOT / "docs" / "api.md").read_text(encoding="utf-8")
MT940 = (
    ":20:1\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260301EUR0,00\r\n:61:2603020302C10,00NTRFNONREF\r\n"
    ":86:payment INV-1\r\n:62F:C260302EUR10,00\r\n-\r\n"
)


def examples():
    """Every curl of the page as words."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        for line in block.replace("\\\n", " ").strip().splitlines():
            yield shlex.split(line)


def run(caller, words):
    """What curl would send, sent by the test's client."""
    method, path, headers, body, form = "GET", "", {}, None, {}
    pairs = iter(words[1:])
    for word in pairs:
        if word == "-X":
            method = next(pairs)
        elif word == "-H":
            name, _colon, value = next(pairs).partition(": ")
            headers[name] = value.replace("$TOKEN", caller.secret)
        elif word == "-d":
            body = next(pairs)
        elif word == "-F":
            name, _eq, value = next(pairs).partition("=")
            form[name] = SimpleUploadedFile(value[1:], MT940.encode()) if value.startswith("@") else value
        elif word != "-s":
            path = word.removeprefix("$BASE")
    if form:
        return caller.client.post(path, form, headers=headers)
    kind = headers.pop("Content-Type", "application/json")
    return caller.client.generic(method, path, body or "", content_type=kind, headers=headers)


def test_003_39_every_example_of_the_page_works(world):
    caller = Api(world.user("finance_manager"))
    invoice = world.issue("acme", "80.00", due_on=DAY_0, number="INV-1")
    BankAccount.objects.create(
        entity=world.entity, name="main", iban="DE02120300000000202051", currency="EUR"
    )
    real = {
        "/api/customers/1": f"/api/customers/{invoice.customer_id}",
        "customer=1": f"customer={invoice.customer_id}",
        '"entity": 1': f'"entity": {world.entity.pk}',
        '"customer": 1': f'"customer": {invoice.customer_id}',
        "account=1": f"account={BankAccount.objects.get().pk}",
    }
    seen = 0
    for words in examples():
        filled = list(words)
        for shown, meant in real.items():
            filled = [word.replace(shown, meant) for word in filled]
        answer = run(caller, filled)
        assert answer.status_code in (200, 201), (filled, answer.content[:500])
        if words[-1].startswith('{"entity"'):
            real["/api/payments/1/"] = f"/api/payments/{answer.json()['id']}/"
        seen += 1
    assert seen > 9


def test_the_page_is_short():
    assert len(PAGE.splitlines()) <= 130
