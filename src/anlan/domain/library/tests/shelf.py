"""Texts that are entered through the pages, and what they say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from anlan.base.ids import uuid7
from anlan.domain.campaigns.tests.house import House
from anlan.domain.library.models import Edition, Text

#: Made up; its articles are numbered as a regulation's are.
BODY = """五华区动火作业安全管理办法
第一章 总则
第一条 为了加强动火作业管理，制定本办法。
第二条 本办法适用于五华区的生产经营单位。
第二章 作业
第三条 动火作业应当办理审批手续。
审批手续有效期不超过八小时。
第四条 作业现场应当配备灭火器材，并指定专人监护。
第三章 附则
第五条 本办法自2024年3月1日起施行。
"""
AMENDED = BODY.replace("不超过八小时", "不超过四小时").replace("第五条 ", "第六条 ").replace(
    "第三章 附则", "第五条 节假日动火升级管理。\n第三章 附则"
)  # fmt: skip


def day(n: int) -> date:
    """So many days from today; before it where negative."""
    return timezone.localdate() + timedelta(days=n)


def stated(**more: Any) -> dict[str, Any]:
    return {
        "title": "五华区动火作业安全管理办法", "kind": "normative", "number": "五安办〔2024〕3号",
        "issuer": "五华区安委办", "issued_on": day(-100), "effective_on": day(-90), "body": BODY,
        "seen": "", **more,
    }  # fmt: skip


def enter(house: House, who: str = "office", status: int = 302, **more: Any) -> Edition:
    pk = uuid7()
    answer = house.post(who, "library:new", pk=pk, **stated(**more))
    assert answer.status_code == status, answer.content.decode()[-4000:]
    return Edition.objects.get(text=pk)


def shelve(house: House, who: str = "office", **more: Any) -> Text:
    """A text in the library."""
    return put_in(house, enter(house, who, **more), who)


def put_in(house: House, edition: Edition, who: str = "office") -> Text:
    answer = house.post(who, "library:stand", edition.pk, seen="")
    assert answer.status_code == 302
    edition.refresh_from_db()
    assert edition.stands, house.text(who, "library:edition", edition.pk)[-3000:]
    return Text.objects.get(pk=edition.text_id)


def amend(house: House, text: Text, who: str = "office", **more: Any) -> Edition:
    """A second edition in the library."""
    pk = uuid7()
    assert house.post(who, "library:new_edition", text.pk, pk=pk, seen="").status_code == 302
    data = stated(body=AMENDED, issued_on=day(-11), effective_on=day(-10), note="第一次修订")
    assert house.post(who, "library:edit", pk, **{**data, **more}).status_code == 302
    put_in(house, Edition.objects.get(pk=pk), who)
    return Edition.objects.get(pk=pk)


def article(text: Text, label: str) -> Any:
    edition = text.editions.filter(state="stands").order_by("-number_in")[0]
    return edition.articles.get(label=label)
