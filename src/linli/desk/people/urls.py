"""Addresses of staff, residents and accounts."""

from __future__ import annotations

from django.urls import path

from linli.desk.people import account_views, desk_resident_views, staff_views

app_name = "people"
urlpatterns = [
    path("account/", account_views.account, name="account"),
    path("c/<slug:slug>/desk/session/", account_views.staff_session, name="staff_session"),
    path("c/<slug:slug>/desk/session/end/", account_views.end_staff_session, name="end_staff_session"),
    path("c/<slug:slug>/desk/staff/", staff_views.staff, name="staff"),
    path("c/<slug:slug>/desk/staff/hire/", staff_views.hire, name="hire"),
    path("c/<slug:slug>/desk/staff/grids/<int:grid>/", staff_views.hand_over, name="hand_over"),
    path("c/<slug:slug>/desk/staff/<int:post>/end/", staff_views.dismiss, name="dismiss"),
    path("c/<slug:slug>/desk/staff/<int:post>/way-in/", staff_views.let_in, name="let_in"),
    path("c/<slug:slug>/desk/residents/", desk_resident_views.residents, name="residents"),
    path("c/<slug:slug>/desk/residents/new/", desk_resident_views.new_resident, name="new_resident"),
    path("c/<slug:slug>/desk/residents/<int:pk>/", desk_resident_views.resident, name="resident"),
    path("c/<slug:slug>/desk/residents/<int:pk>/correct/", desk_resident_views.correct, name="correct"),
    path("c/<slug:slug>/desk/residents/<int:pk>/consent/", desk_resident_views.consent, name="consent"),
    path("c/<slug:slug>/desk/residents/<int:pk>/proxy/", desk_resident_views.proxy, name="proxy"),
    path("c/<slug:slug>/desk/residents/<int:pk>/export/", desk_resident_views.export, name="export"),
    path("c/<slug:slug>/desk/residents/<int:pk>/erase/", desk_resident_views.erase, name="erase"),
]
