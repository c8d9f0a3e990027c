"""What a sheet needs where the network goes: its draft for a script, and a page that stands in.

The stand-in holds nothing of anybody's, and a worker keeps it; what was typed lies in the browser
under a key of its person's, which comes with the sheet and with nothing else (S34).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from anlan.base import crypto
from anlan.base.actor import Actor
from anlan.domain.filings import grids
from anlan.domain.filings.entering import Asked
from anlan.domain.filings.loop import STATES
from anlan.domain.filings.models import Entry, Filing
from anlan.kernel.accounts import policy
from anlan.kernel.accounts.gate import actor_of, requires
from anlan.ui.figures import moment
from anlan.ui.jinja import static_url

WORKER = Path(__file__).resolve().parent.parent / "static/filings/worker.js"
FILES = (
    "anlan/css/tokens.css", "anlan/css/layout.css", "anlan/css/components.css",
    "anlan/css/pages.css", "anlan/logo.svg", "anlan/app.js", "anlan/sending.js",
    "anlan/keys.js", "filings/filings.css", "filings/filings.js", "filings/sealed.js",
    "filings/cells.js", "filings/kept.js",
)  # fmt: skip


def owner_of(by: Actor) -> str:
    """By which a browser tells one person's sheets from another's, and nothing else."""
    return crypto.blind(f"user:{by.user_id}", "filings.kept.owner")[:32]


def key_of(by: Actor) -> str:
    """Under which a browser seals one person's sheets: the same after signing in again."""
    return crypto.blind(f"user:{by.user_id}", "filings.kept.key")


def fields(values: Any) -> dict[str, str]:
    """A draft by the names of its page's fields; a list is one field."""
    found = {f"c-{key}": str(text).strip() for key, text in values.get("values", {}).items()}
    for key, rows in values.get("lists", {}).items():
        lines = [([str(part).strip() for part in row] + ["", "", ""])[:3] for row in rows]
        lines = [line for line in lines if any(line)]
        if lines:
            found[f"l-{key}"] = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    for key, text in values.get("reasons", {}).items():
        found[f"why-{key}"] = str(text).strip()
    return {name: text for name, text in found.items() if text}


def stands(row: Filing, asked: Asked) -> dict[str, Any]:
    """What the server holds of a sheet: the draft, or what was submitted since."""
    entry = None
    if row.case.state != "assigned":
        entry = row.entries.filter(status__in=Entry.STANDING).first()
    if entry is None:
        kept, who, at = row.draft, row.draft_by, row.draft_at
    else:
        lists = {
            key: [[one.day.isoformat(), one.subject, one.what]
                  for one in entry.records.filter(cell=key).order_by("place")]
            for key in asked.lists
        }  # fmt: skip
        kept = {"values": grids.texts(asked, entry.values), "lists": lists,
                "reasons": entry.reasons}  # fmt: skip
        who, at = entry.who, entry.at
    return {
        "seq": row.draft_seq, "fields": fields(kept), "who": who, "at": moment(at) if at else "",
        "open": row.case.state == "assigned", "state": str(STATES[row.case.state]),
    }  # fmt: skip


def of_page(row: Filing, asked: Asked, by: Actor) -> dict[str, Any]:
    """What a sheet's page tells its script."""
    there = stands(row, asked)
    return {**there, "fields": json.dumps(there["fields"]), **_person(by)}


def of_correction(received: Any, by: Actor) -> dict[str, Any]:
    """The same of a correction: what was received; the server keeps no draft of it."""
    return {"fields": json.dumps(fields(received)), **_person(by)}


def _person(by: Actor) -> dict[str, str]:
    return {"key": key_of(by), "owner": owner_of(by)}


@require_GET
@requires("filings.file")
def draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The draft as it is now, for a sheet that was away."""
    by = actor_of(request)
    rows = Filing.objects.select_related("form", "asked", "case", "unit")
    row = policy.access(rows, "filings.file", by, pk, at=timezone.now())
    there = stands(row, Asked.of(row))
    return JsonResponse({**there, "owner": owner_of(by), "csrf": get_token(request)})


@require_GET
@requires("filings.view")
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in for a page that can't be had."""
    return render(request, "filings/offline.html")


@require_GET
@requires("filings.view")
def worker(request: HttpRequest) -> HttpResponse:
    """The script that stands between browser and network, with the names of what it keeps."""
    kept = [reverse("filings:offline"), *(static_url(name) for name in FILES)]
    body = WORKER.read_text(encoding="utf-8")
    mark = hashlib.sha256(f"{kept}{body}{translation.get_language()}".encode()).hexdigest()[:16]
    script = f'const KEPT = {json.dumps(kept)};\nconst NAME = "anlan-sheets-{mark}";\n{body}'
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")
