"""Addresses of Open311."""

from __future__ import annotations

from django.urls import path, re_path

from linli.desk.api.open311 import views

_FORM = r"\.(?P<form>xml|json)$"
app_name = "open311"
urlpatterns = [
    re_path(rf"^discovery{_FORM}", views.discovery, name="discovery"),
    re_path(rf"^v2/services{_FORM}", views.services, name="services"),
    re_path(rf"^v2/services/(?P<code>[^/]{{1,60}}){_FORM}", views.service, name="service"),
    re_path(rf"^v2/requests{_FORM}", views.requests, name="requests"),
    re_path(rf"^v2/requests/(?P<code>[^/]{{1,60}}){_FORM}", views.one_request, name="request"),
    re_path(rf"^v2/tokens/(?P<code>[^/]{{1,60}}){_FORM}", views.token, name="token"),
    path("v2/", views.nothing, name="root"),
    re_path(rf"^(?P<rest>.*){_FORM}", views.nothing, name="nothing_in_form"),
    re_path(r"^(?P<rest>.*)$", views.nothing, name="nothing"),
]
