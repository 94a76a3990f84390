"""Addresses of mail, lists and forgetting."""

from __future__ import annotations

from django.urls import path

from linli.desk.pages.incoming import forgetting, lists, mailbox

app_name = "incoming"
urlpatterns = [
    path("c/<slug:slug>/desk/incoming/", mailbox.mailbox, name="mailbox"),
    path("c/<slug:slug>/desk/incoming/try/", mailbox.try_it, name="try"),
    path("c/<slug:slug>/desk/incoming/mail/<int:pk>/again/", mailbox.again, name="again"),
    path("c/<slug:slug>/desk/incoming/lists/", lists.lists, name="lists"),
    path("c/<slug:slug>/desk/incoming/lists/pattern.csv", lists.pattern, name="pattern"),
    path("c/<slug:slug>/desk/incoming/lists/<int:pk>/", lists.one, name="list"),
    path("c/<slug:slug>/desk/incoming/lists/<int:pk>/drop/", lists.drop, name="drop"),
    path("c/<slug:slug>/desk/incoming/lists/<int:pk>/undo/", lists.undo, name="undo"),
    path("c/<slug:slug>/desk/incoming/forgetting/", forgetting.forgetting, name="forgetting"),
    path("c/<slug:slug>/desk/incoming/forgetting/<int:pk>/lift/", forgetting.lift, name="lift"),
]
