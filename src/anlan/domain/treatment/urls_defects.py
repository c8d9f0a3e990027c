"""Addresses of equipment and its defects."""

from django.urls import path

from anlan.domain.treatment import views_defects as views

app_name = "defects"
urlpatterns = [
    path("", views.defects, name="list"),
    path("levels/", views.levels, name="levels"),
    path("equipment/", views.equipment_list, name="equipment_list"),
    path("equipment/new/", views.equipment_new, name="equipment_new"),
    path("at/<str:code>/", views.equipment, name="equipment"),
    path("at/<str:code>/label/", views.label, name="label"),
    path("at/<str:code>/file/", views.file, name="file"),
    path("<uuid:pk>/", views.page, name="page"),
    path("<uuid:pk>/<slug:code>/", views.step, name="step"),
]
