"""The read-only views for outside checkers, the same on both databases, amounts in minor units (DECISIONS 41)."""

from django.db import migrations

P = "receivables_"
VIEWS = {
    "v_invoice": f"""
        SELECT i.number, e.code AS entity, c.code AS customer, i.currency, i.gross AS amount,
               CAST(COALESCE((SELECT SUM(n.amount - n.allocated) FROM {P}instalment s JOIN {P}entry n ON n.id = s.entry_id
                         WHERE s.invoice_id = i.id), 0) AS BIGINT) AS open_amount,
               i.state, i.invoice_on AS issued_on,
               (SELECT MIN(s.due_on) FROM {P}instalment s WHERE s.invoice_id = i.id AND NOT EXISTS (
                   SELECT 1 FROM {P}allocation a JOIN {P}entry c ON c.id = a.credit_id
                   WHERE a.debit_id = s.entry_id AND c.kind = 'reschedule')) AS due_on
        FROM {P}invoice i JOIN {P}legalentity e ON e.id = i.entity_id JOIN {P}customer c ON c.id = i.customer_id
        WHERE i.number IS NOT NULL""",
    "v_payment": f"""
        SELECT p.id, e.code AS entity, c.code AS customer, p.currency, p.amount,
               CAST(n.allocated - COALESCE((SELECT SUM(r.amount) FROM {P}refund r WHERE r.payment_id = p.id), 0) AS BIGINT) AS applied,
               CAST(COALESCE((SELECT SUM(r.amount) FROM {P}refund r WHERE r.payment_id = p.id), 0) AS BIGINT) AS refunded,
               p.booked_on, p.reference AS bank_reference
        FROM {P}payment p JOIN {P}entry n ON n.id = p.entry_id
        JOIN {P}legalentity e ON e.id = p.entity_id JOIN {P}customer c ON c.id = p.customer_id""",
    "v_allocation": f"""
        SELECT a.id, i.number AS invoice_number, p.id AS payment_id, d.currency, a.amount, a.booked_on, a.recorded_at, a.audit_seq
        FROM {P}allocation a JOIN {P}entry d ON d.id = a.debit_id
        LEFT JOIN {P}instalment s ON s.entry_id = a.debit_id LEFT JOIN {P}invoice i ON i.id = s.invoice_id
        LEFT JOIN {P}payment p ON p.entry_id = a.credit_id""",
    "v_audit": f"SELECT seq, at, actor, via, action, subject, reason, hash FROM {P}audit",
}


class Migration(migrations.Migration):
    dependencies = [("receivables", "0002_guards")]
    operations = [
        migrations.RunSQL(f"CREATE VIEW {name} AS {query}", f"DROP VIEW {name}")
        for name, query in VIEWS.items()
    ]
