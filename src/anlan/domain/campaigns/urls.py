"""Addresses of this capability's pages."""

from anlan.domain.campaigns import urls_intake, urls_map

app_name = "campaigns"
urlpatterns = [
    *urls_intake.urlpatterns,
    *urls_map.urlpatterns,
]
