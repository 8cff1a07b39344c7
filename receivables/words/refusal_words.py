"""English sentences of the rules and the adapters in the reader's language: what they say stands here as patterns with figures.

The rules know no language. Where one of their sentences reaches a page, its pattern is found, its figures are taken out and the
translation of the pattern is filled with them. A sentence without a pattern is shown as it is. Nothing is decided here.
"""

import re
from functools import cache

from django.utils.translation import get_language, gettext

from receivables.words import file_words, template_words

_N = file_words.marked
_FIGURE = re.compile(r"%\((\w+)\)s")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9+'])")
_LONGEST = 2000
_LOOSE = 8
_COUNTS = frozenset({"at", "cells", "count", "least", "length", "limit", "more", "most", "size", "width"})

SENTENCES: tuple[str, ...] = (
    # amounts, currencies and rates
    _N("An amount is a decimal string, not %(given)s."),
    _N("%(value)s is not an amount."),
    _N("%(value)s is not a plain decimal number such as 1234.50."),
    _N("%(value)s has %(decimals)s decimals; %(currency)s has %(allowed)s."),
    _N("The amount is larger than the books can hold."),
    _N("%(value)s is not an ISO 4217 currency code such as EUR."),
    _N("%(value)s is not a rate."),
    # terms and dates
    _N("The due date lies beyond the calendar."),
    _N("The percentages sum to %(sum)s, not to 100."),
    _N("The percentages of the instalments must be above zero and sum to 100."),
    _N("The terms fix an amount in %(fixed)s, the invoice is in %(given)s."),
    _N("The deadline lies more than %(days)s days ahead."),
    _N("%(days)s business days are more than %(most)s."),
    _N("Hours must not be negative."),
    _N("%(hours)s hours are no deadline."),
    _N("%(value)s is not a time zone such as Europe/Berlin."),
    _N("No holiday table for %(place)s."),
    _N("The first date %(first)s is after the last date %(last)s."),
    # aging buckets
    _N("Give 1 to %(most)s bucket edges in days."),
    _N("Bucket edges must rise, such as 30,60,90."),
    _N("Edges before the due date need the edge 0 as well."),
    _N("%(value)s is neither due nor document."),
    _N("%(value)s is not a list of days such as 30,60,90."),
    # master data
    _N("This is needed."),
    _N("%(length)s characters are too many; at most %(limit)s fit."),
    _N("%(value)s is not an e-mail address: %(why)s."),
    _N("%(value)s is not a telephone number."),
    _N("%(value)s is not a country."),
    _N("%(value)s is not a language. Right: a language tag. Example: en or zh-hans."),
    _N("%(value)s is not a time zone. Right: area and city. Example: Europe/Berlin."),
    _N("An address is given by its parts, such as street and city."),
    _N("%(count)s fields need your attention: %(names)s."),
    _N("%(value)s is no account number."),
    _N("an IBAN, or 4 to 34 letters and digits"),
    _N("one address: a name, @ and a domain"),
    _N("+, country code and number"),
    _N("the two letters of ISO 3166"),
    # tax ids and accounts
    _N("Right: %(hint)s. Example: %(example)s."),
    _N("%(value)s is not well formed."),
    _N("This cannot be a tax id."),
    _N("This is not an IBAN: wrong length or characters."),
    _N("The check digits of the IBAN do not fit: a digit is mistyped."),
    _N("The IBAN's check digits fit, but those of the national account number do not."),
    _N("%(value)s: the check digit does not fit; please compare it with the customer's papers."),
    _N("No format is known for %(kind)s; the id was taken as it stands."),
    _N("country, 2 check digits and up to 30 characters, as the country sets"),
    _N("the country and its number"),
    _N(
        "18 characters: 2 for the registering body, 6 digits of region, 10 more; letters without I, O, S, V, Z"
    ),
    _N("15 characters: 6 digits of region, 9 more"),
    _N("18 characters of an identity card"),
    _N("9 digits, MVA when registered for VAT"),
    _N("15 characters: 2 digits of the state, 10 of the PAN, 3 more"),
    _N("8 digits of the business registration"),
    _N("13 digits, T in front for invoices"),
    _N("10 digits, the first 0 or 1"),
    _N("12 digits, the last two 01"),
    _N("9 characters, 7 digits in the middle"),
    _N("2 characters (no I, no O) and 9 digits"),
    _N("7 characters and 1 or 2 letters"),
    _N("%(count)s digits for a person"),
    _N("%(least)s to %(most)s digits"),
    _N("%(least)s or %(most)s digits"),
    _N("%(least)s to %(most)s characters"),
    _N("%(count)s digits (%(more)s for a branch)"),
    _N("%(count)s digits, %(more)s for a branch"),
    _N("8 or 9 characters, the last a digit or K"),
    _N("9 digits, B and 2 digits"),
    _N("9 digits, 12 or 14 with the branch"),
    _N("9 digits, or 15 characters such as 123026635RT0001"),
    _N("8 or 9 digits and a letter, or R/S/T, 2 digits, 2 letters, 4 digits, a letter"),
    _N("15 digits, 3 at both ends"),
    _N("14 characters (CNPJ)"),
    _N("11 digits (ABN)"),
    _N("9 digits, written 12-3456789"),
    _N("3 or 4 letters, 6 digits, 3 characters"),
    _N("11 digits for a person (CPF)"),
    _N("%(count)s digits and a letter"),
    _N("%(count)s digits"),
    _N("%(count)s characters"),
    _N("%(start)s and %(rest)s"),
    _N("%(one)s; or %(other)s"),
    # conditions and flows
    _N("The condition cannot be read at position %(at)s: %(what)s."),
    _N("The condition cannot be read."),
    _N("%(text)s is not understood"),
    _N("there are no functions"),
    _N("a list stands only after 'in'"),
    _N("an amount is compared with an amount, as in %(fact)s >= 10000.00 EUR"),
    _N("%(fact)s can only stand beside an amount and a comparison"),
    _N("%(name)s is not a fact here. Allowed are: %(allowed)s."),
    _N("The condition has %(length)s characters; %(most)s are allowed."),
    _N("The condition is nested deeper than %(most)s levels."),
    _N("The condition compares things of different kinds: %(detail)s."),
    _N("A condition must answer yes or no."),
    _N("A flow has 1 to %(most)s steps."),
    _N("The code of a step is upper case letters, digits and _."),
    _N("A step has a label of 1 to %(most)s characters."),
    _N("The time limit is 1 to %(most)s working hours."),
    _N("Checks are up to %(most)s short texts."),
    _N("A check stands twice."),
    _N("%(value)s is not a role."),
    _N("The step %(code)s stands twice in the flow."),
    # tables of requests
    _N("The file lacks the columns %(columns)s. Use the template."),
    _N("The column %(column)s stands twice."),
    _N("%(column)s is empty."),
    _N("Write yes or no."),
    _N("The file is empty."),
    # late interest and fees
    _N("%(value)s is not a rate in percent such as 12.25."),
    _N("%(value)s is not a date such as 2026-01-31."),
    _N("The period ends before it begins."),
    _N("Say where the rate was published."),
    _N("No rate of %(series)s is known for %(day)s (%(half)s)."),
    _N("Add it to the rate table."),
    _N("Two rates of %(series)s hold on %(day)s."),
    _N("An agreed rate is not below zero."),
    _N("Say when the contract was made."),
    _N("The agreed %(rate)s percent is below %(floor)s percent, the least the law allows."),
    _N("The fixed sum depends on what the debt is worth in %(currency)s."),
    _N("There is no interest pack %(pack)s."),
    _N("The fee has no amount in %(currency)s or %(home)s."),
    _N("A fee is not below zero."),
    _N("There is no rate from %(source)s to %(target)s."),
    _N("An order is above zero."),
)


