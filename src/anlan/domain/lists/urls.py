"""Addresses of problem lists."""

from django.urls import path

from anlan.domain.lists.activities import urls as urls_activities
from anlan.domain.lists.views import (
    ages,
    freshness,
    items,
    kinds,
    library,
    promotions,
    settings,
    stated,
)

app_name = "lists"
urlpatterns = [
    *urls_activities.urlpatterns,
    path("", items.overview, name="overview"),
    path("items/", items.items, name="items"),
    path("items/new/", items.new, name="new"),
    path("items/<uuid:pk>/", items.item, name="item"),
    path("items/<uuid:pk>/library/", library.shelve, name="shelve"),
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
    path("ages/", ages.page, name="ages_home"),
    path("ages/<str:code>/", ages.page, name="ages"),
    path("ages/<str:code>/itself/", ages.itself, name="ages_itself"),
    path("settings/<slug:code>/", settings.edit, name="setting"),
    path("freshness/", freshness.page, name="freshness"),
    path("freshness/<int:pk>/no-change/", freshness.no_change, name="no_change"),
    path("library/", library.cases, name="library"),
    path("library/<uuid:pk>/", library.case, name="library_case"),
    path("library/<uuid:pk>/withdraw/", library.withdraw, name="withdraw_case"),
    path("stated/", stated.page, name="stated"),
    path("stated/new/", stated.new, name="new_stated"),
    path("stated/<int:pk>/withdraw/", stated.withdraw, name="withdraw_stated"),
]
