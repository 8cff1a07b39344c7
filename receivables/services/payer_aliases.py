"""What a person's choice teaches: this account and this name pay for that customer. Counted, so that one mistake is not a
rule.
"""

from django.db.models import F

from receivables.models import Customer, PayerAlias, StatementLine


def pairs(line: StatementLine) -> list[tuple[str, str]]:
    """(kind, value) of what the line says about its payer."""
    account = "".join(line.payer_account.split()).upper()
    kind = "iban" if len(account) >= 15 and account[:2].isalpha() else "account"
    found = [(kind, account), ("name", " ".join(line.payer_name.split()))]
    return [(kind, value[:200]) for kind, value in found if value]


def learn(line: StatementLine, customer: Customer) -> None:
    """One more hit for what the line says about its payer. The caller holds the customer's lock."""
    for kind, value in pairs(line):
        known = PayerAlias.objects.filter(customer=customer, kind=kind, value=value)
        if not known.update(hits=F("hits") + 1):
            PayerAlias.objects.create(customer=customer, kind=kind, value=value)


def unlearn(line: StatementLine, customer: Customer) -> None:
    """The choice was taken back: one hit less, and none means forgotten."""
    for kind, value in pairs(line):
        PayerAlias.objects.filter(customer=customer, kind=kind, value=value, hits__gt=0).update(
            hits=F("hits") - 1
        )
        PayerAlias.objects.filter(customer=customer, kind=kind, value=value, hits=0).delete()
