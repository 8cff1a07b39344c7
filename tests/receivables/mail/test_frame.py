"""The HTML of e-mails: in tables, inline, with nothing from elsewhere, and readable by a parser."""

import re
from html.parser import HTMLParser

import pytest

from receivables.mail.default_templates import defaults
from receivables.rendering import TemplateText, render
from receivables.rules.notice_facts import Recipient
from tests.fixtures.notices import chinese, coming, english

MAILS = [each for each in defaults() if each.channel == "email"]
VOID = {"meta", "br", "!doctype"}


def page(found, **changes):
    build = coming if found.code.startswith(("rep_alert", "friendly")) else english
    if found.language != "en" and build is english:
        build = chinese
    facts = build(page_link="https://duebook.example/c/1/", **changes)
    text = TemplateText(found.subject, found.body, found.language, found.channel, found.audience)
    return render(text, facts).html


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("found", MAILS, ids=lambda each: f"{each.code}-{each.language}")
def test_every_mail_is_well_formed_and_fetches_nothing(found):
    html = page(found)
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    assert not {"img", "script", "link", "iframe", "object", "form", "svg"} & {tag for tag, _ in reader.tags}
    for tag, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "background")]
        if tag == "a":
            assert attributes["href"].startswith("https://")
    assert "url(" not in html and "@import" not in html
    assert html.count('width="600"') == 1 and 'name="color-scheme"' in html


def test_a_customer_mail_carries_address_reference_and_a_way_to_stop_it():
    html = page(next(each for each in MAILS if each.code == "firm_reminder"))
    footer = html[html.rindex("Northwind Tools GmbH · ") :]
    assert "Lindenstraße 14 · 10969 Berlin" in footer and "NW-7F3K2" in footer
    assert 'href="https://northwind.example/stop/abc"' in html
    assert "northwind.example/stop" not in page(next(each for each in MAILS if each.code == "escalation"))


def test_an_opt_out_that_is_a_sentence_is_shown_as_one():
    html = page(next(each for each in MAILS if each.code == "firm_reminder"), opt_out="Reply <STOP> to end.")
    assert "Reply &lt;STOP&gt; to end." in html


def test_there_is_one_button_and_only_where_there_is_a_link():
    found = next(each for each in MAILS if each.code == "firm_reminder")
    assert page(found).count("Pay now") == 1
    without = page(found, payment_link="")
    assert "Pay now" not in without and "<p" in without


def test_figures_stand_right_in_digits_of_one_width():
    html = page(next(each for each in MAILS if each.code == "firm_reminder"))
    cells = re.findall(r'<td[^>]*align="right"[^>]*style="([^"]*)"[^>]*>(?:<b>)?[−]?€', html)
    assert len(cells) == 4 and all("tabular-nums" in style and "text-align:right" in style for style in cells)


def test_the_summary_holds_the_charges_where_the_message_asks_for_them():
    demand = page(next(each for each in MAILS if each.code == "formal_demand"))
    assert "600 26px/32px" in demand and re.search(r"26px/32px[^>]*>€15,777\.92<", demand)
    assert re.search(
        r"26px/32px[^>]*>€15,550\.50<", page(next(e for e in MAILS if e.code == "firm_reminder"))
    )


def test_bad_input_63_nothing_of_a_value_becomes_a_tag_or_leaves_its_attribute():
    name = "\"><img src=x onerror=alert(1)>' <b>x</b> </title> --> ]]> {{x}}"
    found = next(each for each in MAILS if each.code == "firm_reminder")
    entity = english().entity
    reader = Reader()
    reader.feed(
        page(
            found,
            customer=Recipient(name, (name,), name),
            reference=name,
            contract_clause=name,
            sender_name=name,
            entity=type(entity)(name, (name,), entity.bank, name, name, name, name, name),
        )  # fmt: skip
    )
    assert "img" not in {tag for tag, _ in reader.tags} and reader.open == []
    assert [tag for tag, _ in reader.tags].count("b") == 2
