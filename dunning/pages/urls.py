"""Addresses of the dunning pages."""

from django.urls import URLPattern, URLResolver

from dunning.pages import (
    blocks,
    calls,
    handovers,
    interest,
    notice_by_hand,
    notice_desk,
    notices,
    policies,
    promises,
)

app_name = "dunning"
urlpatterns: list[URLPattern | URLResolver] = [
    *blocks.urlpatterns,
    *calls.urlpatterns,
    *handovers.urlpatterns,
    *interest.urlpatterns,
    *notice_by_hand.urlpatterns,
    *notice_desk.urlpatterns,
    *notices.urlpatterns,
    *policies.urlpatterns,
    *promises.urlpatterns,
]
"""One list per room, put together here."""
