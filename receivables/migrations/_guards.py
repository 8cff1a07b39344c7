"""The triggers of 0002_guards, for SQLite and PostgreSQL. They only refuse; verbs do the writing (DECISIONS 8)."""

from typing import Any

P = "receivables_"

# Facts: never updated, never deleted.
FACTS = [
    "allocation",
    "payment",
    "refund",
    "reversal",
    "reversalundone",
    "transfer",
    "creditnote",
    "creditnotevoid",
    "writeoff",
    "writeoffundone",
    "recovery",
    "exchangerate",
    "periodlock",
    "audit",
    "instalment",
]
# Rows that stay for ever, though some of their columns may change.
NEVER_DELETED = [
    "entry",
    "statement",
    "statementline",
    "customer",
    "dispute",
    "change",
    "chainhead",
    "importfile",
]
# Rows whose state may only change together with a new audit number.
STATES = [
    ("invoice", "state"),
    ("dispute", "state"),
    ("workitem", "state"),
    ("statement", "state"),
    ("statementline", "state"),
    ("change", "decision"),
    ("importfile", "state"),
    ("message", "state"),
]
ENTRY_FIXED = [
    "id",
    "entity_id",
    "customer_id",
    "kind",
    "currency",
    "amount",
    "document_on",
    "due_on",
    "booked_on",
    "reference",
    "recorded_at",
    "audit_seq",
]
INVOICE_FIXED = [
    "id",
    "entity_id",
    "customer_id",
    "kind",
    "currency",
    "net",
    "tax",
    "gross",
    "number",
    "external",
    "invoice_on",
    "terms",
    "po_number",
    "contract_ref",
    "order_ref",
    "description",
    "snapshot",
    "flow_id",
    "requested_by_id",
    "approved_by_id",
    "approved_by_rule",
    "issued_at",
    "created_at",
]
STATEMENT_LINE_FIXED = [
    "id",
    "account_id",
    "statement_id",
    "booked_on",
    "value_on",
    "currency",
    "amount",
    "text_hash",
    "k",
    "text",
]


def _differs(columns: list[str], distinct: str) -> str:
    return " OR ".join(f'OLD."{c}" {distinct} NEW."{c}"' for c in columns)


CROSSES = """
    d.amount <= 0 OR c.amount >= 0 OR d.entity_id <> c.entity_id OR d.customer_id <> c.customer_id
    OR d.currency <> c.currency
"""


def sqlite() -> list[str]:
    """CREATE TRIGGER statements for SQLite, row by row."""
    out = []

    def refuse(name: str, when: str, message: str, condition: str = "") -> None:
        guard = f"WHEN {condition} " if condition else ""
        out.append(
            f"CREATE TRIGGER guard_{name} BEFORE {when} FOR EACH ROW {guard}BEGIN SELECT RAISE(ABORT, '{message}'); END;"
        )

    for table in FACTS:
        refuse(f"{table}_update", f"UPDATE ON {P}{table}", f"{table} rows are facts and never change")
    for table in FACTS + NEVER_DELETED:
        refuse(f"{table}_delete", f"DELETE ON {P}{table}", f"{table} rows are never deleted")
    refuse(
        "entry_update",
        f"UPDATE ON {P}entry",
        "only entry.allocated may change",
        _differs(ENTRY_FIXED, "IS NOT"),
    )
    issued = f'OLD."number" IS NOT NULL AND ({_differs(INVOICE_FIXED, "IS NOT")})'
    refuse("invoice_update", f"UPDATE ON {P}invoice", "an issued invoice cannot be edited", issued)
    refuse(
        "invoice_delete",
        f"DELETE ON {P}invoice",
        "an issued invoice cannot be deleted",
        'OLD."number" IS NOT NULL',
    )
    refuse(
        "statementline_update",
        f"UPDATE ON {P}statementline",
        "a bank line cannot be edited",
        _differs(STATEMENT_LINE_FIXED, "IS NOT"),
    )
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        refuse(
            f"invoiceline_{verb.lower()}",
            f"{verb} ON {P}invoiceline",
            "an issued invoice cannot be edited",
            f"(SELECT number FROM {P}invoice WHERE id = {row}.invoice_id) IS NOT NULL",
        )
    for table, column in STATES:
        refuse(
            f"{table}_state",
            f"UPDATE ON {P}{table}",
            f"a change of {table}.{column} needs its audit row",
            f'OLD."{column}" <> NEW."{column}" AND NEW.audit_seq <= OLD.audit_seq',
        )
    refuse(
        "allocation_crosses",
        f"INSERT ON {P}allocation",
        "an allocation crosses entity, customer or currency",
        f"EXISTS (SELECT 1 FROM {P}entry d, {P}entry c WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id AND ({CROSSES}))",
    )
    refuse(
        "allocation_undo",
        f"INSERT ON {P}allocation",
        "an allocation is undone by exactly its opposite",
        f"NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {P}allocation o WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL"
        " AND o.amount = -NEW.amount AND o.debit_id = NEW.debit_id AND o.credit_id = NEW.credit_id)",
    )
    return out


