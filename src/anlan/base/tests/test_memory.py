"""What is remembered is bounded in number and in time, and threads don't get in each other's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from anlan.base import memory
from anlan.base.memory import Memory


def test_an_answer_counts_until_its_seconds_are_over(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(memory, "monotonic", lambda: clock[0])
    kept: Memory[int] = Memory(10)
    kept.put("a", 0, seconds=60)
    kept.put("for good", 1)
    kept.put("not at all", 2, seconds=0)
    assert (kept.get("a"), kept.get("for good"), kept.get("not at all")) == (0, 1, None)
    clock[0] += 60
    assert (kept.get("a"), kept.get("for good"), kept.get("unknown")) == (None, 1, None)
    kept.forget()
    assert kept.get("for good") is None


def test_the_oldest_makes_room_and_what_was_put_again_is_not_old():
    kept: Memory[int] = Memory(3)
    for key in ("a", "b", "c", "a", "d"):
        kept.put(key, ord(key))
    assert [kept.get(key) for key in "abcd"] == [97, None, 99, 100]


def test_threads_that_put_at_once_keep_to_the_bound():
    kept: Memory[int] = Memory(50)

    def fill(start: int) -> int:
        for n in range(2_000):
            kept.put((start + n) % 170, n)
        return sum(kept.get(n) is not None for n in range(170))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(fill, range(8)))
    assert max(found) <= 170
    assert sum(kept.get(n) is not None for n in range(170)) == 50
