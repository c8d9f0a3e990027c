"""Each tick once, whoever is there to do it and whatever the clock does (F10, F24)."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.jobs import clock
from anlan.kernel.jobs.alive import STILL_SECONDS_MAX, Watch, own_id, process_gone
from anlan.kernel.jobs.models import Tick, Worker

AT = datetime(2024, 6, 25, 8, 30, tzinfo=UTC)
MINUTE = 60


@dataclass
class World:
    """A wall clock that may jump and a stopwatch that can't, and the workers that read them."""

    wall: datetime = AT
    stopwatch: float = 0.0
    done: list[tuple[str, float]] = field(default_factory=list)
    workers: dict[str, clock.Clock] = field(default_factory=dict)

    @property
    def moments(self) -> list[float]:
        return [moment for _, moment in self.done]

    def start(self, name: str) -> None:
        tick = clock.Every("test.minute", MINUTE, lambda now: None)
        self.workers[name] = clock.Clock(
            name, lambda: self.stopwatch, lambda: self.wall, {"test.minute": tick}
        )

    def pass_by(self, seconds: int, step: int = 1) -> None:
        """Time goes by, second for second, and each worker looks each second."""
        for _ in range(0, seconds, step):
            self.stopwatch += step
            self.wall += timedelta(seconds=step)
            self.look()

    def look(self, finish: bool = True, dead: frozenset[str] = frozenset()) -> None:
        for name, own in self.workers.items():
            for tick, now, serial in own.take(dead):
                self.done.append((name, self.stopwatch))
                if finish:
                    clock.perform(tick, now, serial)


@pytest.fixture
def world(db) -> World:
    return World()


def test_F24_two_workers_do_each_tick_once(world):
    world.start("a")
    world.start("b")
    world.look()
    world.pass_by(10 * MINUTE)
    assert len(world.done) == 11


def test_a_worker_that_starts_in_between_keeps_the_rhythm(world):
    world.start("a")
    world.look()
    world.pass_by(50)
    world.workers.clear()
    world.start("b")
    world.pass_by(15)
    assert world.done == [("a", 0), ("b", 60)]


@pytest.mark.parametrize("jump", [timedelta(hours=-2), timedelta(days=400), timedelta(days=-400)])
def test_F10_a_jump_of_the_clock_neither_loses_nor_doubles_a_tick(world, jump):
    world.start("a")
    world.start("b")
    world.look()
    world.pass_by(90)
    assert len(world.done) == 2
    world.wall += jump
    world.pass_by(5 * MINUTE)
    assert len(world.done) == 7
    assert {b - a for a, b in pairwise(world.moments)} == {60.0}


def test_F10_a_worker_that_starts_after_the_clock_went_back_ticks_at_once(world):
    world.start("a")
    world.look()
    world.wall -= timedelta(days=400)
    world.workers.clear()
    world.start("b")
    world.pass_by(1)
    assert [name for name, _ in world.done] == ["a", "b"]


def test_a_long_pause_is_made_good_by_one_tick(world):
    world.start("a")
    world.look()
    world.workers.clear()
    world.wall += timedelta(days=3)
    world.start("b")
    world.pass_by(2)
    assert len(world.done) == 2


def test_a_tick_whose_worker_died_is_done_again_and_one_at_work_is_left(world):
    world.start("a")
    world.look(finish=False)
    world.workers.clear()
    world.start("b")
    world.pass_by(5 * MINUTE)
    assert len(world.done) == 1, "a may still be at it"
    world.look(dead=frozenset({"a"}))
    assert [name for name, _ in world.done] == ["a", "b"]


def test_an_error_waits_for_the_next_round_and_is_written_down(db):
    def fail(now: datetime) -> None:
        raise RuntimeError("no route")

    tick = clock.Every("test.fails", MINUTE, fail)
    own = clock.Clock("a", ticks={"test.fails": tick})
    for taken in own.take():
        clock.perform(*taken)
    row = Tick.objects.get(name="test.fails")
    assert (row.finished, row.errors) == (row.serial, 1)
    assert row.error.startswith("RuntimeError: no route")
    assert own.take() == []


@pytest.mark.realdb
def test_F24_of_eight_that_see_a_tick_due_one_does_it(realdb):
    tick = clock.Every("test.minute", MINUTE, lambda now: None)
    Tick.objects.create(name=tick.name, seconds=MINUTE)
    taken = realdb.together(lambda n: len(clock.Clock(f"w{n}", ticks={tick.name: tick}).take()), 8)
    assert sum(taken) == 1, taken


events = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.integers(1, 200)),
        st.tuples(st.just("jump"), st.integers(-100_000, 100_000)),
        st.tuples(st.just("start"), st.sampled_from(["a", "b", "c"])),
        st.tuples(st.just("stop"), st.sampled_from(["a", "b", "c"])),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=10, deadline=None)
@given(events)
def test_F10_while_a_worker_lives_no_two_ticks_are_further_apart_than_a_period(story):
    Tick.objects.all().delete()
    world = World()
    world.start("always")
    world.look()
    for what, amount in story:
        if what == "pass":
            world.pass_by(amount, step=5)
        elif what == "jump":
            world.wall += timedelta(seconds=amount)
        elif what == "start" and amount not in world.workers:
            world.start(amount)
        elif what == "stop":
            world.workers.pop(amount, None)
    world.pass_by(MINUTE, step=5)
    # A tick that another worker did is counted from the look that noticed it.
    furthest = MINUTE + 5
    assert all(b - a <= furthest for a, b in pairwise(world.moments)), world.moments


def test_a_pulse_that_stands_still_is_dead_by_the_stopwatch(db):
    Worker.objects.create(id="elsewhere/1/2/3/4", beat_at=AT, started_at=AT)
    now = [0.0]
    watch = Watch(lambda: now[0])
    ask = {"elsewhere/1/2/3/4"}
    assert watch.dead(ask) == set()
    now[0] = STILL_SECONDS_MAX
    assert watch.dead(ask) == set()
    Worker.objects.update(beat=1)
    now[0] += STILL_SECONDS_MAX
    assert watch.dead(ask) == set(), "it has beaten since"
    now[0] += STILL_SECONDS_MAX + 1
    assert watch.dead(ask) == ask


def test_a_worker_that_nobody_knows_or_that_said_goodbye_is_dead(db):
    Worker.objects.create(id="gone", beat_at=AT, started_at=AT, stopped_at=AT)
    assert Watch().dead({"gone", "unheard of"}) == {"gone", "unheard of"}


def test_a_process_here_is_seen_to_be_gone_at_once():
    code = "from anlan.kernel.jobs.alive import own_id; print(own_id('#1')); input()"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.config.settings", "PYTHONPATH": "src"}
    child = subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    theirs = child.stdout.readline().strip()
    assert theirs
    assert not process_gone(theirs)
    child.kill()
    child.wait()
    assert process_gone(theirs)
    assert not process_gone(own_id("#2"))
    assert not process_gone(
        "another machine/1/2/" + theirs.rpartition("/")[0].rpartition("/")[2] + "/5"
    )
