"""The register's addresses."""

from django.urls import path

from anlan.domain.enterprises import views, views_rules

app_name = "enterprises"

urlpatterns = [
    path("", views.enterprise_list, name="list"),
    path("new/", views.new_enterprise, name="new"),
    path("industries/", views_rules.rules, name="rules"),
    path("industries/search/", views_rules.industries, name="industries"),
    path("industries/change/", views_rules.change, name="change_rule"),
    path("areas/", views.areas, name="areas"),
    path("<int:pk>/", views.enterprise_page, name="page"),
    path("<int:pk>/edit/", views.edit_enterprise, name="edit"),
    path("<int:pk>/status/", views.set_status, name="set_status"),
    path("<int:pk>/unit/", views.make_unit, name="make_unit"),
    path("<int:pk>/merge/", views.propose_merge, name="propose_merge"),
    path("<int:pk>/merge/decide/", views.decide_merge, name="decide_merge"),
]
