"""The tags page writers use: what they draw, what they escape, what they say to those who do not see colours."""

from datetime import date

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import RequestFactory

from receivables.rules.aging import prove
from receivables.rules.money import Money
from receivables.templatetags.shell import undo_url
from receivables.templatetags.states import STATES, way


def draw(source, path="/", **values):
    return Template(source).render(Context({"request": RequestFactory().get(path), **values}))


def test_money_takes_minor_units_or_money_and_shows_a_dash_for_none():
    assert ">€1,234.50<" in draw('{% money 123450 "EUR" %}')
    assert ">−€0.05<" in draw("{% money m %}", m=Money(-5, "EUR"))
    assert "–" in draw('{% money nothing "EUR" %}', nothing=None)


def test_an_aging_bar_says_its_amounts_and_fills_its_width():
    bar = draw('{% aging_bar b "EUR" %}', b=[100, 0, 200, 0, 100])
    assert 'aria-label="Not due €1.00, 31 to 60 days €2.00, Over 90 days €1.00"' in bar
    assert '<rect class="b0" x="0.00%" y="0" width="25.00%"' in bar
    assert '<rect class="b4" x="75.00%" y="0" width="25.00%"' in bar


def test_an_aging_bar_of_nothing_says_so():
    assert 'aria-label="Nothing open"' in draw('{% aging_bar b "EUR" %}', b=[0, 0, 0, 0, 0])


def test_an_aging_bar_refuses_another_number_of_buckets():
    with pytest.raises(ValueError, match="zip"):
        draw('{% aging_bar b "EUR" %}', b=[1, 2, 3])


def test_the_sum_proof_is_calm_when_it_holds_and_an_alert_when_it_does_not():
    holds = prove(currency="EUR", buckets=[100, 50], undated=0, unapplied=20, ledger=130)
    broken = prove(currency="CNY", buckets=[100], undated=0, unapplied=0, ledger=90)
    assert "Ties to the ledger" in draw("{% sum_proof p %}", p=[holds])
    loud = draw("{% sum_proof p %}", p=[holds, broken])
    assert 'class="proof broken"' in loud
    assert 'role="alert"' in loud
    assert "Does not tie" in loud
    assert 'difference <span class="money">CN¥0.10</span>' in loud


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2026, 11, 20), "1 day overdue"),
        (date(2026, 8, 9), "104 days overdue"),
        (date(2026, 11, 21), "Due today"),
        (date(2026, 11, 24), "Due in 3 days"),
        (None, "No due date"),
    ],
)
def test_days_past_due_are_words(due_on, words):
    assert draw("{% since_due d t %}", d=due_on, t=date(2026, 11, 21)) == words


def test_every_state_of_every_noun_has_its_word():
    from receivables.models import Customer, Dispute, ImportFile, Invoice, Statement, StatementLine, WorkItem

    nouns = {
        "invoice": Invoice, "dispute": Dispute, "work": WorkItem, "line": StatementLine,
        "statement": Statement, "import": ImportFile, "customer": Customer,
    }  # fmt: skip
    for kind, noun in nouns.items():
        assert set(noun.State.values) <= set(STATES[kind]), kind


def test_a_name_is_escaped_wherever_it_stands():
    evil = '<img src=x onerror="alert(1)">'
    for source in (
        "{% tag evil %}", "{% state_tag evil %}", "{% kpi evil evil note=evil %}", "{% empty_state evil evil evil evil %}",
        "{% panel evil note=evil %}{{ evil }}{% endpanel %}", "{% button evil url=evil key=evil %}",
        "{% confirm evil action=evil yes=evil %}{{ evil }}{% endconfirm %}", '{% sort_th evil "name" %}',
    ):  # fmt: skip
        assert "<img" not in draw(source, evil=evil), source


def test_the_way_of_an_invoice_is_lit_at_its_state():
    path = ("DRAFT", "REQUESTED", "ISSUED", "SENT", "PAID")
    assert [node["status"] for node in way(path, "ISSUED")] == ["done", "done", "current", "ahead", "ahead"]


def test_a_cancelled_invoice_leaves_the_way_after_what_it_passed():
    nodes = way(("DRAFT", "ISSUED", "SENT", "PAID"), "CANCELLED", notes={"DRAFT": "3 Nov", "ISSUED": "5 Nov"})
    assert [(node["label"], node["status"]) for node in nodes] == [
        ("Draft", "done"), ("Issued", "done"), ("Cancelled", "current"),
    ]  # fmt: skip


class Filter(forms.Form):
    q = forms.CharField(label="Search", required=False)
    state = forms.ChoiceField(label="State", choices=[("", "All"), ("SENT", "Sent")], required=False)


def test_each_filter_is_a_chip_that_leaves_the_others_in_place():
    path = "/?q=acme&state=SENT&sort=-due&after=9"
    page = draw("{% filter_bar f %}", path=path, f=Filter({"q": "acme", "state": "SENT"}))
    assert "State: Sent" in page
    assert 'href="?q=acme&amp;sort=-due"' in page
    assert 'href="?sort=-due"' in page  # reset
    assert '<input type="hidden" name="sort" value="-due">' in page


def test_a_sorted_column_turns_round_and_goes_back_to_the_first_page():
    assert 'href="?sort=-due"' in draw('{% sort_th "Due" "due" %}', path="/?sort=due&after=9")
    assert 'aria-sort="ascending"' in draw('{% sort_th "Due" "due" %}', path="/?sort=due")


def test_the_pager_keeps_the_filters():
    page = draw("{% pager next_key=41 shown=50 total=1284 %}", path="/?q=acme&after=3")
    assert 'href="?q=acme&amp;after=41"' in page
    assert "50 of 1,284 rows" in page
    assert "before" not in page


def test_a_field_ties_its_error_and_its_help_to_the_input():
    class Ask(forms.Form):
        tax_id = forms.CharField(label="Tax id", help_text="As on the licence.")

    page = draw("{% field f.tax_id example='91310000MA1FL4AX0B' %}", f=Ask({}))
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_tax_id_helptext id_tax_id_error"' in page
    assert 'id="id_tax_id_helptext"' in page
    assert 'id="id_tax_id_error"' in page
    assert "For example 91310000MA1FL4AX0B" in page


def test_an_undo_points_into_our_own_house_only():
    assert undo_url(Message(constants.SUCCESS, "x", "undo:/cash/7/undo")) == "/cash/7/undo"
    assert undo_url(Message(constants.SUCCESS, "x", "undo://evil.example")) == ""
    assert undo_url(Message(constants.SUCCESS, "x", "undo:https://evil.example")) == ""
    assert undo_url(Message(constants.SUCCESS, "x")) == ""
