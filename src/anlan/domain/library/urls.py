"""Addresses of the library."""

from django.urls import path

from anlan.domain.library.views import changes, sets, texts

app_name = "library"
urlpatterns = [
    path("", texts.text_list, name="list"),
    path("list.xlsx", texts.export, name="export"),
    path("articles/", texts.articles, name="articles"),
    path("new/", texts.new, name="new"),
    path("hand-in/", texts.hand_in, name="hand_in"),
    path("of/<uuid:pk>/", changes.of_case, name="of_case"),
    path("links/<int:basis>/remove/", changes.unlink, name="unlink"),
    path("editions/<uuid:pk>/", texts.edition, name="edition"),
    path("editions/<uuid:pk>/progress/", texts.progress, name="progress"),
    path("editions/<uuid:pk>/edit/", changes.edit, name="edit"),
    path("editions/<uuid:pk>/correct/", changes.correct, name="correct"),
    path("editions/<uuid:pk>/stand/", changes.stand, name="stand"),
    path("editions/<uuid:pk>/drop/", changes.drop, name="drop"),
    path("sets/", sets.set_list, name="sets"),
    path("sets/new/", sets.new, name="new_set"),
    path("sets/<uuid:pk>/", sets.one, name="set"),
    path("sets/<uuid:pk>/items.xlsx", sets.export, name="set_export"),
    path("sets/<uuid:pk>/edit/", sets.edit, name="edit_set"),
    path("sets/<uuid:pk>/end/", sets.end, name="end_set"),
    path("sets/<uuid:pk>/items/new/", sets.new_item, name="new_item"),
    path("sets/<uuid:pk>/items/<int:item>/", sets.edit_item, name="edit_item"),
    path("sets/<uuid:pk>/items/<int:item>/withdraw/", sets.withdraw_item, name="withdraw_item"),
    path("<uuid:pk>/", texts.text, name="text"),
    path("<uuid:pk>/editions/new/", changes.new_edition, name="new_edition"),
    path("<uuid:pk>/end/", changes.end, name="end"),
    path("<uuid:pk>/resume/", changes.resume, name="resume"),
    path("<uuid:pk>/link/", changes.link, name="link"),
]
