"""Addresses of the analysis."""

from django.urls import path

from anlan.domain.statistics.views import analysis, dimensions, records, saved, truth

app_name = "statistics"
urlpatterns = [
    path("", analysis.page, name="analysis"),
    path("analysis.xlsx", analysis.workbook, name="workbook"),
    path("dimensions/", dimensions.page, name="dimensions"),
    path("dimensions/setting/", dimensions.setting, name="dimensions_setting"),
    path("records/", records.records, name="records"),
    path("truth/", truth.page, name="truth"),
    path("truth/looked/", truth.looked, name="looked"),
    path("truth/thresholds/", truth.thresholds, name="thresholds"),
    path("truth/draws/", truth.draws, name="draws"),
    path("truth/draws/<uuid:pk>/", truth.one_draw, name="draw"),
    path("views/", saved.views, name="views"),
    path("views/save/", saved.save, name="save"),
    path("views/outliers/", saved.outliers, name="outliers"),
    path("views/small-base/", saved.small_base, name="small_base"),
    path("views/<uuid:pk>/", saved.saved_view, name="saved"),
    path("views/<uuid:pk>/<slug:action>/", saved.act, name="act"),
]
