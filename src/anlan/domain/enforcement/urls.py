"""Addresses of the book of enforcement."""

from django.urls import path

from anlan.domain.enforcement import views, views_sheets

app_name = "enforcement"
urlpatterns = [
    path("", views.entries, name="list"),
    path("new/", views.new, name="new"),
    path("of/<int:enterprise>/", views.of_enterprise, name="of_enterprise"),
    path("sheet/", views_sheets.sheet, name="sheet"),
    path("template.xlsx", views_sheets.template, name="template"),
    path("export.xlsx", views_sheets.export, name="export"),
    path("payments/<uuid:pk>/withdraw/", views.withdraw_payment, name="unpay"),
    path("<uuid:pk>/", views.one, name="one"),
    path("<uuid:pk>/pay/", views.pay, name="pay"),
    path("<uuid:pk>/withdraw/", views.withdraw, name="withdraw"),
]
