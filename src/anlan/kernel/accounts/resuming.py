"""An act that waits until its person has shown who they are: kept, offered again, never done alone.

The fields of the refused form lie in the session, sealed for its person, for as long as a proof
counts. After the proof a page shows that nothing was done yet and sends them at one press, through
every check that the first attempt would have met (S10). It is offered once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

from anlan.base import crypto
from anlan.kernel.accounts.gate import FRESH, actor_of
from anlan.ui import errors

KEY = "accounts_act_waiting"
PURPOSE = "accounts/waiting"
#: A session is read at each request; what is longer is typed again.
CHARS_MAX = 20_000
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  the field's name


@dataclass(frozen=True)
class Act:
    """A form that was refused: where it goes, what it holds, and the page it was sent from."""

    url: str
    fields: Sequence[tuple[str, str]]
    sent_from: str


def page_of(request: HttpRequest) -> str:
    """The page from which a form was sent, by its path here."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    path = urlsplit(address).path or "/"
    return path if path.startswith("/") and not path.startswith("//") else "/"


def keep(request: HttpRequest) -> bool:
    """Keep a refused POST; says no where a secret or a file is in it, or too much."""
    request.session.pop(KEY, None)
    if request.method != "POST" or request.FILES:
        return False
    fields = errors.kept_fields(request)
    if request.POST and not fields:
        return False
    act = {
        "at": int(timezone.now().timestamp()),
        "url": request.get_full_path(),
        "fields": [pair for pair in fields if pair[0] != TOKEN],
        "from": page_of(request),
    }
    told = json.dumps(act)
    if len(told) > CHARS_MAX:
        return False
    request.session[KEY] = crypto.seal_text(told, _bound(request), PURPOSE)
    return True


def take(request: HttpRequest) -> Act | None:
    """The act that waits, once; None where there is none, it waited too long or isn't theirs."""
    sealed = request.session.pop(KEY, None)
    if sealed is None:
        return None
    try:
        told = json.loads(crypto.unseal_text(sealed, _bound(request), PURPOSE))
    except crypto.Tampered:
        return None
    waited = int(timezone.now().timestamp()) - told["at"]
    if not 0 <= waited <= 2 * FRESH.total_seconds():
        return None
    return Act(told["url"], [(name, value) for name, value in told["fields"]], told["from"])


def _bound(request: HttpRequest) -> str:
    return f"accounts.waiting:{actor_of(request).user_id}"
