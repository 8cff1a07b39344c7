"""Every page of a living company in a real browser: no sideways scroll, nothing in the console, nothing asked of another host."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client

from dunning.models import HandOver, InterestNote, Notice, PaymentPlan, PolicyVersion, PromiseToPay
from receivables.models import (
    Charge,
    Contact,
    Customer,
    Dispute,
    Invoice,
    Message,
    Payment,
    StatementLine,
    User,
)
from reports.sandbox import build
from tests import screenshots

pytestmark = pytest.mark.browser
PEOPLE = {"fiona": "en", "admin": "zh-hans"}
SIZES = ("desk", "phone", "narrow")
ONE_OF_EACH = {
    "customers": Customer, "disputes": Dispute, "payments": Payment, "outbox": Message, "notices": Notice, "contacts": Contact,
    "promises": PromiseToPay, "plans": PaymentPlan, "charges": Charge, "handovers": HandOver, "interest/notes": InterestNote,
    "policies/versions": PolicyVersion,
}  # fmt: skip
OF_A_CUSTOMER = ("", "credit/", "collections/", "interest/", "why/", "call/", "block/", "promise/", "plan/", "handover/",
                 "notices/new/", "statement/", "contacts/new/")  # fmt: skip


@pytest.fixture
def company(transactional_db, tmp_path):
    """The demo company, small; the pages of one thing of each kind beside the lists."""
    build.build(
        today=date(2026, 11, 20),
        now=datetime(2026, 11, 20, 15, tzinfo=UTC),
        customers=20,
        seed=5,
        say=lambda _text: None,
        truth_path=tmp_path / "truth.json",
    )
    newest = {word: model.objects.order_by("-pk").first() for word, model in ONE_OF_EACH.items()}
    assert newest["notices"] and newest["outbox"] and newest["promises"], (
        "the nights of the demo said nothing"
    )
    paths = [f"/{word}/{row.pk}/" for word, row in newest.items() if row]
    paths += [f"/customers/{newest['notices'].customer_id}/{part}" for part in OF_A_CUSTOMER]
    paths += [
        f"/invoices/{pk}/"
        for pk in Invoice.objects.filter(number__isnull=False)
        .order_by("-pk")
        .values_list("pk", flat=True)[:2]
    ]
    paths += [
        f"/cash/{pk}/" for pk in StatementLine.objects.filter(state="NEW").values_list("pk", flat=True)[:1]
    ]
    return [*screenshots.pages(), *paths]


@pytest.mark.parametrize("size", SIZES)
def test_003_43_pages_fit_keep_quiet_and_ask_no_other_host(company, open_page, live_server, size):
    own, strangers, wide, broken = urlsplit(live_server.url).netloc, set(), [], []
    for name, language in PEOPLE.items():
        user = User.objects.get(username=name)
        page = open_page("/", user=user, size=size, language=language)
        page.on(
            "request",
            lambda asked: strangers.add(asked.url) if urlsplit(asked.url).netloc not in (own, "") else None,
        )
        for path in shown_to(user, company, broken):
            page.goto(live_server.url + path)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((name, path))
    assert (strangers, wide, broken) == (set(), [], [])


def shown_to(user, paths, broken):
    """The pages that answer this person with HTML; what answers with a server error is noted."""
    client = Client()
    client.force_login(user)
    for path in paths:
        answer = client.get(path)
        if answer.status_code >= 500:
            broken.append((user.username, path))
        elif answer.status_code == 200 and not answer.streaming and b"<html" in answer.content:
            yield path  # parts of pages that scripts fetch are no pages
