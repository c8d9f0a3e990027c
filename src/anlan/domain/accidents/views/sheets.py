"""Reading a register of accidents in from a page: what is right goes in, the rest is told."""

from __future__ import annotations

import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from anlan.domain.accidents import commands, importing
from anlan.domain.accidents.permissions import LEADS
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.kernel.accounts.units import main_unit
from anlan.kernel.accounts.views_pickers import area_name
from anlan.kernel.regions.models import Region
from anlan.ui.pages import render_page

#: Rows to be mended that the page shows.
WRONG_MAX = 200


@require_http_methods(["GET", "POST"])
@requires("accidents.import")
def sheet(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    own, status = main_unit(by, LEADS), 200
    post = request.POST
    mapping = post.get("mapping", "anlan")
    code = post.get("area", "") or own.area.code
    context: dict[str, object] = {
        "mappings": [(name, each["title"]) for name, each in importing.mappings().items()],
        "mapping": mapping, "area_code": code, "area_text": area_name(code),
        "yuan": post.get("yuan", ""), "request_id": uuid7(),
        "headers": [names[0] for names in importing.mappings()["anlan"]["columns"].values()],
    }  # fmt: skip
    file = request.FILES.get("file")
    if request.method == "POST":
        problem = ""
        if file is None:
            problem = _("Choose a workbook (.xlsx, .xls or .csv).")
        elif mapping not in importing.mappings():
            problem = _("Choose one from the list.")
        if problem or file is None:
            status, context["problem"] = 422, problem
        else:
            try:
                context |= _take(request, file, mapping, code)
            except Refusal as refusal:
                status = refusal.status if refusal.status >= 400 else 422
                context["problem"] = str(refusal)
    return render_page(request, "accidents/import.html", "accidents/import.html", context, status)


def _take(
    request: HttpRequest, file: UploadedFile[Any], mapping: str, code: str
) -> dict[str, object]:
    by, at = actor_of(request), timezone.now()
    area = Region.objects.filter(code=code, valid_to=None).first()
    name = file.name or "sheet"
    with tempfile.TemporaryDirectory(prefix="anlan-in-") as folder:
        path = Path(folder) / f"sheet{Path(name).suffix.lower()[:8]}"
        with path.open("wb") as kept:
            for block in file.chunks():
                kept.write(block)
        read = importing.read(
            path, name, by=by, mapping=mapping, area=area, yuan=_yuan(request.POST.get("yuan", ""))
        )
    if read.new:
        with transaction.atomic(durable=True):
            request_id = _request_id(request)
            commands.report_many(read.new, by=by, at=at, request_id=request_id)
    return {"read": read, "wrong": read.wrong[:WRONG_MAX]}


def _request_id(request: HttpRequest) -> UUID:
    """The press's own: of two that come at once, one is refused and neither enters a row twice."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid7()


def _yuan(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < 1_000_000:
        raise commands.lacks("yuan", _("Write a number."))
    return rate
