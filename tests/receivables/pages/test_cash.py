"""The Cash page: exceptions first, a candidate accepted, an amount chosen by hand, money on account, and everything taken
back.
"""

from django.urls import reverse

from receivables.models import Payment, StatementLine
from receivables.services import matching


def url(name, line):
    return reverse(f"receivables:{name}", args=[line.pk])


def match(bank):
    return matching.match_new_lines(
        account=bank.account, now=bank.world.at(bank.world.today), by=bank.world.by
    )


def test_an_empty_page_teaches_how_to_begin(world, login):
    page = login("accountant").get(reverse("receivables:cash"))
    assert page.status_code == 200 and b"No bank account yet" in page.content


def test_exceptions_stand_first_and_the_best_match_is_told_in_words(world, bank, login):
    world.issue("acme", "100.00")
    bank.lines(("100.00", "", "Acme Tools GmbH"), ("77.00", "?", "Nobody Ltd"))
    match(bank)
    client = login("accountant")
    text = client.get(reverse("receivables:cash")).content.decode()
    assert text.index("Nobody Ltd") < text.index("Acme Tools GmbH")
    line = StatementLine.objects.get(amount=10000)
    detail = client.get(url("cash_line", line), headers={"HX-Request": "true"}).content.decode()
    assert "Only one open item has this amount." in detail and "<html" not in detail


def test_a_candidate_is_accepted_and_undone_from_the_toast(world, bank, login):
    invoice = world.issue("acme", "100.00")
    [line] = bank.lines(("100.00", "", "Acme Tools GmbH"))
    client, entry = login("accountant"), invoice.instalments.get().entry
    done = client.post(
        url("cash_accept", line), {"customer": invoice.customer_id, f"item-{entry.pk}": "100.00"}, follow=True
    )
    assert world.state(invoice) == "PAID" and url("cash_undo", line) in done.content.decode()
    client.post(url("cash_undo", line))
    assert world.open(invoice) == "100.00"
    assert StatementLine.objects.get().state == "NEW"


def test_a_split_and_the_rest_on_account(world, bank, login):
    one, two = world.issue("acme", "100.00"), world.issue("acme", "50.00")
    [line] = bank.lines(("120.00", "?", "Acme Tools GmbH"))
    items = {f"item-{i.instalments.get().entry.pk}": amount for i, amount in ((one, "60.00"), (two, "50.00"))}
    login("accountant").post(url("cash_accept", line), {"customer": one.customer_id, **items})
    assert (world.open(one), world.state(two), world.left(Payment.objects.get())) == (
        "40.00",
        "PAID",
        "10.00",
    )


def test_money_on_account_a_search_and_a_line_set_aside(world, bank, login):
    customer = world.customer("globex")
    first, second = bank.lines(("10.00", "advance"), ("5.00", "interest"))
    client = login("accountant")
    found = client.get(url("cash_find", first), {"q": "globex"}).content.decode()
    assert "Globex Retail BV" in found
    client.post(url("cash_accept", first), {"customer": customer.pk})
    client.post(url("cash_ignore", second), {"reason": "interest"})
    assert sorted(StatementLine.objects.values_list("state", flat=True)) == ["IGNORED", "ON_ACCOUNT"]


def test_the_second_click_of_two_people_is_refused_and_nothing_is_doubled(world, bank, login):
    invoice = world.issue("acme", "100.00")
    [line] = bank.lines(("100.00", "", "Acme Tools GmbH"))
    data = {"customer": invoice.customer_id, f"item-{invoice.instalments.get().entry.pk}": "100.00"}
    client = login("accountant")
    client.post(url("cash_accept", line), data)
    assert client.post(url("cash_accept", line), data, headers={"HX-Request": "true"}).status_code == 409
    assert Payment.objects.count() == 1


def test_a_collector_looks_but_does_not_apply_and_sees_no_account_number(world, bank, login):
    [line] = bank.lines(("100.00", "x", "Acme Tools GmbH", "NL91ABNA0417164300"))
    client = login("collector")
    page = client.get(reverse("receivables:cash")).content.decode()
    assert "Acme Tools GmbH" in page and "NL91ABNA0417164300" not in page
    assert client.post(url("cash_ignore", line), {"reason": "x"}).status_code == 403


def test_the_page_asks_no_more_for_more_lines(world, bank, login, count_queries):
    client = login("accountant")

    def asked():
        with count_queries() as queries:
            assert client.get(reverse("receivables:cash")).status_code == 200
        return len(queries)

    bank.lines(*((f"{n}.00", f"word {n}", "Nobody") for n in range(1, 4)))
    few = asked()
    bank.lines(*((f"{n}.50", f"more {n}", "Nobody") for n in range(1, 40)))
    assert asked() == few
