"""Every address of the installation. Upper floors are included by dotted string, so this floor imports none of them."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from receivables import opt_out, portal, webhooks
from receivables.conf import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", import_string("receivables.conf.api.api").urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("r/<str:token>/", portal.receipt, name="receipt"),
    path("u/<str:token>/", opt_out.unsubscribe, name="unsubscribe"),
    path("hooks/sendgrid/", webhooks.sendgrid, name="sendgrid_events"),
    path("hooks/twilio/status/<str:token>/", webhooks.twilio_status, name="twilio_status"),
    path("hooks/twilio/inbound/", webhooks.twilio_inbound, name="twilio_inbound"),
    path("", include("receivables.pages.urls")),
    path("", include("credit.pages.urls")),
    path("", include("dunning.pages.urls")),
    path("", include("reports.pages.urls")),
]
