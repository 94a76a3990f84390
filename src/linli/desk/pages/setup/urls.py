"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.setup import categories, gateways, overview

app_name = "setup"
_AT = "c/<slug:slug>/desk/setup/"
urlpatterns = [
    path(_AT, overview.overview, name="overview"),
    path(f"{_AT}categories/", categories.categories, name="categories"),
    path(f"{_AT}categories/new/", categories.new_category, name="new_category"),
    path(f"{_AT}categories/<int:pk>/", categories.category, name="category"),
    path(f"{_AT}categories/<int:pk>/<slug:what>/", categories.change, name="change_category"),
    path(f"{_AT}messages/", gateways.gateways, name="gateways"),
    path(f"{_AT}messages/<int:pk>/retry/", gateways.retry, name="retry"),
    path(f"{_AT}messages/<slug:channel>/", gateways.gateway, name="gateway"),
    path(f"{_AT}messages/<slug:channel>/try/", gateways.try_it, name="try"),
    path(f"{_AT}messages/<slug:channel>/rest/", gateways.rest, name="rest"),
    path(f"{_AT}messages/<slug:channel>/retry/", gateways.retry_all, name="retry_all"),
]
