"""S58: whatever a program sends, the API answers as it says: no 5xx, nothing undocumented.

schemathesis makes the calls from our own description and sends them over WSGI, in-process; see
docs/adr/0020. Other tests of the API say what the answers mean.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as limits
from hypothesis import strategies as st

#: In the daily run all operations share this; the long run takes the other.
SECONDS = 15
SOAK_SECONDS = float(os.environ.get("ANLAN_SOAK_SECONDS", "900"))
pytestmark = pytest.mark.django_db


class TimeIsUp(BaseException):
    """Not an error to hypothesis, which would look for the smallest one."""


@pytest.fixture
def program(cast: Any, play: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The token of somebody who may do nearly everything here, and a hazard of theirs."""
    from django.utils import timezone

    from anlan.kernel.accounts import commands, held, middleware, tokens
    from anlan.kernel.accounts.models import Role, User

    settings.MFA_OFF = True
    for bucket in (tokens.PER_TOKEN, middleware.PAGES):
        monkeypatch.setattr(bucket, "times", 10**9)
    stage = play("day who does -> state\n2024-03-01 inspector find -> found")
    user = cast.person("program", "office", Role.OFFICE)
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
    by = held.actor(user, today=timezone.localdate())
    _row, token = commands.create_token(
        "fuzz",
        ["hazard.*", "enterprise.*", "bulletins.*", "schemes.*", "rankings.*", "scores.*"],
        1,
        by=by,
        at=timezone.now(),
    )
    return token, stage


def called(program: Any, seconds: float) -> Counter[tuple[str, int]]:
    """Calls of every operation until the time is used up; each answer is held to its promise."""
    import schemathesis
    from django.core.signals import request_finished, request_started
    from django.core.wsgi import get_wsgi_application
    from django.db import close_old_connections
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    from anlan.config.api import described

    token, stage = program
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(described())))
    schema.app = get_wsgi_application()
    held_to = [
        not_a_server_error, status_code_conformance, content_type_conformance,
        response_schema_conformance,
    ]  # fmt: skip
    found: Counter[tuple[str, int]] = Counter()
    # What is really there: else nearly every call would end at its first 404.
    known = {"pk": str(stage.pk), "area": "530102", "period": "2024", "step": "verification"}
    operations = [one.ok() for one in schema.get_all_operations()]
    # The calls share this test's transaction, as those of Django's own client do.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        for operation in operations:
            until = time.monotonic() + seconds / len(operations)
            _send(operation, token, known, held_to, until, found)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
    return found


def _send(
    operation: Any, token: str, known: dict[str, str], held_to: list[Any], until: float,
    found: Counter[tuple[str, int]],
) -> None:  # fmt: skip
    @limits(
        max_examples=100_000, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), real=st.sets(st.sampled_from(sorted(known))))
    def send(case: Any, real: set[str]) -> None:
        for name in real & set(case.path_parameters or {}):
            if not (name == "pk" and "enterprises" in operation.path):
                case.path_parameters[name] = known[name]
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call(headers=headers, base_url="http://testserver")
        found[operation.label, answer.status_code] += 1
        case.validate_response(answer, checks=held_to)
        if time.monotonic() > until:
            raise TimeIsUp

    with suppress(TimeIsUp):
        send()


# On PostgreSQL by hand (soak): its one long transaction would hold back the fold of whatever
# other tests run beside it, as any long transaction of a cluster does.
@pytest.mark.sqlite
def test_S58_no_call_breaks_the_api_or_gets_an_answer_it_does_not_describe(program: Any) -> None:
    found = called(program, SECONDS)
    labels = {label for label, _status in found}
    from anlan.config.api import described

    operations = sum(len(methods) for methods in described()["paths"].values())
    assert len(labels) == operations >= 31, labels
    answered = {label for label, status in found if status == 200}
    assert len(answered) >= 6, f"too little got through to be a test: {found}"


@pytest.mark.soak
def test_S58_no_call_breaks_the_api_in_a_quarter_of_an_hour(program: Any) -> None:
    found = called(program, SOAK_SECONDS)
    assert sum(found.values()) > 1_000


def test_S58_the_description_names_every_refusal_and_keeps_to_it(program: Any) -> None:
    """Each status that a program may get, in the form that is described."""
    from django.test import Client

    from anlan.base.ids import uuid7
    from anlan.config.api import REFUSALS, described

    token, stage = program
    for path, methods in described()["paths"].items():
        for call in methods.values():
            assert set(REFUSALS) | {200} == set(call["responses"]), path
    client = Client(headers={"authorization": f"Bearer {token}"})
    one = f"/api/v1/hazards/{stage.pk}"
    answers = {
        400: client.put(f"{one}/verification/{uuid7()}/", "{", content_type="application/json"),
        401: Client().get(one + "/"),
        404: client.get(f"/api/v1/hazards/{uuid7()}/"),
        409: client.put(f"{one}/verification/{uuid7()}/", {}, content_type="application/json"),
        422: client.put(f"{one}/verification/{uuid7()}/", {"seen": "x"}, content_type="application/json"),
    }  # fmt: skip
    for status, answer in answers.items():
        assert answer.status_code == status, (status, answer.content)
        error = answer.json()["error"]
        assert {"code", "message"} <= set(error), (status, error)
