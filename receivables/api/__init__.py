"""The JSON operations of this floor, one file a room. Mounted under /api/ by conf/api."""

from receivables.api import (
    allocations,
    audit_trail,
    bank,
    bank_lines,
    cards,
    changes,
    charges,
    contacts,
    credit_notes,
    customers,
    disputes,
    entries,
    invoice_acts,
    invoice_requests,
    invoices,
    me,
    messages,
    payments,
    periods,
    rates,
    request_acts,
    templates,
)  # fmt: skip

ROOMS = tuple(
    module.room
    for module in (
        me, customers, cards, contacts, changes, invoice_requests, request_acts, invoices, invoice_acts, credit_notes, payments,
        allocations, entries, disputes, charges, messages, templates, bank, bank_lines, periods, rates, audit_trail,
    )
)  # fmt: skip
