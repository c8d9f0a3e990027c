"""Addresses of one table and three lists."""

from django.urls import path

from anlan.domain.campaigns.tallies import views

_COPY = "tallies/copies/<uuid:pk>/"
urlpatterns = [
    path("<uuid:pk>/tallies/", views.tallies, name="tallies"),
    path("<uuid:pk>/tallies/new/", views.new_tally, name="new_tally"),
    path("tallies/<uuid:pk>/", views.tally, name="tally"),
    path("tallies/<uuid:pk>/edit/", views.edit_tally, name="edit_tally"),
    path("tallies/<uuid:pk>/hand-out/", views.hand_out_tally, name="hand_out_tally"),
    path("tallies/<uuid:pk>/table.xlsx", views.export_tally, name="export_tally"),
    path(_COPY, views.tally_copy, name="tally_copy"),
    path(f"{_COPY}book.xlsx", views.tally_book, name="tally_book"),
    path(f"{_COPY}import/", views.import_tally, name="import_tally"),
    path(f"{_COPY}confirm/", views.confirm_tally, name="confirm_tally"),
    path(f"{_COPY}new/<int:place>/", views.tally_row, name="new_tally_row"),
    path(f"{_COPY}rows/<uuid:row_pk>/", views.tally_row, name="tally_row"),
    path(f"{_COPY}rows/<uuid:row_pk>/remove/", views.remove_tally_row, name="remove_tally_row"),
]
