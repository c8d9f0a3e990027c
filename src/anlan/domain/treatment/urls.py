"""Addresses of plans for failing enterprises."""

from django.urls import path

from anlan.domain.treatment import views

app_name = "treatment"
urlpatterns = [
    path("", views.plans, name="plans"),
    path("of/<int:enterprise>/", views.of_enterprise, name="of_enterprise"),
    path("of/<int:enterprise>/new/", views.plan_new, name="new"),
    path("<uuid:pk>/", views.plan, name="plan"),
    path("<uuid:pk>/add/", views.add, name="add"),
    path("<uuid:pk>/<slug:code>/", views.step, name="step"),
]
