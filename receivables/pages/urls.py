"""Addresses of the receivables pages."""

from django.urls import URLPattern, URLResolver

app_name = "receivables"
urlpatterns: list[URLPattern | URLResolver] = []
