"""Two at once, and an answer that never arrives: F06, F07, F08, F09, with real commits."""

from __future__ import annotations

import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.base.refusal import Refusal
from tests.faults import evidence

pytestmark = pytest.mark.realdb
DAY = date(2024, 3, 8)
AT_ONCE = 8


@pytest.fixture
def told(realdb: Any) -> Any:
    """Tells a story on a database with real commits (hazards/tests/stage.py)."""
    from anlan.domain.hazards.tests import stage

    cast = stage.whole()
    return lambda story, **given: stage.told(cast, story, **given)


def outcomes(answers: list[Any]) -> Counter[str]:
    """How many were done, and why the others were refused; anything else is a fault of ours."""
    found: Counter[str] = Counter()
    for one in answers:
        if isinstance(one, Refusal):
            found[one.code] += 1
        elif isinstance(one, BaseException):
            raise one
        else:
            found["done"] += 1
    return found


def check() -> list[str]:
    """What ``./anlan check`` finds broken."""
    from anlan.config import checking
    from anlan.kernel.notices import delivering

    now = timezone.now()
    checking.catch_up(now)
    delivering.fan_out(now)  # as the worker does
    return [name for one in checking.checks() for name, ok, _n, _d in one(now) if not ok]


def test_F09_of_verifying_and_returning_at_once_each_happens_in_order_or_not_at_all(realdb, told):
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.loop.models import Event

    pick = random.Random(evidence.seed("F09-steps"))
    stage = told("""
        day         who        does       -> state
        2024-03-01  inspector  find       -> found
        2024-03-01  office     assign     -> assigned
        2024-03-08  firm       rectify    -> rectified
    """)
    inspector = stage.cast.actor("inspector", DAY)
    calls = [commands.verify, commands.reject] * (AT_ONCE // 2)
    pick.shuffle(calls)
    before = Event.objects.count()

    def step(number: int) -> Any:
        more = {"reason": "照片看不清"} if calls[number] is commands.reject else {}
        return calls[number](
            [stage.pk], by=inspector, at=moment(DAY), request_id=uuid7(), **more
        )  # fmt: skip

    found = outcomes(realdb.together(step, AT_ONCE))
    # What was verified may still be returned; what was returned can't be verified.
    steps = list(Event.objects.filter(case=stage.pk).order_by("seq").values_list("step", flat=True))
    assert steps[3:] in (["verify"], ["reject"], ["verify", "reject"]), steps
    assert found["done"] == len(steps) - 3, found
    assert set(found) <= {"done", "step_not_possible", "moved_on"}, found
    assert Event.objects.count() == before + found["done"]
    assert stage.case.state in ("verified", "assigned")
    assert not check()


def test_F09_verifying_and_closing_at_once_keep_their_order(realdb, told):
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.loop.models import Event

    evidence.seed("F09-close")
    stage = told("""
        day         who        does       -> state
        2024-03-01  inspector  find       -> found
        2024-03-01  office     assign     -> assigned
        2024-03-08  firm       rectify    -> rectified
    """)
    inspector, office = stage.cast.actor("inspector", DAY), stage.cast.actor("office", DAY)

    def step(number: int) -> Any:
        call, by = ((commands.verify, inspector), (commands.close, office))[number % 2]
        return call([stage.pk], by=by, at=moment(DAY), request_id=uuid7())

    found = outcomes(realdb.together(step, AT_ONCE))
    assert 1 <= found["done"] <= 2, found
    steps = list(Event.objects.filter(case=stage.pk).order_by("seq").values_list("step", flat=True))
    assert steps[:4] == ["find", "assign", "rectify", "verify"]
    assert steps[4:] in ([], ["close"])
    assert not check()


def test_F09_one_number_of_a_listing_notice_is_given_once(realdb, told):
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.tests import stage as stages
    from anlan.kernel.loop.models import Listing

    evidence.seed("F09-number")
    first = told("""
        day         who        does       -> state
        2024-03-01  inspector  find       -> found
        2024-03-01  office     assign     -> assigned
    """, grade="major")  # fmt: skip
    cases = [first]
    for _more in range(AT_ONCE - 1):
        one = stages.Stage(first.cast, grade="major")
        one.do(date(2024, 3, 1), "inspector", "find")
        one.do(date(2024, 3, 1), "office", "assign")
        cases.append(one)
    city = first.cast.actor("city", DAY)

    def put_on_list(number: int) -> Any:
        return commands.put_on_list(
            cases[number].pk, level=3, number="昆安督〔2024〕7号", supervisor=city.unit_id or 0,
            due_on=DAY + timedelta(days=60), by=city, at=stages.moment(DAY), request_id=uuid7(),
        )  # fmt: skip

    found = outcomes(realdb.together(put_on_list, AT_ONCE))
    assert found["done"] == 1, found
    assert Listing.objects.filter(number="昆安督〔2024〕7号").count() == 1
    assert not check()


def test_F09_numbers_of_cases_found_at_once_differ(realdb, told):
    from anlan.domain.hazards.tests.stage import Stage
    from anlan.kernel.loop.models import Case

    evidence.seed("F09-cases")
    cast = told("day who does -> state").cast
    stages = [Stage(cast) for _n in range(AT_ONCE)]
    got = realdb.together(lambda n: stages[n].do(DAY, "inspector", "find"), AT_ONCE)
    assert got == ["found"] * AT_ONCE, got
    assert len(set(Case.objects.values_list("number", flat=True))) == AT_ONCE


def test_F06_fifty_posts_under_one_id_at_once_make_one_row(realdb, told):
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.commands import Finding
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.hazards.tests.stage import moment
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.loop.models import Event
    from anlan.kernel.regions.queries import by_code

    evidence.seed("F06")
    cast = told("day who does -> state").cast
    inspector, region = cast.actor("inspector", DAY), by_code("530102")
    pk, request_id = uuid7(), uuid7()
    audited = AuditRow.objects.count()

    def find(_number: int) -> Any:
        item = Finding(
            pk=pk, description="安全出口堵塞", area_id=region.pk, unit_id=inspector.unit_id or 0,
            opened_on=DAY, kind="hazard", grade="ordinary", source="inspection",
        )  # fmt: skip
        return commands.find([item], by=inspector, at=moment(DAY), request_id=request_id)

    got = realdb.together(find, 50)
    assert got == [[pk]] * 50, [one for one in got if one != [pk]][:3]
    assert (Hazard.objects.count(), Event.objects.count()) == (1, 1)
    assert AuditRow.objects.count() == audited + 1


def test_F08_of_twenty_who_saw_one_version_one_wins_and_nothing_is_dropped(realdb, told):
    from anlan.domain.hazards import commands
    from anlan.domain.hazards.models import Hazard
    from anlan.domain.hazards.tests.stage import moment

    evidence.seed("F08")
    stage = told("""
        day         who        does       -> state
        2024-03-01  inspector  find       -> found
    """)
    office, seen = stage.cast.actor("office", DAY), stage.case.version

    def amend(number: int) -> Any:
        return commands.amend(
            stage.pk, fields={"measure": f"措施{number}"}, seen=seen, by=office, at=moment(DAY),
            request_id=uuid7(),
        )  # fmt: skip

    got = realdb.together(amend, 20)
    assert outcomes(got) == {"done": 1, "moved_on": 19}
    winner = next(n for n, one in enumerate(got) if not isinstance(one, BaseException))
    assert Hazard.objects.get(pk=stage.pk).measure == f"措施{winner}"
    assert not check()


class Cutting:
    """A proxy that passes a request on, waits for the whole answer, and hangs up without it."""

    def __init__(self, port: int) -> None:
        self.upstream, self.answers = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", self.upstream)) as upstream:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    asked += client.recv(65_536)
                head, _, body = asked.partition(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1]) for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )  # fmt: skip
                while len(body) < length:
                    body += client.recv(65_536)
                upstream.sendall(head + b"\r\n\r\n" + body)
                said = b""
                while piece := upstream.recv(65_536):
                    said += piece
                self.answers.append(said)


