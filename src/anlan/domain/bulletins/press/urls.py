"""Addresses of the bank of questions and of the register of publications."""

from django.urls import path

from anlan.domain.bulletins.press import views

urlpatterns = [
    path("questions/", views.questions, name="questions"),
    path("questions/new/", views.edit_question, name="new_question"),
    path("questions/<uuid:pk>/", views.edit_question, name="edit_question"),
    path("questions/<uuid:pk>/withdraw/", views.withdraw_question, name="withdraw_question"),
    path("publications/", views.publications, name="publications"),
    path("publications/list.xlsx", views.export_publications, name="export_publications"),
    path("publications/new/", views.new_publication, name="new_publication"),
    path("publications/<uuid:pk>/", views.publication, name="publication"),
    path("<uuid:pk>/questions/", views.put_in, name="put_in"),
]
