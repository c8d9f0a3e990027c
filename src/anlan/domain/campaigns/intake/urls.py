"""Addresses of the pages on which documents are read and confirmed."""

from django.urls import path

from anlan.domain.campaigns.intake import views
from anlan.domain.campaigns.intake import views_figures as figures

urlpatterns = [
    path("intake/", views.intakes, name="intakes"),
    path("intake/<uuid:pk>/", views.intake, name="intake"),
    path("intake/<uuid:pk>/progress/", views.intake_progress, name="intake_progress"),
    path("intake/<uuid:pk>/decide/", views.intake_decide, name="intake_decide"),
    path("intake/<uuid:pk>/aside/", views.intake_aside, name="intake_aside"),
    path("intake/<uuid:pk>/figures/", figures.intake_figures, name="intake_figures"),
    path(
        "intake/<uuid:pk>/figures/decide/",
        figures.intake_figure_decide,
        name="intake_figure_decide",
    ),
    path("intake/<uuid:pk>/figures/withdraw/", figures.figures_withdraw, name="figures_withdraw"),
    path("quoted/", figures.quoted, name="quoted"),
    path("quoted/words/<int:pk>/forget/", figures.words_forget, name="words_forget"),
    path("intake/<uuid:pk>/plan/", views.intake_plan, name="intake_plan"),
    path("intake/<uuid:pk>/corrections.jsonl", views.intake_corrections, name="intake_corrections"),
]
