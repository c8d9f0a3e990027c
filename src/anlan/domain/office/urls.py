"""The addresses by which an office sets its house."""

from django.urls import path

from anlan.domain.office import (
    views_areas,
    views_days,
    views_deadlines,
    views_retention,
    views_trees,
)

app_name = "office"

urlpatterns = [
    path("days/", views_days.days, name="days"),
    path("days/set/", views_days.set_day, name="set_day"),
    path("days/announce/", views_days.announce, name="announce"),
    path("deadlines/", views_deadlines.deadlines, name="deadlines"),
    path("deadlines/edit/", views_deadlines.edit_deadlines, name="edit_deadlines"),
    path("retention/", views_retention.rules, name="retention"),
    path("retention/<slug:code>/", views_retention.set_days, name="set_retention"),
    path("areas/", views_areas.area_roots, name="areas"),
    path("areas/<int:pk>/", views_areas.area, name="area"),
    path("areas/<int:pk>/add/", views_areas.add_area, name="add_area"),
    path("areas/<int:pk>/rename/", views_areas.rename_area, name="rename_area"),
    path("areas/<int:pk>/recode/", views_areas.recode_area, name="recode_area"),
    path("areas/<int:pk>/reform/", views_areas.reform_area, name="reform_area"),
    path("trees/", views_trees.trees, name="trees"),
    path("trees/new/", views_trees.new_tree, name="new_tree"),
    path("trees/<int:pk>/", views_trees.tree, name="tree"),
    path("trees/<int:pk>/place/", views_trees.place, name="place"),
    path("trees/<int:pk>/remove/", views_trees.remove, name="remove"),
    path("trees/<int:pk>/renew/", views_trees.renew, name="renew"),
]
