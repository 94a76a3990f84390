"""Addresses of what shows grids and spots."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "grids"
urlpatterns: list[URLPattern] = []
