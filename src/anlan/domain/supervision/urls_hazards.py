"""Addresses of what stands over one hazard; each takes the hazard's id."""

from django.urls import path

from anlan.domain.supervision import views

app_name = "oversight"
urlpatterns = [
    path("<uuid:pk>/", views.hazard, name="hazard"),
    path("<uuid:pk>/beside/", views.of_hazard, name="of_hazard"),
    path("<uuid:pk>/files/<uuid:file>/", views.file, name="file"),
    path("<uuid:pk>/<slug:code>/", views.act, name="act"),
]
