"""Addresses of problem lists."""

from django.urls import path

from anlan.domain.lists.views import items, kinds, promotions

app_name = "lists"
urlpatterns = [
    path("", items.overview, name="overview"),
    path("items/", items.items, name="items"),
    path("items/new/", items.new, name="new"),
    path("items/<uuid:pk>/", items.item, name="item"),
    path("items/<uuid:pk>/<slug:code>/", items.step, name="step"),
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/<uuid:pk>/", promotions.promotion, name="promotion"),
    path("hazards/<uuid:pk>/", promotions.of_hazard, name="of_hazard"),
    path("hazards/<uuid:pk>/promote/", promotions.promote, name="promote"),
    path("kinds/", kinds.kinds, name="kinds"),
    path("kinds/take-up/", kinds.take_up, name="take_up"),
    path("kinds/new/", kinds.edit, name="new_kind"),
    path("kinds/<int:pk>/", kinds.kind, name="kind"),
    path("kinds/<int:pk>/edit/", kinds.edit, name="edit_kind"),
    path("kinds/<int:pk>/end/", kinds.end, name="end_kind"),
]
