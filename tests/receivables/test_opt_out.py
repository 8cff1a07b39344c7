"""The page behind "unsubscribe": reading does nothing, the button works for that one address, again and again."""

import pytest
from django.test import Client

from receivables.models import Consent, Customer
from receivables.services import consents

pytestmark = pytest.mark.django_db
ADDRESS = "ap@acme.example"


def link(address=ADDRESS):
    return f"/u/{consents.token('email', address)}/"


def test_bad_input_68_a_scanner_that_reads_unsubscribes_nobody(world):
    for _n in range(3):
        answer = Client().get(link())
        assert answer.status_code == 200
        assert Client().head(link()).status_code == 200
    assert Consent.objects.count() == 0
    assert ADDRESS not in answer.content.decode() and "ap…@acme.example" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"


def test_bad_input_68_one_click_twice_is_one_word_about_that_address_only(mailroom):
    mailroom.contact("acme")
    mailroom.contact("globex")
    before = dict(Customer.objects.values_list("code", "stop_version"))
    for _n in range(2):
        answer = Client(enforce_csrf_checks=True).post(link(), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "no more" in answer.content.decode()
    assert list(Consent.objects.values_list("channel", "address", "given")) == [("email", ADDRESS, False)]
    after = dict(Customer.objects.values_list("code", "stop_version"))
    assert (after["acme"], after["globex"]) == (before["acme"] + 1, before["globex"])


@pytest.mark.parametrize("token", ["x", "", "a" * 700])
def test_bad_input_68_an_altered_link_answers_like_any_other_wrong_one(world, token):
    wrong = link()[:-2] + ("a" if link()[-2] != "a" else "b") + "/"
    for path in (wrong, f"/u/{token or 'y'}/"):
        answer = Client().post(path)
        assert answer.status_code == 404
    assert Consent.objects.count() == 0


def test_the_page_speaks_chinese_when_asked(world):
    assert 'lang="zh-hans"' in Client().get(link() + "?lang=zh-hans").content.decode()
