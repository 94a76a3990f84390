"""Addresses of what a resident sees."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "resident"
urlpatterns: list[URLPattern] = []
