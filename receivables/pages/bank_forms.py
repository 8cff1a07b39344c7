"""Forms of bank accounts, their mapping and the upload of statements. They check shapes; the verbs decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.banking import port
from receivables.models import BankAccount, LegalEntity
from receivables.pages.form_base import PlacedForm
from receivables.rules.money import format_plain, to_minor
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

ROLES = (
    ("booked_on", _("Day booked"), True),
    ("value_on", _("Value date"), False),
    ("amount", _("Amount, signed"), False),
    ("debit", _("Money out"), False),
    ("credit", _("Money in"), False),
    ("currency", _("Currency"), False),
    ("reference", _("Reference"), False),
    ("text", _("Text"), False),
    ("payer_name", _("Payer"), False),
    ("payer_account", _("Payer's account"), False),
    ("bank_id", _("Bank's own number"), False),
)
DATES = (
    ("ISO", _("year-month-day")),
    ("DMY", _("day.month.year")),
    ("MDY", _("month/day/year")),
    ("YMD", _("year/month/day, any mark")),
)


class AccountForm(PlacedForm):
    """An account and how generously its lines are matched."""

    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=_("Legal entity"))
    name = forms.CharField(label=_("Name"), max_length=120)
    iban = forms.CharField(
        label=_("IBAN or account number"),
        max_length=60,
        required=False,
        help_text=_("By it a statement finds its account."),
    )
    currency = forms.RegexField(r"\A[A-Za-z]{3}\Z", label=_("Currency"), max_length=3)
    auto_apply = forms.BooleanField(
        label=_("Apply sure matches without a person"), required=False, initial=True
    )
    auto_alias = forms.BooleanField(
        label=_("A known payer's only item of the exact amount is sure as well"), required=False
    )
    fees = forms.CharField(label=_("Bank fees up to"), required=False, max_length=20)
    tolerance = forms.CharField(label=_("Other small differences up to"), required=False, max_length=20)
    auto_differences = forms.BooleanField(
        label=_("Give such differences up without a person"), required=False
    )

    def __init__(self, data: Any, user: Any, account: BankAccount | None = None) -> None:
        super().__init__(data, initial=self._initial(account))
        entities = LegalEntity.objects.for_user(user).order_by("name")
        self.fields["entity"].queryset = entities  # type: ignore[attr-defined]
        if account is None and len(entities) == 1:
            self.initial["entity"], self.initial["currency"] = entities[0], entities[0].currency

    @staticmethod
    def _initial(account: BankAccount | None) -> dict[str, Any]:
        if account is None:
            return {}
        spec, code = account.match_policy or {}, account.currency
        return {
            "entity": account.entity_id,
            "name": account.name,
            "iban": account.iban,
            "currency": code,
            "auto_apply": spec.get("auto_apply", True),
            "auto_alias": spec.get("auto_alias", False),
            "auto_differences": spec.get("auto_differences", False),
            "fees": format_plain(spec["accept_fees_up_to"], code) if spec.get("accept_fees_up_to") else "",
            "tolerance": format_plain(spec["tolerance_amount"], code) if spec.get("tolerance_amount") else "",
        }

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("fees", "tolerance"):
            try:
                given[name] = to_minor(given.get(name) or "0", given.get("currency", "EUR"))
            except Refused as refused:
                self.add_error(name, refusal_words.said(refused.message))
        return given

    def policy(self, old: dict[str, Any]) -> dict[str, Any]:
        """The matching policy as saved; parts this form does not show stay as they were."""
        given = self.cleaned_data
        spec = {**old, "auto_apply": given["auto_apply"], "auto_alias": given["auto_alias"]}
        spec |= {"accept_fees_up_to": given["fees"], "auto_differences": given["auto_differences"]}
        spec["tolerance_amount"] = given["tolerance"] or None
        return spec


class UploadForm(PlacedForm):
    """A statement file, and the account where the file does not say it."""

    file = forms.FileField(label=_("Bank statement"))
    account = forms.ModelChoiceField(
        BankAccount.objects.none(),
        label=_("Account"),
        required=False,
        empty_label=_("Find it by the number in the file"),
    )
    mapping = forms.ChoiceField(label=_("How a table is read"), required=False)

    def __init__(self, data: Any, files: Any, user: Any) -> None:
        super().__init__(data, files)
        self.fields["account"].queryset = BankAccount.objects.for_user(user).order_by("name")  # type: ignore[attr-defined]
        saved = [("", _("As saved for the account, or as the bank is known"))]
        self.fields["mapping"].choices = saved + preset_choices()  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            most = settings.UPLOAD_MAX_BYTES // 1_000_000
            raise forms.ValidationError(_("The file is larger than %(most)s MB."), params={"most": most})
        return file


class MappingForm(forms.Form):
    """Which column is what. Several column names of a role are joined, one to a line."""

    preset = forms.ChoiceField(label=_("Start from a known bank"), required=False)
    file = forms.FileField(label=_("A file of this bank, to try it with"), required=False)
    decimal_mark = forms.ChoiceField(
        label=_("Decimal mark"), choices=(("", _("as it is clear")), (".", "."), (",", ",")), required=False
    )
    date_order = forms.ChoiceField(label=_("Dates"), choices=DATES, required=False)
    keep_as = forms.CharField(label=_("Keep under a name for other accounts"), max_length=80, required=False)

    def __init__(self, data: Any = None, files: Any = None, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["preset"].choices = [("", _("None: name the columns")), *preset_choices()]  # type: ignore[attr-defined]
        for role, label, _needed in ROLES:
            self.fields[f"column_{role}"] = forms.CharField(label=label, required=False, max_length=400)

    def spec(self) -> dict[str, Any]:
        """The mapping as saved."""
        given = self.cleaned_data
        if given.get("preset"):
            return port.presets()[given["preset"]].as_dict()
        named = {role: given.get(f"column_{role}", "") for role, _label, _needed in ROLES}
        columns = {
            role: [part.strip() for part in text.split("|") if part.strip()]
            for role, text in named.items()
            if text.strip()
        }
        return {
            "columns": columns,
            "decimal_mark": given.get("decimal_mark", ""),
            "date_order": given.get("date_order") or "ISO",
        }

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{role}"] for role, _label, _needed in ROLES]


def initial_of(spec: dict[str, Any]) -> dict[str, Any]:
    """A saved mapping as the form's first values."""
    columns = spec.get("columns") or {}
    found: dict[str, Any] = {f"column_{role}": " | ".join(map(str, names)) for role, names in columns.items()}
    return found | {"decimal_mark": spec.get("decimal_mark", ""), "date_order": spec.get("date_order", "ISO")}


def preset_choices() -> list[tuple[str, Any]]:
    return [(name, mapping.label or name) for name, mapping in port.presets().items()]
