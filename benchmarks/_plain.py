"""A page of 50 rows as one would first write it, for granian to serve beside the product.

Django's own templates, its usual middleware and a signed-in person, over the same tables: models
that only map them, each row with its relations and a link. Nothing of the product runs here.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings

ROWS = 50
BASE = """{% load i18n %}<!doctype html><html lang="zh-hans"><head><meta charset="utf-8">
<title>{% block title %}{% endblock %}</title></head><body><header>{{ user.get_username }}
<nav>{% for label in menu %}<a href="{% url 'list' %}?{{ label }}">{{ label }}</a>{% endfor %}</nav>
<form method="post">{% csrf_token %}<button>{% trans "Log out" %}</button></form></header>
{% for message in messages %}<p>{{ message }}</p>{% endfor %}
{% block content %}{% endblock %}</body></html>"""
LIST = """{% extends "base.html" %}{% load i18n %}{% block title %}{% trans "List" %}{% endblock %}
{% block content %}<table>{% for row in rows %}<tr>
<td><a href="{% url 'one' row.pk %}">{{ row.case.number }}</a></td>
<td>{{ row.description|truncatechars:60 }}</td>
<td>{{ row.case.state }}</td><td>{{ row.case.grade }}</td><td>{{ row.case.area.name }}</td>
<td>{{ row.case.sector.name }}</td><td>{{ row.case.unit.name }}</td>
<td>{{ row.case.opened_on|date:"Y-m-d" }}</td><td>{{ row.case.due_on|date:"Y-m-d" }}</td>
<td>{% if row.case.is_open %}{% trans "open" %}{% else %}{% trans "closed" %}{% endif %}</td>
</tr>{% endfor %}</table>{% endblock %}"""
MENU = ("overview", "list", "work", "import", "checks", "figures", "registers", "people")


def _database() -> dict[str, Any]:
    parts = urlsplit(os.environ["ANLAN_DATABASE"])
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": str(query.get("port") or parts.port or ""),
        "OPTIONS": {"pool": True},
    }


settings.configure(
    SECRET_KEY="of a benchmark, of no use to anybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    LANGUAGE_CODE="zh-hans",
    DATABASES={"default": _database()},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"base.html": BASE, "list.html": LIST},
                    )
                ],
            },
        }
    ],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402


class _Named(models.Model):
    name = models.CharField(max_length=200)

    class Meta:
        abstract = True


class Region(_Named):
    class Meta:
        app_label, managed, db_table = "plain", False, "regions_region"


class Sector(_Named):
    code = models.CharField(max_length=40, primary_key=True)

    class Meta:
        app_label, managed, db_table = "plain", False, "accounts_sector"


class Unit(_Named):
    class Meta:
        app_label, managed, db_table = "plain", False, "accounts_unit"


class Case(models.Model):
    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    state = models.CharField(max_length=20)
    grade = models.CharField(max_length=20)
    is_open = models.BooleanField()
    opened_on = models.DateField()
    due_on = models.DateField(null=True)
    area = models.ForeignKey(Region, models.PROTECT)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True)
    unit = models.ForeignKey(Unit, models.PROTECT)

    class Meta:
        app_label, managed, db_table = "plain", False, "loop_case"


class Hazard(models.Model):
    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="hazard")
    description = models.TextField()

    class Meta:
        app_label, managed, db_table = "plain", False, "hazards_hazard"


def page(request: HttpRequest, pk: object = None) -> HttpResponse:
    rows = Hazard._default_manager.filter(case__kind="hazard").order_by("-case__opened_on", "-pk")
    if request.GET.get("before"):
        rows = rows.filter(case__opened_on__lt=request.GET["before"])
    request.session["seen"] = request.session.get("seen", 0) + 1
    request.session.set_expiry(timedelta(days=1))
    rows = rows.select_related("case__area", "case__sector", "case__unit")[:ROWS]
    return render(request, "list.html", {"rows": rows, "menu": MENU})


urlpatterns = [path("", page, name="list"), path("<uuid:pk>/", page, name="one")]
application = get_wsgi_application()
