"""Ids sort in the order in which they were made."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import time_machine

from anlan.base.ids import BACK_MAX, uuid7


def _millis(made: UUID) -> int:
    return made.int >> 80


def test_it_is_of_version_seven_and_holds_the_moment() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= _millis(made) <= time.time_ns() // 1_000_000 + 1


def test_those_made_one_after_another_sort_so() -> None:
    made = [uuid7() for _n in range(20_000)]
    assert made == sorted(set(made))


def test_threads_make_no_two_alike() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [each for some in pool.map(lambda _n: [uuid7() for _m in range(500)], range(8))
                for each in some]  # fmt: skip
    assert len(set(made)) == len(made)


def test_a_clock_that_stands_or_stumbles_keeps_the_order_and_one_set_back_is_followed() -> None:
    with time_machine.travel(2_000_000_000.0, tick=False) as clock:
        made = [uuid7() for _n in range(5_000)]
        clock.shift(-1)
        made += [uuid7() for _n in range(10)]
        assert made == sorted(set(made))
        clock.shift(-2 * BACK_MAX / 1000)
        assert _millis(uuid7()) < 2_000_000_000_000
