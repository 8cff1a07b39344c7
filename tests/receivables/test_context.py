"""The frame of a page: the menu follows the person's verbs, the switcher their legal entities."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from receivables import context
from receivables.conf import menu


def frame(user, **cookies):
    request = RequestFactory().get("/")
    request.user = user
    request.session = {}
    request.COOKIES.update(cookies)
    return context.of(request)


@pytest.fixture
def every_page(monkeypatch):
    monkeypatch.setattr(context, "address", lambda name: "/" + name.partition(":")[2] + "/")


def keys(shell):
    return {line.key for part in shell.menu for line in part.entries}


def test_a_stranger_has_no_menu(every_page):
    assert frame(AnonymousUser()).menu == ()


def test_a_sales_rep_is_not_offered_the_bank(world, every_page):
    offered = keys(frame(world.user("sales_rep")))
    assert {"requests", "invoices", "customers"} <= offered
    assert not {"cash", "bank_accounts", "imports", "audit", "settings"} & offered


def test_an_accountant_is_offered_cash_with_its_count(world, every_page):
    lines = {line.key: line for part in frame(world.user("accountant")).menu for line in part.entries}
    assert lines["cash"].count == 0
    assert lines["invoices"].count is None


def test_a_page_that_does_not_exist_here_is_left_out(world):
    assert context.address("receivables:no_such_page") == ""


def test_settings_are_offered_to_the_administrator_only(world, every_page):
    assert "settings" in keys(frame(world.user("admin")))
    assert "settings" not in keys(frame(world.user("cfo")))


def test_the_only_legal_entity_is_chosen_by_itself(world):
    someone = world.user("accountant", all_entities=False)
    entity = world.legal_entity("ONE", "Nordlicht GmbH", "EUR", "UTC", "DE")
    someone.entities.add(entity)
    someone.__dict__.pop("scope", None)
    assert frame(someone).entity == context.Books(entity.pk, "Nordlicht GmbH")


def test_the_frame_is_made_once_and_asks_nothing_until_it_is_drawn(world, django_assert_num_queries):
    someone = world.user("accountant")
    with django_assert_num_queries(0):
        shell = frame(someone, duebook_density="compact", duebook_keys="nonsense")
        assert (shell.density, shell.keys, shell.person) == ("compact", "", "accountant")


def test_every_shipped_role_has_a_name_in_words(world):
    from receivables.access_table import ROLES

    assert list(context.role_words()) == list(ROLES)
    assert frame(world.user("finance_manager")).role_words == "Finance manager"


def test_counts_are_named_by_functions_that_exist(world):
    from django.utils.module_loading import import_string

    someone = world.user("accountant")
    for section in menu.MENU:
        for entry in section.entries:
            assert not entry.count or import_string(entry.count)(someone) >= 0
