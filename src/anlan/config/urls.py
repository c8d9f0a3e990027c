"""Where every page hangs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from anlan.config import views_search
from anlan.config.api import api, openapi
from anlan.config.capabilities import capabilities

handler400 = "anlan.ui.errors.bad_request"
handler403 = "anlan.ui.errors.forbidden"
handler404 = "anlan.ui.errors.not_found"
handler500 = "anlan.ui.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    # Looked through in this order: first what is asked for most.
    path("", include("anlan.domain.hazards.urls_overview")),
    path("work/", include("anlan.domain.hazards.urls_work")),
    *(
        path(capability.prefix, include(capability.urls))
        for capability in sorted(capabilities(), key=lambda each: each.code != "hazards")
        if capability.urls
    ),
    path("", include("anlan.ui.urls")),
    path("accounts/", include("anlan.kernel.accounts.urls_signin")),
    path("", include("anlan.kernel.accounts.urls")),
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("api/v1/", api.urls),
    path("", include("anlan.domain.office.urls_units")),
    path("audit/", include("anlan.domain.office.urls_audit")),
    path("reports/", include("anlan.domain.office.urls_reports")),
    path("defects/", include("anlan.domain.treatment.urls_defects")),
    path("self-checks/", include("anlan.domain.inspections.urls_checks")),
    path("acceptances/", include("anlan.domain.inspections.acceptance.urls")),
    path("remote-checks/", include("anlan.domain.inspections.remote.urls")),
    path("oversight/", include("anlan.domain.supervision.urls_hazards")),
    path("search/", views_search.find, name="search"),
    path("", include("anlan.kernel.notices.urls")),
    path("options/", include("anlan.kernel.accounts.urls_pickers")),
]
