"""Coming and going: the log-in, the choices of language, looks and legal entity, the start page, and error pages."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from receivables import context
from receivables.models import User


@pytest.fixture
def globex_rep(world):
    return world.user("sales_rep", "li.na", language="zh-hans")


def test_the_start_page_asks_a_stranger_to_log_in(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=/")


def test_a_wrong_password_is_answered_with_what_to_do(client, globex_rep):
    answer = client.post("/login/", {"username": "li.na", "password": "not this one"})
    assert answer.status_code == 200
    assert "do not belong together" in answer.content.decode()


def test_a_password_longer_than_4096_characters_is_not_even_hashed(client, globex_rep, monkeypatch):
    monkeypatch.setattr("django.contrib.auth.authenticate", pytest.fail)
    answer = client.post("/login/", {"username": "li.na", "password": "x" * 4097})
    assert answer.status_code == 400


def test_after_log_in_the_pages_speak_the_persons_language(client, globex_rep):
    answer = client.post("/login/", {"username": "li.na", "password": "a long enough password"})
    assert answer.status_code == 302
    assert client.cookies["django_language"].value == "zh-hans"


def test_a_language_chosen_in_this_browser_goes_before_the_persons_own(client, globex_rep):
    client.post("/preferences/", {"language": "en"})
    client.post("/login/", {"username": "li.na", "password": "a long enough password"})
    assert client.cookies["django_language"].value == "en"


def test_the_log_in_page_is_in_chinese_for_a_chinese_browser(client, db):
    page = client.get("/login/", headers={"accept-language": "zh-CN"}).content.decode()
    assert "<h1>登录</h1>" in page
    assert 'lang="zh-hans"' in page


def test_demo_people_are_offered_in_the_demo_company_only(client, globex_rep, settings):
    settings.DUEBOOK_DEMO = False
    assert "li.na" not in client.get("/login/").content.decode()
    settings.DUEBOOK_DEMO = True
    assert "li.na" in client.get("/login/").content.decode()


def test_logging_out_needs_a_post(login):
    someone = login("accountant")
    assert someone.get("/logout/").status_code == 405
    assert someone.post("/logout/").status_code == 302
    assert someone.get("/").status_code == 302


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_choice_never_leads_to_a_strangers_address(client, db, next_url):
    assert client.post("/preferences/", {"language": "en", "next": next_url})["Location"] == "/"


@pytest.mark.parametrize("language", ["xx", "de", "../en", ""])
def test_an_unknown_language_changes_nothing(client, db, language):
    client.post("/preferences/", {"language": language})
    assert "django_language" not in client.cookies


def test_a_look_is_kept_and_can_be_given_back(client, db):
    client.post("/preferences/", {"theme": "dark"})
    assert 'data-bs-theme="dark"' in client.get("/login/").content.decode()
    client.post("/preferences/", {"theme": ""})
    assert "data-bs-theme" not in client.get("/login/").content.decode()


def test_a_look_we_do_not_know_is_not_written_into_the_page(client, db):
    client.cookies["duebook_theme"] = '"><script>'
    assert "data-bs-theme" not in client.get("/login/").content.decode()


def test_only_legal_entities_of_ones_own_can_be_chosen(login, world):
    ours = world.legal_entity("OURS", "Nordlicht GmbH", "EUR", "UTC", "DE")
    other = world.legal_entity("OTHER", "Südlicht GmbH", "EUR", "UTC", "DE")
    someone = login("accountant", all_entities=False)
    User.objects.get(username="accountant").entities.add(ours)
    someone.post("/preferences/", {"entity": other.pk})
    assert context.ENTITY_KEY not in someone.session
    someone.post("/preferences/", {"entity": ours.pk})
    assert someone.session[context.ENTITY_KEY] == ours.pk


def test_a_person_without_a_role_is_told_whom_to_ask(world):
    someone = Client()
    someone.force_login(User.objects.create_user("nobody"))
    page = someone.get("/").content.decode()
    assert "Ask your administrator" in page


def test_the_style_guide_is_hidden_outside_debug(client, db, settings):
    settings.DEBUG = False
    assert client.get(reverse("receivables:styleguide")).status_code == 404


def test_an_unknown_address_is_answered_with_what_to_do(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "Check the address" in answer.content.decode()


def test_the_page_for_our_own_faults_needs_neither_request_nor_database():
    assert "not saved, not even in part" in render_to_string("500.html")
