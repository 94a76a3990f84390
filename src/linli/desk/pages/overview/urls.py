"""Addresses of the overview."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.overview import exporting, proposing, views, week

app_name = "overview"
urlpatterns = [
    path("c/<slug:slug>/overview/", views.director, name="director"),
    path("c/<slug:slug>/overview/week/", week.week, name="week"),
    path("c/<slug:slug>/overview/export/", exporting.export, name="export"),
    path("c/<slug:slug>/overview/projects/", proposing.proposals, name="proposals"),
    path("c/<slug:slug>/overview/projects/new/", proposing.propose, name="propose"),
    path("c/<slug:slug>/overview/projects/<int:number>/", proposing.proposal, name="proposal"),
    path("c/<slug:slug>/overview/late/<str:code>/", views.acknowledge, name="acknowledge"),
]
