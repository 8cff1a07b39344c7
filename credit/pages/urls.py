"""Addresses of the credit pages."""

from django.urls import URLPattern, URLResolver

app_name = "credit"
urlpatterns: list[URLPattern | URLResolver] = []
"""One list per room, put together here."""
