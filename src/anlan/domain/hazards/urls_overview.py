"""Addresses of the overview: the home page among them."""

from django.urls import path

from anlan.domain.hazards import views_overview

app_name = "overview"
urlpatterns = [
    path("", views_overview.home, name="home"),
    path("areas/<str:code>/", views_overview.area_page, name="area"),
    path("areas/<str:code>/shapes/", views_overview.shapes, name="shapes"),
    path("areas/<str:code>/shape/", views_overview.shape, name="shape"),
    path("figures/records/", views_overview.records, name="records"),
]
