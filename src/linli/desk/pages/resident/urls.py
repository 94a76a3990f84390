"""Addresses of what a resident sees."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.resident import follow_views, my_views, public_views, report_views

app_name = "resident"
urlpatterns = [
    path("c/<slug:slug>/report/", report_views.report, name="report"),
    path("c/<slug:slug>/report/photos/", report_views.send_photo, name="send_photo"),
    path("c/<slug:slug>/report/photos/<str:token>/", report_views.waiting_photo, name="waiting_photo"),
    path("c/<slug:slug>/report/near/", report_views.near, name="near"),
    path("c/<slug:slug>/q/<str:code>/", report_views.at_spot, name="at_spot"),
    path("c/<slug:slug>/follow/", follow_views.enter, name="follow"),
    path("c/<slug:slug>/follow/<str:code>/", follow_views.follow, name="followed"),
    path("c/<slug:slug>/follow/<str:code>/received/", follow_views.received, name="received"),
    path("c/<slug:slug>/follow/<str:code>/photos/<uuid:key>/", follow_views.photo, name="followed_photo"),
    path("c/<slug:slug>/follow/<str:code>/my-data/", my_views.my_data, name="my_data"),
    path("c/<slug:slug>/follow/<str:code>/my-data/file/", my_views.take_away, name="take_away"),
    path("c/<slug:slug>/follow/<str:code>/my-data/forget/", my_views.forget_me, name="forget_me"),
    path("c/<slug:slug>/follow/<str:code>/<slug:verb>/", follow_views.act, name="act"),
    path("c/<slug:slug>/matters/", public_views.matters, name="matters"),
    path("c/<slug:slug>/matters/<str:code>/", public_views.matter, name="matter"),
    path("c/<slug:slug>/matters/<str:code>/join/", public_views.join, name="join"),
    path("c/<slug:slug>/photos/<uuid:key>/", public_views.photo, name="photo"),
]
