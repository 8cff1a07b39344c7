"""Every address of the installation. Upper floors are included by dotted string, so this floor imports none of them."""

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from receivables import portal
from receivables.conf import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", import_string("receivables.conf.api.api").urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("r/<str:token>/", portal.receipt, name="receipt"),
    path("", include("receivables.pages.urls")),
    path("", include("credit.pages.urls")),
    path("", include("dunning.pages.urls")),
    path("", include("reports.pages.urls")),
]
