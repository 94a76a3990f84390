"""Addresses of the whole desk."""

from __future__ import annotations

from django.urls import include, path

from linli.desk.api.urls import api
from linli.desk.config.health import health
from linli.desk.config.metrics import metrics

urlpatterns = [
    # First, since what residents ask for is asked most.
    path("", include("linli.desk.pages.resident.urls")),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
    path("", include("linli.desk.api.open_urls")),
    path("", include("linli.desk.pages.partners.urls")),
    path("open311/", include("linli.desk.api.open311.urls")),
    path("accounts/", include("linli.desk.people.account_urls")),
    path("", include("linli.desk.people.urls")),
    path("", include("linli.desk.pages.grids.urls")),
    path("", include("linli.desk.pages.overview.urls")),
    path("", include("linli.desk.pages.incoming.urls")),
    path("", include("linli.desk.pages.round.urls")),
    path("", include("linli.desk.pages.setup.urls")),
    path("", include("linli.desk.pages.staff.urls")),
    path("", include("linli.desk.pages.urls")),
]

handler404 = "linli.desk.pages.views.not_found"
