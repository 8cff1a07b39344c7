"""Addresses of ledger, payments, disputes, closed periods and rates."""

from django.urls import URLPattern, path

from receivables.pages import charges, disputes, ledger, payment_acts, payments, periods

_PAYMENT = "payments/<int:pk>/"
_DISPUTE = "disputes/<int:pk>/"
urlpatterns: list[URLPattern] = [
    path("ledger/", ledger.show, name="ledger"),
    path("payments/", payments.show, name="payments"),
    path("payments/new/", payment_acts.receive, name="payment_new"),
    path(_PAYMENT, payments.detail, name="payment"),
    path(f"{_PAYMENT}apply/", payment_acts.apply, name="payment_apply"),
    path(f"{_PAYMENT}undo/", payment_acts.undo, name="payment_undo"),
    path(f"{_PAYMENT}reverse/", payment_acts.reverse, name="payment_reverse"),
    path(
        f"{_PAYMENT}reversals/<int:reversal_id>/undo/",
        payment_acts.undo_reversal,
        name="payment_reversal_undo",
    ),
    path(f"{_PAYMENT}refund/", payment_acts.refund, name="payment_refund"),
    path(f"{_PAYMENT}keep/", payment_acts.keep, name="payment_keep"),
    path(f"{_PAYMENT}transfer/", payment_acts.transfer, name="payment_transfer"),
    path("disputes/", disputes.show, name="disputes"),
    path("entries/<int:entry_id>/dispute/", disputes.open_on, name="dispute_open"),
    path(_DISPUTE, disputes.detail, name="dispute"),
    path(f"{_DISPUTE}assign/", disputes.assign, name="dispute_assign"),
    path(f"{_DISPUTE}resolve/", disputes.resolve, name="dispute_resolve"),
    *charges.urlpatterns,
    path("periods/", periods.show, name="periods"),
    path("rates/", periods.rates, name="rates"),
]
