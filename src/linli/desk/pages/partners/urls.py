"""Addresses of what connects other systems."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.partners import open_views, views

app_name = "partners"
urlpatterns = [
    path("c/<slug:slug>/open/", open_views.open_data, name="open"),
    path("c/<slug:slug>/desk/partners/", views.home, name="home"),
    path("c/<slug:slug>/desk/partners/keys/", views.make_key, name="make_key"),
    path("c/<slug:slug>/desk/partners/keys/<int:key>/revoke/", views.revoke_key, name="revoke_key"),
    path("c/<slug:slug>/desk/partners/terms/", views.set_terms, name="set_terms"),
    path("c/<slug:slug>/desk/partners/webhooks/", views.make_webhook, name="make_webhook"),
    path("c/<slug:slug>/desk/partners/webhooks/<int:webhook>/", views.webhook, name="webhook"),
    path("c/<slug:slug>/desk/partners/webhooks/<int:webhook>/<slug:verb>/", views.act, name="act"),
    path(
        "c/<slug:slug>/desk/partners/webhooks/<int:webhook>/deliveries/<int:delivery>/",
        views.retry,
        name="retry",
    ),
]
