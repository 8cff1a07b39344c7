"""Who writes and who is written to, as a message names them: our entity with its bank account, the customer with a contact."""

from collections.abc import Mapping
from typing import Any

from receivables.models import BankAccount, Contact, Customer, LegalEntity
from receivables.rules.notice_facts import BankDetails, Recipient, Sender


def lines(address: Mapping[str, Any]) -> tuple[str, ...]:
    """A postal address as printed lines; empty parts are left out."""
    town = " ".join(str(address[part]) for part in ("postcode", "city") if address.get(part))
    found = [
        address.get("street"),
        address.get("street2"),
        town,
        address.get("region"),
        address.get("country"),
    ]
    return tuple(str(line) for line in found if line)


def sender(entity: LegalEntity, bank: BankAccount | None) -> Sender:
    """Our side. Bank details typed on the entity are the fallback where no account of ours is known."""
    details = None
    if bank is not None:
        iban = (
            bank.iban if bank.iban[:2].isalpha() else ""
        )  # accounts in China and elsewhere have a plain number
        details = BankDetails(
            entity.name, bank.name, iban, account="" if iban else bank.iban, note=entity.bank_details
        )
    elif entity.bank_details:
        details = BankDetails(entity.name, account=entity.bank_details)
    return Sender(
        entity.name, lines(entity.address), details, tax_id=entity.tax_id, phone=entity.phone, email=entity.mail_from
    )  # fmt: skip


def recipient(customer: Customer, contact: Contact | None, *, addressed: str) -> Recipient:
    """The customer's side; a contact's own address goes before the customer's."""
    own = contact.address if contact is not None and contact.address else customer.address
    return Recipient(customer.legal_name, lines(own), addressed, customer.code, customer.tax_id)
