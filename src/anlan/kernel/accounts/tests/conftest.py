"""Sign-in for tests: people with posts, a client that signs in, a clock that can be moved.

Nothing of ours is imported before a fixture runs, because Django isn't set up when this is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine


@pytest.fixture(autouse=True)
def quick_hashing(settings: Any) -> None:
    """Argon2 with little work: the tests sign in hundreds of times."""
    quick = "anlan.kernel.accounts.tests.hashing.QuickArgon2"
    settings.PASSWORD_HASHERS = [quick, *settings.PASSWORD_HASHERS]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    from anlan.kernel.accounts import signin

    waited: list[float] = []
    monkeypatch.setattr(signin, "pause", waited.append)
    return waited


@pytest.fixture
def clock() -> Iterator[Any]:
    from anlan.kernel.accounts.tests.people import NOON

    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def yunnan(db: None) -> Any:
    from anlan.kernel.regions.models import Region

    return Region.objects.get(code="530000")


@pytest.fixture
def person(yunnan: Any, clock: Any) -> Callable[..., Any]:
    """``person("li", "office")`` makes somebody who can sign in and holds a post."""
    from anlan.kernel.accounts.tests.people import make_person

    def make(username: str, role: str = "", *, area: Any = None, **more: Any) -> Any:
        return make_person(username, role, area=area or yunnan, **more)

    return make


@pytest.fixture
def browser() -> Any:
    from anlan.kernel.accounts.tests.people import Browser

    return Browser()


@pytest.fixture
def other() -> Any:
    """Another browser at another address."""
    from anlan.kernel.accounts.tests.people import Browser

    return Browser(REMOTE_ADDR="10.9.9.9")


@pytest.fixture
def no_factor(settings: Any) -> None:
    """As in the demo: for tests that are about something else."""
    settings.MFA_OFF = True
