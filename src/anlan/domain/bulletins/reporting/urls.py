"""Addresses of reports to bodies that hear of a campaign."""

from django.urls import path

from anlan.domain.bulletins.reporting import views

urlpatterns = [
    path("hearings/<uuid:pk>/", views.of_hearing, name="of_hearing"),
    path("hearings/<uuid:pk>/back/<int:report>/", views.take_back, name="unreport"),
]
