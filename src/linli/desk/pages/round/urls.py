"""Addresses of the worker's round."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.round import day, offline, sending

app_name = "round"
urlpatterns = [
    path("c/<slug:slug>/round/", day.day, name="day"),
    path("c/<slug:slug>/round/send/", sending.send, name="send"),
    path("c/<slug:slug>/round/who/", offline.who, name="who"),
    path("c/<slug:slug>/round/worker.js", offline.worker, name="worker"),
]
