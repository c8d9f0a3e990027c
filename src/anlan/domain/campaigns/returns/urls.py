"""Addresses of reporting duties and their returns; campaigns/urls.py takes them in."""

from django.urls import path

from anlan.domain.campaigns.returns import views, views_feeds

urlpatterns = [
    path("duties/", views.duties, name="duties"),
    path("duties/<uuid:pk>/", views.duty, name="duty"),
    path("duties/<uuid:pk>/end/", views.end, name="end_duty"),
    path("duties/<uuid:pk>/accept/", views.accept_all, name="accept_returns"),
    path("duties/<uuid:pk>/urge/", views.urge, name="urge_returns"),
    path("duties/<uuid:pk>/export/", views.export, name="export_duty"),
    path("duties/<uuid:pk>/figures/<int:figure>/", views_feeds.feed, name="feed"),
    path("plans/<uuid:pk>/duties/new/", views.new, name="new_duty"),
    path("returns/<uuid:pk>/", views.page, name="return"),
    path("returns/<uuid:pk>/files/<uuid:file>/", views.file, name="return_file"),
    path("returns/<uuid:pk>/<slug:code>/", views.step, name="return_step"),
]
