"""Addresses of the open data."""

from __future__ import annotations

from django.urls import path

from linli.desk.api import open_data

app_name = "open"
urlpatterns = [
    path("c/<slug:slug>/open/matters.csv", open_data.as_csv, name="csv"),
    path("c/<slug:slug>/open/matters.json", open_data.as_json, name="json"),
    path("c/<slug:slug>/open/matters.geojson", open_data.as_geojson, name="geojson"),
    path("c/<slug:slug>/open/matters.atom", open_data.feed, name="feed"),
    path("c/<slug:slug>/open/counts.csv", open_data.counts, name="counts"),
]
