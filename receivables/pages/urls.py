"""Addresses of the receivables pages."""

from django.urls import URLPattern, URLResolver, path

from receivables.pages import (
    audit,
    bank_urls,
    imports,
    invoice_urls,
    ledger_urls,
    master_urls,
    request_urls,
    session,
    styleguide,
)

app_name = "receivables"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", session.home, name="home"),
    path("login/", session.log_in, name="login"),
    path("logout/", session.log_out, name="logout"),
    path("preferences/", session.preferences, name="preferences"),
    path("styleguide/", styleguide.show, name="styleguide"),
    *audit.urlpatterns,
    *bank_urls.urlpatterns,
    *imports.urlpatterns,
    *invoice_urls.urlpatterns,
    *ledger_urls.urlpatterns,
    *master_urls.urlpatterns,
    *request_urls.urlpatterns,
]
