"""Addresses of the dunning pages."""

from django.urls import URLPattern, URLResolver

app_name = "dunning"
urlpatterns: list[URLPattern | URLResolver] = []
"""One list per room, put together here."""
