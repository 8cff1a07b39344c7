"""Addresses of the invoice pages and the outbox."""

from django.urls import URLPattern, path, re_path

from receivables.pages import invoice_acts, invoice_dates, invoice_losses, invoices, outbox

_ONE = "invoices/<int:pk>/"
urlpatterns: list[URLPattern] = [
    path("invoices/", invoices.show, name="invoices"),
    re_path(r"^invoices/export\.(?P<kind>csv|xlsx)$", invoices.export, name="invoices_export"),
    path(_ONE, invoices.detail, name="invoice"),
    path(f"{_ONE}paper/", invoices.paper, name="invoice_paper"),
    path(f"{_ONE}issue/", invoice_acts.issue, name="invoice_issue"),
    path(f"{_ONE}send/", invoice_acts.send, name="invoice_send"),
    path(f"{_ONE}dispatches/<int:dispatch_id>/track/", invoice_acts.track, name="invoice_track"),
    path(f"{_ONE}dispatches/<int:dispatch_id>/revoke/", invoice_acts.revoke, name="invoice_revoke"),
    path(f"{_ONE}credit/", invoice_acts.credit, name="invoice_credit"),
    path(f"{_ONE}cancel/", invoice_acts.cancel, name="invoice_cancel"),
    path(f"{_ONE}reissue/", invoice_acts.reissue, name="invoice_reissue"),
    path(f"{_ONE}write-off/", invoice_losses.propose, name="invoice_write_off"),
    path(
        f"{_ONE}write-offs/<int:write_off_id>/take-back/", invoice_losses.take_back, name="invoice_take_back"
    ),
    path(
        f"{_ONE}write-offs/<int:write_off_id>/undo/",
        invoice_dates.take_difference_back,
        name="invoice_difference_undo",
    ),
    path(f"{_ONE}dates/", invoice_dates.reschedule, name="invoice_dates"),
    path(f"{_ONE}credit-notes/<int:note_id>/void/", invoice_losses.void, name="invoice_void"),
    path(f"{_ONE}changes/<int:change_id>/decide/", invoice_losses.decide, name="invoice_decide"),
    path(f"{_ONE}allocations/<int:allocation_id>/undo/", invoice_losses.undo, name="invoice_undo"),
    path("outbox/", outbox.show, name="outbox"),
    path("outbox/<int:pk>/", outbox.read, name="message"),
    path("outbox/<int:pk>/mail/", outbox.mail, name="message_mail"),
    path("outbox/<int:pk>/files/<int:number>/", outbox.file, name="message_file"),
    path("outbox/<int:pk>/allow/", outbox.allow, name="message_allow"),
    path("outbox/<int:pk>/<str:verb>/", outbox.decide, name="message_decide"),
    path("outbox/channels/<str:channel>/resume/", outbox.resume, name="channel_resume"),
]
