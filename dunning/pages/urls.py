"""Addresses of the dunning pages."""

from django.urls import URLPattern, URLResolver

from dunning.pages import interest

app_name = "dunning"
urlpatterns: list[URLPattern | URLResolver] = [*interest.urlpatterns]
"""One list per room, put together here."""
