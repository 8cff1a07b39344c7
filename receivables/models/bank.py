"""What the bank told us, kept whole: accounts, statements, lines, what we learned about payers. Lines are never dropped."""

from django.db import models
from django.db.models import Q

from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class BankAccountQuerySet(ScopedQuerySet):
    customer_path = ""


class BankAccount(models.Model):
    """One account of ours. `mapping` is the saved reading of its CSV or XLSX exports; `iban` recognises statements."""

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="bank_accounts"
    )
    name = models.CharField(max_length=120)
    iban = models.CharField(max_length=60, blank=True)
    currency = currency_field()
    mapping = models.JSONField(default=dict, blank=True)
    match_policy = models.JSONField(default=dict, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "name"], name="bank_account_name_once")]

    def __str__(self) -> str:
        return self.name


class StatementQuerySet(ScopedQuerySet):
    entity_path = "account__entity_id"
    customer_path = ""


class Statement(Tracked):
    """One statement out of a file. FLAGGED: its arithmetic does not close, so nothing is posted until a person decides.

    `kind` is final, interim or notification; only final ones post. `repeats` are ids of lines known from earlier statements.
    """

    class State(models.TextChoices):
        FLAGGED = "FLAGGED"
        TAKEN_IN = "TAKEN_IN"
        DISCARDED = "DISCARDED"

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    import_file = models.ForeignKey(
        "receivables.ImportFile", on_delete=models.PROTECT, related_name="statements"
    )
    format = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, default="final")
    number = models.CharField(max_length=60, blank=True)
    currency = currency_field()
    opening = models.BigIntegerField(null=True)
    closing = models.BigIntegerField(null=True)
    opening_on = models.DateField(null=True)
    closing_on = models.DateField(null=True)
    lines_total = models.BigIntegerField(default=0)
    difference = models.BigIntegerField(null=True)
    problems = models.JSONField(default=list)
    repeats = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_reason = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()

    objects = StatementQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.account} {self.number}"


class StatementLineQuerySet(ScopedQuerySet):
    entity_path = "account__entity_id"
    customer_path = ""

    def to_apply(self) -> "StatementLineQuerySet":
        """What a person still has to look at: money in, and money taken back that found no payment."""
        return self.filter(state=StatementLine.State.NEW)


class StatementLine(Tracked):
    """One line of a bank statement. Identity: account, day, signed amount, hash of the text, and k for the k-th equal line.

    `balance_after` is the running balance where the statement adds up; it tells equal lines of one day apart. `tokens` are the
    references that the line surely quotes, in their normal form. INFO lines (pending, interim) are shown and never posted.
    """

    class State(models.TextChoices):
        HELD = "HELD"
        NEW = "NEW"
        APPLIED = "APPLIED"
        ON_ACCOUNT = "ON_ACCOUNT"
        IGNORED = "IGNORED"
        INFO = "INFO"
        UNREADABLE = "UNREADABLE"

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    booked_on = models.DateField(null=True)
    value_on = models.DateField(null=True)
    currency = currency_field()
    amount = models.BigIntegerField(null=True)
    text_hash = models.CharField(max_length=64)
    k = models.PositiveIntegerField(default=1)
    balance_after = models.BigIntegerField(null=True)
    tokens = models.JSONField(default=list)
    reference = models.CharField(max_length=200, blank=True)
    end_to_end_id = models.CharField(max_length=80, blank=True)
    payer_name = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    source_line = models.PositiveIntegerField(default=0)
    is_reversal = models.BooleanField(default=False)
    problem = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=State.choices)
    matched_by = models.CharField(max_length=150, blank=True)
    match_confidence = models.PositiveSmallIntegerField(null=True)
    match_reasons = models.JSONField(default=list)
    state_reason = models.CharField(max_length=200, blank=True)

    objects = StatementLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "booked_on", "amount", "text_hash", "k"], name="bank_line_once"
            ),
            models.CheckConstraint(
                condition=Q(state="UNREADABLE") | (Q(amount__isnull=False) & Q(booked_on__isnull=False)),
                name="bank_line_readable_has_amount_and_date",
            ),
        ]
        indexes = [models.Index(fields=["state", "-booked_on"], name="bank_line_by_state")]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.payer_name}"


class AliasQuerySet(ScopedQuerySet):
    entity_path = ""


class PayerAlias(models.Model):
    """What a person's correction taught us: this payer name, account or text means that customer."""

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="payer_aliases"
    )
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200)
    hits = models.PositiveIntegerField(default=1)

    objects = AliasQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value", "customer"], name="payer_alias_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class ImportFileQuerySet(ScopedQuerySet):
    customer_path = ""


class ImportFile(Tracked):
    """A file somebody gave us: what it was, its hash (the same file is taken in once), how far we are, and its row errors."""

    class Kind(models.TextChoices):
        BANK = "bank"
        LEDGER = "ledger"
        REQUESTS = "requests"

    class State(models.TextChoices):
        STAGED = "STAGED"
        REFUSED = "REFUSED"
        POSTING = "POSTING"
        DONE = "DONE"

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="import_files"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_skipped = models.PositiveIntegerField(default=0)
    rows_failed = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    staged = models.JSONField(default=list)
    stored_as = models.CharField(max_length=200, blank=True)
    taken_in_by = models.CharField(max_length=150)
    taken_in_at = models.DateTimeField()

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "kind", "sha256"], condition=~Q(state="REFUSED"), name="import_file_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportMapping(models.Model):
    """A saved reading of somebody's columns, to be used again."""

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="import_mappings"
    )
    kind = models.CharField(max_length=10, choices=ImportFile.Kind.choices)
    name = models.CharField(max_length=80)
    spec = models.JSONField(default=dict)

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "kind", "name"], name="import_mapping_once")]

    def __str__(self) -> str:
        return self.name
