"""Addresses of the pages."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages import views

app_name = "pages"
urlpatterns = [
    path("", views.start, name="start"),
    path("c/<slug:slug>/", views.life_map, name="map"),
    path("c/<slug:slug>/list/", views.life_list, name="list"),
]
