"""The JSON operations of this floor, one file a room. Mounted under /api/ by conf/api."""

from receivables.api.allocations import room as allocations
from receivables.api.audit_trail import room as audit_trail
from receivables.api.bank import room as bank
from receivables.api.bank_lines import room as bank_lines
from receivables.api.cards import room as cards
from receivables.api.changes import room as changes
from receivables.api.contacts import room as contacts
from receivables.api.credit_notes import room as credit_notes
from receivables.api.customers import room as customers
from receivables.api.disputes import room as disputes
from receivables.api.entries import room as entries
from receivables.api.invoice_acts import room as invoice_acts
from receivables.api.invoices import room as invoices
from receivables.api.me import room as me
from receivables.api.payments import room as payments
from receivables.api.periods import room as periods
from receivables.api.rates import room as rates
from receivables.api.request_acts import room as request_acts
from receivables.api.requests import room as requests

ROOMS = (
    me, customers, cards, contacts, changes, requests, request_acts, invoices, invoice_acts, credit_notes, payments,
    allocations, entries, disputes, bank, bank_lines, periods, rates, audit_trail,
)  # fmt: skip
