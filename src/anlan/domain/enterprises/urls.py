"""The register's addresses."""

from django.urls import path

from anlan.domain.enterprises import views, views_imports, views_rules

app_name = "enterprises"

urlpatterns = [
    path("", views.enterprise_list, name="list"),
    path("new/", views.new_enterprise, name="new"),
    path("industries/", views_rules.rules, name="rules"),
    path("industries/search/", views_rules.industries, name="industries"),
    path("industries/change/", views_rules.change, name="change_rule"),
    path("areas/", views.areas, name="areas"),
    path("pick/", views.pick, name="pick"),
    path("import/", views_imports.imports, name="import"),
    path("import/mappings/<uuid:pk>/forget/", views_imports.forget, name="forget_mapping"),
    path("import/<uuid:pk>/", views_imports.batch, name="batch"),
    path("import/<uuid:pk>/plan/", views_imports.plan, name="batch_plan"),
    path("import/<uuid:pk>/run/", views_imports.run, name="batch_run"),
    path("import/<uuid:pk>/undo/", views_imports.undo, name="batch_undo"),
    path("import/<uuid:pk>/cancel/", views_imports.cancel, name="batch_cancel"),
    path("import/<uuid:pk>/progress/", views_imports.progress, name="batch_progress"),
    path("import/<uuid:pk>/mend/", views_imports.mend, name="batch_mend"),
    path("<int:pk>/", views.enterprise_page, name="page"),
    path("<int:pk>/edit/", views.edit_enterprise, name="edit"),
    path("<int:pk>/status/", views.set_status, name="set_status"),
    path("<int:pk>/unit/", views.make_unit, name="make_unit"),
    path("<int:pk>/merge/", views.propose_merge, name="propose_merge"),
    path("<int:pk>/merge/decide/", views.decide_merge, name="decide_merge"),
]
