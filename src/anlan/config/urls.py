"""Where every page hangs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from anlan.config.capabilities import capabilities

urlpatterns: list[URLPattern | URLResolver] = [
    path(capability.prefix, include(capability.urls))
    for capability in capabilities()
    if capability.urls
]
