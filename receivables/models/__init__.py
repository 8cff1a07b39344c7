"""The nouns of this floor, gathered so that Django finds them."""

from receivables.models.adjustment import CreditNote, CreditNoteVoid, Recovery, WriteOff, WriteOffUndone
from receivables.models.audit import Audit, ChainHead, RequestKey
from receivables.models.bank import (
    BankAccount,
    ImportFile,
    ImportMapping,
    PayerAlias,
    Statement,
    StatementLine,
)
from receivables.models.charge import Charge, ChargeWaiver
from receivables.models.contacting import Consent, MessageTemplate, Notification
from receivables.models.customer import Contact, Customer, CustomerProfile
from receivables.models.delivery import Attachment, Dispatch
from receivables.models.dispute import Dispute
from receivables.models.entity import ExchangeRate, LegalEntity, NumberSeries, PeriodLock
from receivables.models.invoice import Instalment, Invoice, InvoiceLine
from receivables.models.ledger import Allocation, Entry
from receivables.models.message import Attempt, Message, ProviderEvent, Tally
from receivables.models.payment import Payment, Refund, Reversal, ReversalUndone, Transfer
from receivables.models.staff import ApiToken, Role, User
from receivables.models.work import ApprovalFlow, Change, Delegation, WorkItem

__all__ = [
    "Allocation",
    "ApiToken",
    "ApprovalFlow",
    "Attachment",
    "Attempt",
    "Audit",
    "BankAccount",
    "ChainHead",
    "Change",
    "Charge",
    "ChargeWaiver",
    "Consent",
    "Contact",
    "CreditNote",
    "CreditNoteVoid",
    "Customer",
    "CustomerProfile",
    "Delegation",
    "Dispatch",
    "Dispute",
    "Entry",
    "ExchangeRate",
    "ImportFile",
    "ImportMapping",
    "Instalment",
    "Invoice",
    "InvoiceLine",
    "LegalEntity",
    "Message",
    "MessageTemplate",
    "Notification",
    "NumberSeries",
    "PayerAlias",
    "Payment",
    "PeriodLock",
    "ProviderEvent",
    "Recovery",
    "Refund",
    "RequestKey",
    "Reversal",
    "ReversalUndone",
    "Role",
    "Statement",
    "StatementLine",
    "Tally",
    "Transfer",
    "User",
    "WorkItem",
    "WriteOff",
    "WriteOffUndone",
]
