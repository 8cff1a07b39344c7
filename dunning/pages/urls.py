"""Addresses of the dunning pages."""

from django.urls import URLPattern, URLResolver

from dunning.pages import blocks, calls, handovers, interest, policies, promises

app_name = "dunning"
urlpatterns: list[URLPattern | URLResolver] = [
    *blocks.urlpatterns,
    *calls.urlpatterns,
    *handovers.urlpatterns,
    *interest.urlpatterns,
    *policies.urlpatterns,
    *promises.urlpatterns,
]
"""One list per room, put together here."""
