"""Addresses of this capability's pages."""

from django.urls import path

from anlan.domain.hazards import views

app_name = "hazards"
urlpatterns = [
    path("", views.hazard_list, name="list"),
    path("new/", views.hazard_new, name="new"),
    path("<uuid:pk>/", views.hazard_page, name="page"),
    path("<uuid:pk>/files/<uuid:file>/", views.hazard_file, name="file"),
    path("<uuid:pk>/proposals/<uuid:proposal>/<slug:code>/", views.proposal_step, name="proposal"),
    path("<uuid:pk>/<slug:code>/", views.hazard_step, name="step"),
]
