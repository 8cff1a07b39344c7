"""This floor's rows of the access matrix: the eight shipped roles, their verbs, hidden fields and scopes.
Pure data for
`rules/access`; upper floors bring their own tables and rows may compose further roles from these.
"""

from receivables.rules.access import ENTITY, OWN, FieldRules, Table

ROLES: tuple[str, ...] = (
    "sales_rep",
    "sales_manager",
    "collector",
    "accountant",
    "finance_manager",
    "cfo",
    "auditor",
    "admin",
)

VERBS: frozenset[str] = frozenset(
    f"{noun}.{verb}"
    for noun, verbs in {
        "customer": "view create edit activate change_propose change_decide",
        "contact": "view edit",
        "request": "view create submit verify approve send_back delegate",
        "batch": "create view",
        "invoice": "view issue dispatch cancel write_off_propose write_off_decide",
        "entry": "view",
        "payment": "view receive allocate unallocate reverse refund_propose refund_decide transfer",
        "dispute": "view open assign resolve",
        "bank": "view import match decide",
        "ledger": "import",
        "period": "lock",
        "rate": "edit",
        "aging": "view",
        "audit": "view",
        "flow": "view edit activate",
        "work": "view assign",
        "staff": "admin",
        "token": "admin",
        "entity": "admin",
        "charge": "view waive",
        "message": "view decide",
        "template": "view edit activate",
    }.items()
    for verb in verbs.split()
) | {"export"}

# Verbs that move money or what is owed: the administrator and the auditor hold none of them (a test says so).
MONEY_VERBS: frozenset[str] = frozenset(
    verb
    for verb in VERBS
    if verb.split(".")[0] in {"payment", "bank", "ledger", "invoice"} and not verb.endswith(".view")
) | {
    "request.verify", "request.approve", "period.lock", "rate.edit", "dispute.resolve", "charge.waive",
}  # fmt: skip

_READ = "customer.view contact.view request.view batch.view invoice.view message.view entry.view aging.view work.view"
_DISPUTE = "dispute.view dispute.open"
_CASH = "payment.view bank.view"

SHIPPED: dict[str, str] = {
    "sales_rep": f"""{_READ} {_DISPUTE} customer.create customer.change_propose contact.edit request.create
    request.submit
        request.delegate batch.create payment.view flow.view""",
    "sales_manager": f"""{_READ} {_DISPUTE} customer.create customer.edit customer.change_propose contact.edit
        request.create request.submit request.verify request.send_back request.delegate batch.create
        payment.view
        dispute.assign dispute.resolve flow.view template.view work.assign export""",
    "collector": f"""{_READ} {_DISPUTE} {_CASH} charge.view message.decide contact.edit customer.change_propose
        dispute.assign invoice.write_off_propose flow.view template.view export""",
    "accountant": f"""{_READ} {_DISPUTE} {_CASH} charge.view message.decide customer.create customer.edit
        customer.change_propose customer.activate
        contact.edit request.send_back request.delegate invoice.issue invoice.dispatch
        invoice.write_off_propose
        payment.receive payment.allocate payment.unallocate payment.refund_propose payment.transfer
        bank.import bank.match ledger.import dispute.assign flow.view template.view export""",
    "finance_manager": f"""{_READ} {_CASH} charge.* message.* customer.* contact.edit request.* batch.create invoice.* payment.*
    dispute.*
        bank.* ledger.import period.lock rate.edit flow.* template.* work.assign audit.view export""",
    "cfo": f"""{_READ} {_CASH} charge.* dispute.view customer.change_decide request.approve request.send_back
    request.delegate
        invoice.write_off_decide payment.refund_decide period.lock flow.view flow.activate template.view
        template.activate work.assign
        audit.view export""",
    "auditor": f"{_READ} {_CASH} charge.view dispute.view flow.view template.view audit.view export",
    "admin": """customer.view contact.view request.view work.view work.assign flow.view flow.edit audit.view
        staff.admin token.admin entity.admin""",
}

SCOPES: dict[str, str] = {role: OWN if role == "sales_rep" else ENTITY for role in ROLES}

_BANK_DETAIL = frozenset({"iban", "bic", "bank_name", "bank_account"})
_TERMS = frozenset({"payment_terms", "importance", "dunning_policy"})
_MASKED = FieldRules(hidden=_BANK_DETAIL | {"tax_id"})
_LINE_MASKED = FieldRules(hidden=frozenset({"payer_account"}))

FIELDS: dict[str, dict[str, FieldRules]] = {
    "sales_rep": {
        "customer": FieldRules(hidden=_BANK_DETAIL, readonly=_TERMS),
        "payment": _LINE_MASKED,
        "invoice": FieldRules(hidden=frozenset({"write_off_reason"})),
    },
    "sales_manager": {"customer": FieldRules(hidden=_BANK_DETAIL), "payment": _LINE_MASKED},
    "collector": {
        "customer": FieldRules(hidden=_BANK_DETAIL | {"tax_id"}, readonly=_TERMS),
        "payment": _LINE_MASKED,
        "bank": _LINE_MASKED,
    },
    "cfo": {"customer": FieldRules(readonly=_BANK_DETAIL | {"tax_id"})},
    "admin": {"customer": _MASKED},
}

TABLE = Table(
    verbs={role: frozenset(SHIPPED[role].split()) for role in ROLES},
    fields=FIELDS,
    scopes=SCOPES,
)
