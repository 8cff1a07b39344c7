"""The sentences of requests in the reader's language: what is wrong, with the right format and an example, and what a check is
called. The rules give codes and figures only; whether something is wrong is decided there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from receivables import localised
from receivables.rules.batch_columns import Column
from receivables.rules.refusals import Refused
from receivables.rules.request_checks import Check
from receivables.words import refusal_words


@dataclass(frozen=True)
class Words:
    """`label` names the check when it passed, `wrong` says what to do when it did not, `example` shows the right form."""

    label: str | Promise
    wrong: str | Promise
    example: str | Promise = ""


CHECKS: Mapping[str, Words] = {
    "customer_incomplete": Words(
        gettext_lazy("Customer file is complete"),
        gettext_lazy("%(customer)s cannot be invoiced yet. Missing in the customer file: %(missing)s."),
        gettext_lazy(
            "a customer with legal name, country, tax ID and a billing contact, activated by accounting"
        ),
    ),
    "customer_closed": Words(
        gettext_lazy("Customer is open"),
        gettext_lazy("%(customer)s is closed. Choose an active customer."),
        gettext_lazy("an active customer"),
    ),
    "lines_missing": Words(
        gettext_lazy("There is something to invoice"),
        gettext_lazy("Add at least one line."),
        gettext_lazy("Consulting in May, 3, 800.00, 19"),
    ),
    "amount_not_positive": Words(
        gettext_lazy("The amount is above zero"),
        gettext_lazy("The total must be above zero. To give an amount back, ask for a credit note."),
        "119.00",
    ),
    "amount_over_limit": Words(
        gettext_lazy("The amount is within the limit"),
        gettext_lazy(
            "The total of %(gross)s is above the limit of %(limit)s per invoice. Split the request or have the limit raised."
        ),
        gettext_lazy("two requests, each within the limit"),
    ),
    "po_number_missing": Words(
        gettext_lazy("Purchase order number is given"),
        gettext_lazy(
            "This customer pays only with its purchase order number on the invoice. Enter it as on the order."
        ),
        "PO-2026-00417",
    ),
    "contract_missing": Words(
        gettext_lazy("Contract copy is attached"),
        gettext_lazy(
            "%(customer)s asks for a copy of the contract with each invoice. Attach it as a contract."
        ),
        "contract-2026.pdf",
    ),
    "attachment_missing": Words(
        gettext_lazy("Needed papers are attached"),
        gettext_lazy("A special VAT invoice rests on a contract or an order. Attach one of them."),
        "order-417.pdf",
    ),
    "terms_invalid": Words(
        gettext_lazy("Payment terms are agreed"),
        gettext_lazy(
            "No usable payment terms are agreed with this customer (%(problem)s). Have them set in the customer file."
        ),
        gettext_lazy("30 days net"),
    ),
    "due_in_the_past": Words(
        gettext_lazy("The due date lies ahead"),
        gettext_lazy(
            "With these payment terms the invoice would be due before it is written. Have the terms corrected."
        ),
        gettext_lazy("30 days net"),
    ),
    "urgent_reason_missing": Words(
        gettext_lazy("The fast lane has a reason"),
        gettext_lazy("Say in at least 10 characters why this is urgent."),
        gettext_lazy("customer's books close today"),
    ),
    "urgent_quota_spent": Words(
        gettext_lazy("The fast lane is free"),
        gettext_lazy(
            "You have used the fast lane %(used)s times this month, the most is %(quota)s. Send it the usual way."
        ),
        gettext_lazy("not urgent"),
    ),
    "duplicate_suspected": Words(
        gettext_lazy("No invoice like this one exists"),
        gettext_lazy(
            "The same customer, order and amount stand in %(twins)s. If this is a further invoice, confirm it."
        ),
        gettext_lazy("a second delivery under the same order"),
    ),
    "tax_register": Words(
        gettext_lazy("Compared with the tax register"),
        gettext_lazy("Not compared with the tax register: no register is connected."),
    ),
}

INPUTS: Mapping[str, Words] = {
    "description_missing": Words(
        "", gettext_lazy("Say what is invoiced."), gettext_lazy("Consulting in May")
    ),
    "text_too_long": Words(
        "", gettext_lazy("Shorten this to %(limit)s characters."), gettext_lazy("Consulting in May")
    ),
    "quantity_invalid": Words(
        "",
        gettext_lazy("Enter a quantity above zero, with a decimal point and at most %(decimals)s decimals."),
        "2.5",
    ),
    "unit_price_invalid": Words(
        "",
        gettext_lazy(
            "Enter the price without tax: digits and a decimal point, at most %(decimals)s decimals for %(currency)s."
        ),
        "1234.50",
    ),
    "tax_rate_invalid": Words("", gettext_lazy("Enter the tax rate in per cent, from 0 to 100."), "19"),
    "amount_out_of_range": Words(
        "", gettext_lazy("This amount is larger than the books can hold."), "1234.50"
    ),
    "too_many_lines": Words("", gettext_lazy("A request has at most %(limit)s lines."), ""),
    "title_mismatch": Words(
        "",
        gettext_lazy(
            "The order names “%(given)s”, the customer file “%(expected)s”. Choose the right customer or correct the file."
        ),
        "%(expected)s",
    ),
    "currency_unknown": Words("", gettext_lazy("Enter a three-letter currency code."), "EUR"),
    "file_empty": Words("", gettext_lazy("The file is empty. Choose the file again."), "contract-2026.pdf"),
    "file_too_large": Words(
        "",
        gettext_lazy("The file has %(size)s bytes; the limit is %(limit)s bytes (10 MB)."),
        "contract-2026.pdf",
    ),
    "file_type_refused": Words(
        "", gettext_lazy("This kind of file is not taken. Allowed are %(allowed)s."), "contract-2026.pdf"
    ),
}

MISSING: Mapping[str, str | Promise] = {
    "legal_name": gettext_lazy("legal name"),
    "country": gettext_lazy("country"),
    "tax_id": gettext_lazy("tax ID"),
    "billing_contact": gettext_lazy("billing contact"),
    "activation": gettext_lazy("activation by accounting"),
}

PERSON_CHECKS: Mapping[str, str | Promise] = {
    "goods_or_service_delivered": gettext_lazy("Goods or service delivered"),
    "price_and_quantity_as_agreed": gettext_lazy("Price and quantity as agreed"),
    "customer_knows": gettext_lazy("The customer expects this invoice"),
    "title_and_tax_id": gettext_lazy("Buyer's name and tax ID are right"),
    "tax_rate_and_amount": gettext_lazy("Tax rate and amount are right"),
    "contract_or_order_attached": gettext_lazy("Contract or order attached where needed"),
    "terms_allowed": gettext_lazy("Payment terms are allowed for this customer"),
}

SEND_BACK: Mapping[str, str | Promise] = {
    "wrong_customer": gettext_lazy("Wrong customer or buyer's name"),
    "wrong_amount": gettext_lazy("Wrong quantity, price or amount"),
    "wrong_tax": gettext_lazy("Wrong tax rate or tax ID"),
    "not_delivered": gettext_lazy("Goods or service not delivered yet"),
    "paper_missing": gettext_lazy("A contract, order or proof is missing"),
    "duplicate": gettext_lazy("Invoiced before"),
    "other": gettext_lazy("Something else (say what)"),
}

STEPS: Mapping[str, str | Promise] = {
    "Check the business truth": gettext_lazy("Check the business truth"),
    "Check accuracy and compliance": gettext_lazy("Check accuracy and compliance"),
}


HEADINGS: Mapping[str, str | Promise] = {
    "customer": pgettext_lazy("column", "Customer"),
    "buyer_title": pgettext_lazy("column", "Buyer name"),
    "po_number": pgettext_lazy("column", "PO number"),
    "description": pgettext_lazy("column", "Description"),
    "quantity": pgettext_lazy("column", "Quantity"),
    "unit_price": pgettext_lazy("column", "Unit price without tax"),
    "tax_percent": pgettext_lazy("column", "Tax %"),
    "currency": pgettext_lazy("column", "Currency"),
    "kind": pgettext_lazy("column", "Kind"),
    "contract_ref": pgettext_lazy("column", "Contract"),
    "order_ref": pgettext_lazy("column", "Order"),
    "urgent_reason": pgettext_lazy("column", "Urgent because"),
    "duplicate_confirmed": pgettext_lazy("column", "Further invoice"),
}


def wrong(check: Check) -> str:
    """What is wrong and what to do, in one sentence with figures."""
    return str(CHECKS[check.code].wrong) % _figures(check.figures)


def example(code: str) -> str:
    """The right form for a field at fault, or ""."""
    words = CHECKS.get(code) or INPUTS.get(code)
    return str(words.example) if words and "%(" not in str(words.example) else ""


def label(check: Check) -> str:
    """What the check looks at."""
    return str(CHECKS[check.code].label)


def refusal(refused: Refused) -> str:
    """A refusal in the reader's language, with an example where there is one."""
    words = INPUTS.get(refused.code) or CHECKS.get(refused.code)
    try:
        said = str(words.wrong) % _figures(refused.figures) if words else refusal_words.said(refused.message)
    except KeyError:
        return refusal_words.said(refused.message)
    shown = example(refused.code)
    return f"{said} {_('For example: %(example)s.') % {'example': shown}}" if shown else said


def person_check(code: str) -> str:
    """The words of a step's check; a check of one's own flow is shown as it was written."""
    return str(PERSON_CHECKS.get(code, code.replace("_", " ").capitalize() if code.isidentifier() else code))


def step(label_of_step: str) -> str:
    """A step's label, translated when it is a shipped one."""
    return str(STEPS.get(label_of_step, label_of_step))


def heading(column: Column) -> str:
    """A column of the table of requests as the template names it; every catalogue keeps to the words that `place` knows."""
    return str(HEADINGS[column.name])


def _figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(figures)
    if "missing" in said:
        said["missing"] = ", ".join(str(MISSING.get(name, name)) for name in said["missing"])
    if "twins" in said:
        said["twins"] = ", ".join(said["twins"])
    for name in ("gross", "limit"):
        if "currency" in said and isinstance(said.get(name), int):
            said[name] = localised.money(said[name], said["currency"])
    return said