def said(sentence: str) -> str:
    """A sentence, or several, in the reader's language; as it is where the language is English or no pattern fits."""
    if (get_language() or "en").startswith("en") or not sentence or len(sentence) > _LONGEST:
        return sentence
    return _several(sentence)


def _several(sentence: str) -> str:
    """Run by run: the longest that is known is translated, a sentence that is not known stays."""
    parts, said_so_far = _SENTENCE_END.split(sentence), ""
    while parts:
        runs = ((count, _one(" ".join(parts[:count]))) for count in range(len(parts), 0, -1))
        count, found = next(((count, found) for count, found in runs if found), (1, ""))
        gap = " " if said_so_far and (not found or said_so_far[-1].isascii()) else ""
        said_so_far += gap + (found or parts[0])
        parts = parts[count:]
    return said_so_far


def _one(sentence: str) -> str:
    for shape, pattern in _shapes():
        found = shape.fullmatch(sentence)
        if found:
            figures = {name: _one(value) or value for name, value in found.groupdict().items()}
            if len(_FIGURE.sub("", pattern)) < _LOOSE and any(_foreign(value) for value in figures.values()):
                continue
            return gettext(pattern) % figures if figures else gettext(pattern)
    return ""


def _foreign(value: str) -> bool:
    """Still English words, and more than one: a pattern of hardly any words of its own would say half of the sentence."""
    return " " in value and value.isascii()


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns as expressions, those with the most words of their own first."""
    known = sorted(
        {*SENTENCES, *file_words.SENTENCES, *template_words.SENTENCES},
        key=lambda each: -len(_FIGURE.sub("", each)),
    )
    return tuple((re.compile(_expression(each), re.S), each) for each in known)


def _expression(pattern: str) -> str:
    """A figure is a number where its name says so, else anything but the end of a sentence."""
    parts = _FIGURE.split(pattern)
    return "".join(_figure(part) if i % 2 else re.escape(part) for i, part in enumerate(parts))


def _figure(name: str) -> str:
    return f"(?P<{name}>[0-9,]+)" if name in _COUNTS else rf"(?P<{name}>(?:(?!\. [A-Z]).)+?)"
