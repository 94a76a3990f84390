"""Addresses of the worker's round."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.round import day

app_name = "round"
urlpatterns = [
    path("c/<slug:slug>/round/", day.day, name="day"),
]
