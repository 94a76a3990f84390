"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.setup import categories, community, days, gateways, ladder, overview, rules, texts

app_name = "setup"
_AT = "c/<slug:slug>/desk/setup/"
urlpatterns = [
    path(_AT, overview.overview, name="overview"),
    path(f"{_AT}categories/", categories.categories, name="categories"),
    path(f"{_AT}categories/new/", categories.new_category, name="new_category"),
    path(f"{_AT}categories/<int:pk>/", categories.category, name="category"),
    path(f"{_AT}categories/<int:pk>/<slug:what>/", categories.change, name="change_category"),
    path(f"{_AT}messages/", gateways.gateways, name="gateways"),
    path(f"{_AT}messages/<int:pk>/retry/", gateways.retry, name="retry"),
    path(f"{_AT}messages/<slug:channel>/", gateways.gateway, name="gateway"),
    path(f"{_AT}messages/<slug:channel>/try/", gateways.try_it, name="try"),
    path(f"{_AT}messages/<slug:channel>/rest/", gateways.rest, name="rest"),
    path(f"{_AT}messages/<slug:channel>/retry/", gateways.retry_all, name="retry_all"),
    path(f"{_AT}rules/", rules.rules, name="rules"),
    path(f"{_AT}rules/<int:pk>/<slug:what>/", rules.change, name="change_rule"),
    path(f"{_AT}ladder/", ladder.ladder, name="ladder"),
    path(f"{_AT}texts/", texts.texts, name="texts"),
    path(f"{_AT}texts/new/", texts.new_text, name="new_text"),
    path(f"{_AT}texts/<int:pk>/", texts.text, name="text"),
    path(f"{_AT}texts/<int:pk>/drop/", texts.drop_text, name="drop_text"),
    path(f"{_AT}calendar/", days.this_year, name="calendar"),
    path(f"{_AT}calendar/<int:number>/", days.year, name="year"),
    path(f"{_AT}calendar/<int:number>/fill/", days.seed, name="seed_year"),
    path(f"{_AT}calendar/day/<str:date>/", days.day, name="day"),
    path(f"{_AT}community/", community.community, name="community"),
]
