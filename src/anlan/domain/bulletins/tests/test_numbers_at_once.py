"""F09: many take a number at once, and each number is given out once."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.realdb
AT_ONCE = 8


def test_F09_of_many_takers_of_a_number_each_gets_another(realdb: Any) -> None:
    from anlan.domain.bulletins import commands
    from anlan.domain.bulletins.models import Number
    from anlan.domain.bulletins.tests.desk import Desk
    from anlan.domain.hazards.tests.stage import whole
    from anlan.kernel.accounts.models import Role

    cast = whole()
    cast.person("second", "city", Role.INSPECTOR)
    desk = Desk(cast)
    word = desk.word()
    papers = [desk.signed("brief") for _n in range(AT_ONCE)]

    def take(n: int) -> Any:
        # Half of them take the next one, and two type the same number of the OA's.
        if n < 2:
            return commands.number(papers[n], text="安全生产简报第3期", **desk.call("city"))
        return commands.number(papers[n], word=word, **desk.call("city"))

    answers = realdb.together(take, AT_ONCE)
    refused = [one for one in answers if isinstance(one, BaseException)]
    assert [getattr(one, "code", one) for one in refused] == ["paper_number_taken"]
    numbers = list(Number.objects.values_list("text", flat=True))
    assert len(numbers) == len(set(numbers)) == AT_ONCE - 1
    assert {n for n in numbers if "昆安办" in n} == {f"昆安办第{n}期" for n in range(1, 7)}
    desk.check()


def test_F06_the_same_taking_twice_takes_one_number(realdb: Any) -> None:
    from anlan.domain.bulletins import commands
    from anlan.domain.bulletins.models import Number
    from anlan.domain.bulletins.tests.desk import Desk
    from anlan.domain.hazards.tests.stage import whole
    from anlan.kernel.accounts.models import Role

    cast = whole()
    cast.person("second", "city", Role.INSPECTOR)
    desk = Desk(cast)
    word, pk, call = desk.word(), desk.signed("brief"), desk.call("city")
    answers = realdb.together(lambda _n: commands.number(pk, word=word, **call), AT_ONCE)
    assert all(one == [pk] for one in answers), answers
    assert Number.objects.count() == 1
