"""Our bank accounts: naming one, how its tables are read and how generously its lines are matched. Each change leaves its
trace.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrations.banking import port
from integrations.errors import Unreadable
from receivables import audit
from receivables.actor import Actor
from receivables.models import BankAccount, ImportFile, ImportMapping, LegalEntity
from receivables.questions import matching_picture
from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused


@transaction.atomic
def save(
    *,
    account: BankAccount | None,
    entity: LegalEntity,
    name: str,
    iban: str,
    currency: str,
    match_policy: dict[str, Any],
    now: datetime,
    by: Actor,
) -> BankAccount:
    """A new account, or a changed one (its entity and currency stay once lines exist).

    Refuses name_missing, name_taken, iban_taken, policy_wrong, has_lines.
    """
    name, iban = name.strip(), "".join(iban.split()).upper()
    exponent(currency)
    if not name:
        raise Refused("name_missing", _("Give the account a name."), field="name")
    others = BankAccount.objects.exclude(pk=account.pk) if account else BankAccount.objects.all()
    if iban and others.filter(iban=iban, currency=currency).exists():
        raise Refused("iban_taken", _("Another account has this number already."), field="iban")
    row = account or BankAccount(entity=entity)
    if account and account.lines.exists() and (account.entity_id, account.currency) != (entity.pk, currency):
        raise Refused(
            "has_lines", _("The account has lines; its legal entity and currency stay."), field="currency"
        )
    before = {"name": row.name, "iban": row.iban, "match_policy": row.match_policy}
    row.entity, row.name, row.iban, row.currency, row.match_policy = (
        entity,
        name[:120],
        iban[:60],
        currency,
        match_policy,
    )
    matching_picture.policy_of(row)
    action = "bank_account.changed" if account else "bank_account.created"
    with audit.line(action, by=by, now=now, subject=f"bank_account:{row.pk or 'new'}", entity=entity) as line:
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as e:
            raise Refused("name_taken", _("Another account has this name already."), field="name") from e
        line.subject = f"bank_account:{row.pk}"
        line.before = before if account else {}
        line.after = {"name": row.name, "iban": row.iban, "match_policy": row.match_policy}
        line.touch("bank_account", row.pk, row.name, row.iban, row.currency)
    return row


@transaction.atomic
def save_mapping(
    *, account: BankAccount, spec: dict[str, Any], now: datetime, by: Actor, name: str = ""
) -> BankAccount:
    """How the account's tables are read; with a `name` also kept for other accounts of the entity. Refuses mapping_wrong."""
    try:
        port.ColumnMapping.from_dict(spec) if spec else None
    except (Unreadable, TypeError) as e:
        raise Refused("mapping_wrong", str(e), field="mapping") from e
    row: BankAccount = (
        BankAccount.objects.select_for_update(of=("self",), no_key=True)
        .select_related("entity")
        .get(pk=account.pk)
    )
    with audit.line(
        "bank_account.mapped", by=by, now=now, subject=f"bank_account:{row.pk}", entity=row.entity
    ) as line:
        line.before, line.after = {"mapping": row.mapping}, {"mapping": spec, "name": name}
        row.mapping = spec
        row.save(update_fields=["mapping"])
        line.touch("bank_account", row.pk, "mapping")
        if name.strip():
            kept: dict[str, Any] = {
                "entity": row.entity,
                "kind": ImportFile.Kind.BANK,
                "name": name.strip()[:80],
            }
            ImportMapping.objects.update_or_create(**kept, defaults={"spec": spec})
    return row
