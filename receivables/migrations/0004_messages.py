"""Messages are delivered: attempts, events, consent, templates, notifications; charges beside invoices."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import receivables.models.staff
from receivables.migrations import _guards

FACTS = ["providerevent", "consent", "charge", "chargewaiver"]
KEPT = ["message", "attempt"]
STATES = [("attempt", "state")]
VIEWS = {
    "v_message": """
        SELECT m.key, m.about AS subject, m.step, m.channel, m.recipient, LOWER(m.state) AS state, m.reason, m.due_at, m.planned_at
        FROM receivables_message m""",
    "v_attempt": """
        SELECT m.key, a.token, a.fence, LOWER(a.state) AS state, a.started_at, a.provider_id
        FROM receivables_attempt a JOIN receivables_message m ON m.id = a.message_id""",
}
aside = []


def put_aside(apps, schema_editor):
    aside[:] = _guards.put_aside(schema_editor)


def bring_back(apps, schema_editor):
    for statement in aside:
        schema_editor.execute(statement, params=None)
    _guards.install(schema_editor, "receivables_", FACTS, KEPT, STATES)
    for name, query in VIEWS.items():
        schema_editor.execute(f"CREATE VIEW {name} AS {query}", params=None)


def nothing_stops_them(apps, schema_editor):
    """What was planned before there was a delivery tells of a dispatch: nothing that happens to the customer stops it."""
    apps.get_model("receivables", "Message").objects.update(stop_version=None)


class Migration(migrations.Migration):
    dependencies = [
        ("receivables", "0003_views"),
    ]

    operations = [
        migrations.RunPython(put_aside, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audit_seq", models.BigIntegerField(default=0)),
                ("channel", models.CharField(max_length=10)),
                ("fence", models.PositiveIntegerField()),
                ("token", models.CharField(max_length=40, unique=True)),
                ("provider", models.CharField(max_length=30)),
                ("provider_id", models.CharField(blank=True, max_length=120)),
                ("rendered_hash", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("IN_FLIGHT", "In Flight"),
                            ("UNCERTAIN", "Uncertain"),
                            ("ACCEPTED", "Accepted"),
                            ("NOT_DONE", "Not Done"),
                            ("REJECTED", "Rejected"),
                        ],
                        default="IN_FLIGHT",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("evidence", models.CharField(blank=True, max_length=200)),
                ("late", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Charge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("audit_seq", models.BigIntegerField()),
                ("key", models.CharField(max_length=120, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fee", "Reminder fee"),
                            ("interest", "Late interest"),
                            ("compensation", "Fixed compensation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("number", models.CharField(max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("charged_on", models.DateField()),
                ("from_on", models.DateField(null=True)),
                ("to_on", models.DateField(null=True)),
                ("derivation", models.JSONField(default=dict)),
                ("charged_by", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="ChargeWaiver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("audit_seq", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("waived_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("waived_by", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("audit_seq", models.BigIntegerField()),
                ("channel", models.CharField(max_length=10)),
                ("address", models.CharField(max_length=320)),
                ("given", models.BooleanField()),
                ("source", models.CharField(max_length=30)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("said_by", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=10)),
                ("segment", models.CharField(blank=True, max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("active", models.BooleanField(default=False)),
                ("content_hash", models.CharField(max_length=64)),
                ("drafted_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=160)),
                ("kind", models.CharField(max_length=40)),
                ("figures", models.JSONField(default=dict)),
                ("link", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("audit_seq", models.BigIntegerField()),
                ("provider", models.CharField(max_length=30)),
                ("kind", models.CharField(max_length=20)),
                ("occurred_at", models.DateTimeField(null=True)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("raw", models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name="contact",
            name="contact_hours",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="contact",
            name="max_per_week",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddField(
            model_name="customer",
            name="traits",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="bank_details",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="contact_hours",
            field=models.CharField(default="b2b", max_length=20),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="dunning_at",
            field=models.TimeField(default=datetime.time(6, 0)),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="interest_pack",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="mail_from",
            field=models.CharField(blank=True, max_length=320),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="messages_per_day",
            field=models.PositiveIntegerField(default=5000),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="phone",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="legalentity",
            name="traits",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="about",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="message",
            name="accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="charges",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="evidence_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="fence",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="files",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="hours",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="message",
            name="html",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="kind",
            field=models.CharField(default="dispatch", max_length=20),
        ),
        migrations.AddField(
            model_name="message",
            name="lease_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="not_after",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="recipient_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="message",
            name="reference",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="message",
            name="rendered_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="message",
            name="stale_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="step",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="message",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="message",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="zone",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="user",
            name="phone",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="user",
            name="told_by",
            field=models.JSONField(default=receivables.models.staff.default_channels),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("payment", "Payment"),
                    ("credit_note", "Credit note"),
                    ("refund", "Refund"),
                    ("reversal", "Reversal"),
                    ("write_off", "Write-off"),
                    ("recovery", "Recovery"),
                    ("transfer", "Transfer"),
                    ("discount", "Discount"),
                    ("reschedule", "New due date"),
                    ("opening", "Opening balance"),
                    ("charge", "Fee or interest"),
                    ("waiver", "Waiver"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="receivables.customer",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("PLANNED", "Planned"),
                    ("IN_FLIGHT", "In Flight"),
                    ("UNCERTAIN", "Uncertain"),
                    ("ACCEPTED", "Accepted"),
                    ("PARKED", "Parked"),
                    ("SUPPRESSED", "Suppressed"),
                    ("CANCELLED", "Cancelled"),
                ],
                default="PLANNED",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="stop_version",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["customer", "-planned_at"], name="message_by_customer"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ACCEPTED"), _negated=True),
                    ("accepted_at__isnull", False),
                    _connector="OR",
                ),
                name="message_accepted_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "IN_FLIGHT"), _negated=True),
                    ("lease_until__isnull", False),
                    _connector="OR",
                ),
                name="message_in_flight_has_a_lease",
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="entity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="receivables.legalentity"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="receivables.message"
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="receivables.customer"
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="entity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="receivables.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="charge", to="receivables.entry"
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charged",
                to="receivables.message",
            ),
        ),
        migrations.AddField(
            model_name="charge",
            name="of_entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="receivables.entry"
            ),
        ),
        migrations.AddField(
            model_name="chargewaiver",
            name="charge",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="waiver", to="receivables.charge"
            ),
        ),
        migrations.AddField(
            model_name="chargewaiver",
            name="entry",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charge_waiver",
                to="receivables.entry",
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(fields=["channel", "address", "-audit_seq"], name="consent_by_address"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="activated_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="drafted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="entity",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="receivables.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="receivables.customer",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notifications",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="providerevent",
            name="attempt",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="receivables.attempt",
            ),
        ),
        migrations.AddField(
            model_name="providerevent",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="receivables.message",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["channel", "started_at"], name="attempt_by_channel_and_time"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("message", "fence"), name="attempt_once_per_fence"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("late", False), ("state__in", ["IN_FLIGHT", "UNCERTAIN", "ACCEPTED"])),
                fields=("message",),
                name="attempt_one_live_per_message",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="charge_positive"),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "interest"), _negated=True),
                    models.Q(("from_on__isnull", False), ("to_on__gte", models.F("from_on"))),
                    _connector="OR",
                ),
                name="charge_interest_has_its_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="charge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "interest")),
                fields=("of_entry", "from_on"),
                name="charge_interest_once_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargewaiver",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="charge_waiver_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargewaiver",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="charge_waiver_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entity__isnull", False)),
                fields=("code", "channel", "language", "entity", "segment", "version"),
                name="template_version_once_at_entity",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entity__isnull", True)),
                fields=("code", "channel", "language", "segment", "version"),
                name="template_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("entity__isnull", False)),
                fields=("code", "channel", "language", "entity", "segment"),
                name="template_one_active_at_entity",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("active", True), ("entity__isnull", True)),
                fields=("code", "channel", "language", "segment"),
                name="template_one_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("activated_by__isnull", True),
                    ("drafted_by__isnull", True),
                    models.Q(("activated_by", models.F("drafted_by")), _negated=True),
                    _connector="OR",
                ),
                name="template_activated_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["user", "-at"], name="notification_by_user"),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(fields=("user", "key"), name="notification_once"),
        ),
        migrations.AddIndex(
            model_name="providerevent",
            index=models.Index(fields=["message", "kind"], name="event_by_message"),
        ),
        migrations.RunPython(nothing_stops_them, migrations.RunPython.noop),
        migrations.RunPython(bring_back, migrations.RunPython.noop),
    ]
