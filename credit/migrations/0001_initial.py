"""The ground of credit: accounts, policies, holds, episodes and risk events."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('receivables', '0004_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='CreditPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lower_after_days', models.PositiveSmallIntegerField(default=30)),
                ('hold_after_days', models.PositiveSmallIntegerField(default=30, null=True)),
                ('minimum', models.JSONField(blank=True, default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('entity', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='credit_policy', to='receivables.legalentity')),
            ],
        ),
        migrations.CreateModel(
            name='CreditAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('audit_seq', models.BigIntegerField()),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('risk_class', models.CharField(choices=[('A', 'A – trusted'), ('B', 'B – normal'), ('C', 'C – at risk'), ('N', 'N – new')], default='N', max_length=1)),
                ('limit_amount', models.BigIntegerField(null=True)),
                ('limit_currency', models.CharField(blank=True, max_length=3)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('set_by', models.CharField(max_length=150)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_accounts', to='receivables.customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_accounts', to='receivables.legalentity')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'entity', 'valid_from'), name='credit_account_once_per_day'), models.UniqueConstraint(condition=models.Q(('valid_to__isnull', True)), fields=('customer', 'entity'), name='credit_account_one_newest'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='credit_account_ends_after_start'), models.CheckConstraint(condition=models.Q(('limit_amount__isnull', True), models.Q(('limit_amount__gte', 0), models.Q(('limit_currency', ''), _negated=True)), _connector='OR'), name='credit_limit_has_a_currency')],
            },
        ),
        migrations.CreateModel(
            name='CreditHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audit_seq', models.BigIntegerField(default=0)),
                ('reason', models.CharField(choices=[('overdue', 'Long overdue'), ('limit', 'Limit exceeded'), ('broken_promise', 'Broken promise'), ('legal', 'Handed over'), ('other', 'Other')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('state', django_fsm.FSMField(choices=[('ACTIVE', 'Active'), ('RELEASED', 'Released')], default='ACTIVE', max_length=10, protected=True)),
                ('placed_on', models.DateField()),
                ('placed_at', models.DateTimeField()),
                ('placed_by', models.CharField(max_length=150)),
                ('released_at', models.DateTimeField(null=True)),
                ('released_by', models.CharField(blank=True, max_length=150)),
                ('release_reason', models.CharField(blank=True, max_length=300)),
                ('release_until', models.DateField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_holds', to='receivables.customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_holds', to='receivables.legalentity')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'ACTIVE')), fields=('customer', 'entity'), name='hold_one_active'), models.CheckConstraint(condition=models.Q(models.Q(('released_at__isnull', True), ('state', 'ACTIVE')), models.Q(('released_at__isnull', False), ('state', 'RELEASED'), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='hold_released_for_a_reason')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name='Episode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audit_seq', models.BigIntegerField(default=0)),
                ('started_on', models.DateField()),
                ('ended_on', models.DateField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='receivables.customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='episodes', to='receivables.legalentity')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('customer', 'entity'), name='episode_one_open'), models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='episode_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='RiskEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('audit_seq', models.BigIntegerField()),
                ('key', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(choices=[('broken_promise', 'Broken promise'), ('class_lowered', 'Class lowered'), ('class_set', 'Class set'), ('hold_placed', 'Orders held'), ('hold_released', 'Orders released'), ('overdue_30', 'More than 30 days overdue'), ('handed_over', 'Handed over'), ('bounce', 'Payment bounced')], max_length=20)),
                ('on', models.DateField()),
                ('figures', models.JSONField(default=dict)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='risk_events', to='receivables.customer')),
                ('entity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='risk_events', to='receivables.legalentity')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'entity', '-on'], name='risk_event_by_customer')],
            },
        ),
    ]
