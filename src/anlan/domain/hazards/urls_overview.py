"""Addresses of the overview: the home page among them."""

from django.urls import path

from anlan.domain.hazards import views_overview, views_records, views_shapes, views_slow

app_name = "overview"
urlpatterns = [
    path("", views_overview.home, name="home"),
    path("areas/<str:code>/", views_overview.area_page, name="area"),
    path("areas/<str:code>/slow/", views_slow.slow, name="slow"),
    path("areas/<str:code>/shapes/", views_shapes.shapes, name="shapes"),
    path("areas/<str:code>/shape/", views_shapes.shape, name="shape"),
    path("figures/records/", views_records.records, name="records"),
]
