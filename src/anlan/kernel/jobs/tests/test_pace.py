"""Work that nobody waits for rests for as long as it worked."""

from __future__ import annotations

import pytest

from anlan.kernel.jobs.pace import AT_ONCE, Pace


def test_a_batch_is_followed_by_its_share_of_rest() -> None:
    moments, slept = iter([10.0, 12.0, 20.0, 20.5]), list[float]()
    pace = Pace(1.5, clock=lambda: next(moments), sleep=slept.append)
    for _n in range(2):
        with pace.batch():
            assert len(slept) == _n
    assert slept == [3.0, 0.75]


def test_who_waits_is_not_kept() -> None:
    assert AT_ONCE.rest == 0
    with Pace(0, sleep=lambda _s: pytest.fail("it rested")).batch():
        pass


def test_what_fails_is_told_at_once() -> None:
    pace = Pace(1.0, sleep=lambda _s: pytest.fail("it rested"))
    with pytest.raises(ZeroDivisionError), pace.batch():
        raise ZeroDivisionError
