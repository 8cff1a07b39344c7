"""Addresses of the credit pages."""

from django.urls import URLPattern, URLResolver

from credit.pages import customer, holds

app_name = "credit"
urlpatterns: list[URLPattern | URLResolver] = [*customer.urlpatterns, *holds.urlpatterns]
"""One list per room, put together here."""
