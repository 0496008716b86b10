"""Owns the guest's addresses."""

from django.urls import path

from guestchat.guest import views

urlpatterns = [
    path("q/<str:code>/", views.scan),
    path("chat/", views.chat),
    path("chat/messages/", views.messages),
    path("chat/delete/", views.delete),
    path("menu/", views.menu),
    path("menu/<slug:venue_key>/", views.menu),
    path("r/<str:code>/", views.receipt),
]