@pytest.fixture
def cutting() -> Iterator[Any]:
    made: list[Cutting] = []

    def make(port: int) -> Cutting:
        made.append(Cutting(port))
        return made[-1]

    yield make
    for one in made:
        one.listener.close()


@pytest.mark.faults
def test_F07_an_answer_lost_after_the_commit_is_given_again_to_who_asks_again(
    realdb, serve, cutting
):
    from anlan.domain.hazards.models import Hazard
    from anlan.kernel.audit.models import AuditRow
    from anlan.kernel.loop.models import Event

    evidence.seed("F07")
    web = serve(realdb)
    proxy, straight = cutting(web.port), web.port
    for _time in range(5):
        pk, request_id = uuid7(), uuid7()
        web.port = proxy.port
        assert web.find(pk, request_id).status == 0, "the answer is lost"
        assert proxy.answers[-1].startswith(b"HTTP/1.1 200")
        audited = AuditRow.objects.filter(action__startswith="hazard").count()
        assert web.find(pk, request_id).status == 0, "and lost again"
        web.port = straight
        got = web.find(pk, request_id)
        assert (got.status, got.json()) == (200, {"ids": [str(pk)]})
        assert proxy.answers[-1].partition(b"\r\n\r\n")[2] == got.body, "the first answer's words"
        assert Hazard.objects.filter(pk=pk).count() == 1
        assert Event.objects.filter(case=pk).count() == 1
        assert AuditRow.objects.filter(action__startswith="hazard").count() == audited
    web.stop()
    assert not check()


def test_F09_a_papers_number_goes_to_one_paper_whoever_gives_it(realdb: Any) -> None:
    """Of a word each taker gets the next; of what an OA gave out, only one paper gets it."""
    from anlan.domain.bulletins import commands
    from anlan.domain.bulletins.models import Number
    from anlan.domain.bulletins.tests.desk import Desk
    from anlan.domain.hazards.tests import stage
    from anlan.kernel.accounts.models import Role

    evidence.seed("F09-papers")
    cast = stage.whole()
    cast.person("second", "city", Role.INSPECTOR)
    desk = Desk(cast)
    papers, word = [desk.signed() for _n in range(AT_ONCE)], desk.word()

    def own(n: int) -> Any:
        return commands.number(papers[n], word=word, **desk.call("city"))

    assert outcomes(realdb.together(own, AT_ONCE // 2)) == {"done": AT_ONCE // 2}
    taken = sorted(Number.objects.values_list("serial", flat=True))
    assert taken == list(range(1, AT_ONCE // 2 + 1)), "each the next, none twice, none left out"

    def given(n: int) -> Any:
        pk = papers[AT_ONCE // 2 + n]
        return commands.number(pk, text="昆安办〔2026〕99号", **desk.call("city"))

    answers = outcomes(realdb.together(given, AT_ONCE // 2))
    assert answers == {"done": 1, "paper_number_taken": AT_ONCE // 2 - 1}
    assert not check()
