"""Addresses of the reports pages."""

from django.urls import URLPattern, URLResolver

from reports.pages import aging

app_name = "reports"
urlpatterns: list[URLPattern | URLResolver] = [
    *aging.urlpatterns,
]
"""One list per room, put together here."""
