"""Addresses of what staff see."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.staff import inbox, intake, matter_views, notices

app_name = "staff"
urlpatterns = [
    path("c/<slug:slug>/desk/", inbox.inbox, name="inbox"),
    path("c/<slug:slug>/desk/rows/", inbox.rows, name="rows"),
    path("c/<slug:slug>/desk/assign/", inbox.assign, name="assign"),
    path("c/<slug:slug>/desk/presence/", inbox.presence, name="presence"),
    path("c/<slug:slug>/desk/views/", inbox.save_view, name="save_view"),
    path("c/<slug:slug>/desk/views/<int:pk>/drop/", inbox.drop_view, name="drop_view"),
    path("c/<slug:slug>/desk/notices/", notices.notices, name="notices"),
    path("c/<slug:slug>/desk/notices/read/", notices.read_all, name="read_notices"),
    path("c/<slug:slug>/desk/new/", intake.intake, name="intake"),
    path("c/<slug:slug>/desk/matters/<str:code>/", matter_views.matter, name="matter"),
    path("c/<slug:slug>/desk/matters/<str:code>/contact/", matter_views.contact, name="contact"),
    path("c/<slug:slug>/desk/matters/<str:code>/<slug:verb>/", matter_views.act, name="act"),
    path("c/<slug:slug>/desk/voice/<uuid:key>/", matter_views.voice, name="voice"),
]
