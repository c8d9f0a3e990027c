"""Addresses of the battle map; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.battlemap import views as views_map
from anlan.domain.campaigns.battlemap import views_month
from anlan.domain.campaigns.battlemap import views_rule as views_map_rule

urlpatterns = [
    path("map/rule/", views_map_rule.edit, name="map_rule"),
    path("<uuid:pk>/map/", views_map.chart, name="map"),
    path("<uuid:pk>/calendar/", views_month.of_campaign, name="calendar"),
    path("<uuid:pk>/map/rows/", views_map.opened, name="map_rows"),
    path("<uuid:pk>/map/deadlines.ics", views_map.ics, name="map_ics"),
]
