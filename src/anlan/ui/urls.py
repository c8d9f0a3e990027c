from __future__ import annotations

from django.conf import settings
from django.urls import path

from anlan.ui import views

app_name = "ui"

urlpatterns = [
    path("ui/wishes/", views.wishes, name="wishes"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]

if settings.DEBUG:
    from anlan.ui.guide import guide, guide_part

    urlpatterns += [
        path("ui/guide/", guide, name="guide"),
        path("ui/guide/<slug:part>/", guide_part, name="guide_part"),
    ]
