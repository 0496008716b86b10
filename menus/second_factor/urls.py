"""Owns the addresses of the second factor, below the admin's."""

from django.urls import path

from menus.second_factor import views

app_name = "second_factor"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("set-up/", views.set_up, name="set_up"),
    path("off/", views.off, name="off"),
]