def postgresql() -> list[str]:
    """CREATE FUNCTION and CREATE TRIGGER statements for PostgreSQL; allocations are checked set by set."""
    out = [
        "CREATE FUNCTION duebook_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$;",
        f"""CREATE FUNCTION duebook_check_allocations() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM fresh a JOIN {P}entry d ON d.id = a.debit_id JOIN {P}entry c ON c.id = a.credit_id
                   WHERE {CROSSES}) THEN
            RAISE EXCEPTION 'an allocation crosses entity, customer or currency' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM fresh a LEFT JOIN {P}allocation o ON o.id = a.reverses_id WHERE a.reverses_id IS NOT NULL
                   AND (o.id IS NULL OR o.reverses_id IS NOT NULL OR o.amount <> -a.amount
                        OR o.debit_id <> a.debit_id OR o.credit_id <> a.credit_id)) THEN
            RAISE EXCEPTION 'an allocation is undone by exactly its opposite' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL; END $$;""",
        f"""CREATE FUNCTION duebook_line_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE of_invoice bigint; BEGIN
        IF TG_OP = 'INSERT' THEN of_invoice := NEW.invoice_id; ELSE of_invoice := OLD.invoice_id; END IF;
        IF (SELECT number FROM {P}invoice WHERE id = of_invoice) IS NOT NULL THEN
            RAISE EXCEPTION 'an issued invoice cannot be edited' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;""",
        f"CREATE TRIGGER guard_allocation_insert AFTER INSERT ON {P}allocation REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION duebook_check_allocations();",
        f"CREATE TRIGGER guard_invoiceline BEFORE INSERT OR UPDATE OR DELETE ON {P}invoiceline"
        " FOR EACH ROW EXECUTE FUNCTION duebook_line_of_issued();",
    ]

    def refuse(name: str, when: str, message: str, condition: str = "") -> None:
        guard = f"WHEN ({condition}) " if condition else ""
        out.append(
            f"CREATE TRIGGER guard_{name} BEFORE {when} FOR EACH ROW {guard}EXECUTE FUNCTION duebook_refuse('{message}');"
        )

    for table in FACTS:
        refuse(f"{table}_update", f"UPDATE ON {P}{table}", f"{table} rows are facts and never change")
    for table in FACTS + NEVER_DELETED:
        refuse(f"{table}_delete", f"DELETE ON {P}{table}", f"{table} rows are never deleted")
    distinct = "IS DISTINCT FROM"
    refuse(
        "entry_update",
        f"UPDATE ON {P}entry",
        "only entry.allocated may change",
        _differs(ENTRY_FIXED, distinct),
    )
    issued = f'OLD."number" IS NOT NULL AND ({_differs(INVOICE_FIXED, distinct)})'
    refuse("invoice_update", f"UPDATE ON {P}invoice", "an issued invoice cannot be edited", issued)
    refuse(
        "invoice_delete",
        f"DELETE ON {P}invoice",
        "an issued invoice cannot be deleted",
        'OLD."number" IS NOT NULL',
    )
    refuse(
        "statementline_update",
        f"UPDATE ON {P}statementline",
        "a bank line cannot be edited",
        _differs(STATEMENT_LINE_FIXED, distinct),
    )
    for table, column in STATES:
        refuse(
            f"{table}_state",
            f"UPDATE ON {P}{table}",
            f"a change of {table}.{column} needs its audit row",
            f'OLD."{column}" <> NEW."{column}" AND NEW.audit_seq <= OLD.audit_seq',
        )
    return out


def further(
    vendor: str, prefix: str, facts: list[str], never_deleted: list[str], states: list[tuple[str, str]]
) -> list[str]:
    """Guards of later tables, on any floor: facts never change, some rows are never deleted, states move with their audit row."""
    out = []

    def refuse(name: str, when: str, message: str, condition: str = "") -> None:
        guard = (
            f"WHEN {condition} "
            if condition and vendor == "sqlite"
            else f"WHEN ({condition}) "
            if condition
            else ""
        )
        act = (
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END;"
            if vendor == "sqlite"
            else f"EXECUTE FUNCTION duebook_refuse('{message}');"
        )
        out.append(f"CREATE TRIGGER guard_{prefix}{name} BEFORE {when} FOR EACH ROW {guard}{act}")

    for table in facts:
        refuse(f"{table}_update", f"UPDATE ON {prefix}{table}", f"{table} rows are facts and never change")
    for table in facts + never_deleted:
        refuse(f"{table}_delete", f"DELETE ON {prefix}{table}", f"{table} rows are never deleted")
    for table, column in states:
        refuse(
            f"{table}_state",
            f"UPDATE ON {prefix}{table}",
            f"a change of {table}.{column} needs its audit row",
            f'OLD."{column}" <> NEW."{column}" AND NEW.audit_seq <= OLD.audit_seq',
        )
    return out


def install(
    schema_editor: Any, prefix: str, facts: list[str], never_deleted: list[str], states: list[tuple[str, str]]
) -> None:
    """Runs `further` for the database at hand."""
    for statement in further(schema_editor.connection.vendor, prefix, facts, never_deleted, states):
        schema_editor.execute(statement, params=None)


def put_aside(schema_editor: Any) -> list[str]:
    """SQLite changes a column by making the table anew, which loses its triggers and breaks views: takes all of them away and
    answers the statements that bring them back. PostgreSQL alters in place: nothing to do."""
    if schema_editor.connection.vendor != "sqlite":
        return []
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type = 'view' OR (type = 'trigger' AND name LIKE 'guard_%%')"
        )
        found = cursor.fetchall()
    for kind, name, _sql in found:
        schema_editor.execute(f'DROP {kind.upper()} "{name}"', params=None)
    return [sql for _kind, _name, sql in found]
