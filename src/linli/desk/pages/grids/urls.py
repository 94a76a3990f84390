"""Addresses of what shows grids and spots."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.grids import place_views, public, spot_views, views

app_name = "grids"
urlpatterns = [
    path("c/<slug:slug>/grids/", public.who, name="public"),
    path("c/<slug:slug>/grids/grids.geojson", public.outlines, name="outlines"),
    path("c/<slug:slug>/desk/grids/", views.grid_map, name="map"),
    path("c/<slug:slug>/desk/grids/drawn.json", views.drawn, name="drawn"),
    path("c/<slug:slug>/desk/grids/change/", views.change, name="change"),
    path("c/<slug:slug>/desk/place/", place_views.place, name="place"),
    path("c/<slug:slug>/desk/place/look/", place_views.look, name="look_at_list"),
    path("c/<slug:slug>/desk/place/change/", place_views.change, name="change_place"),
    path("c/<slug:slug>/desk/spots/", spot_views.spots, name="spots"),
    path("c/<slug:slug>/desk/spots/look/", spot_views.look, name="look"),
    path("c/<slug:slug>/desk/spots/change/", spot_views.change, name="change_spots"),
    path("c/<slug:slug>/desk/spots/sheet/", spot_views.sheet, name="sheet"),
]
