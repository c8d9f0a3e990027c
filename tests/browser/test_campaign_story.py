"""A campaign from the notice to the compilation, as those who carry it do it in their browsers.

Each part has closer tests elsewhere; here it is that they join: what one page makes, the next
one offers, to whom it should, and nothing on the way needs an address that no link leads to.
"""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD
from tests.browser.steps import step

pytestmark = pytest.mark.faults
NOTICE = """关于印发《全市燃气安全专项整治工作方案》的通知
各县（市、区）人民政府，市直各有关单位：
    现将《全市燃气安全专项整治工作方案》印发给你们，请认真贯彻落实。
一、工作任务
（一）全面排查燃气管道。各县（市、区）对辖区燃气管道占压逐一排查，{due:%Y年%-m月%-d日}前建立台账，建账率达到100%。
    责任单位：各县（市、区）人民政府
（二）加强执法检查。市应急管理局组织检查不少于50家餐饮企业。
    牵头单位：市应急管理局
二、工作要求
（一）提高思想认识。各单位要高度重视。
昆明市安全生产委员会办公室
{today:%Y年%-m月%-d日}
"""
DONE = "排查燃气管道，占压逐处建账"
MEASURE, PRACTICE = "昆明市燃气管道占压排查整治办法", "燃气管道占压“一处一码”"


def _city() -> None:
    """The office above Wuhua's, which gives the plan, and one of its people."""
    from django.utils import timezone

    from anlan.base.actor import Actor
    from anlan.kernel.accounts import commands as accounts
    from anlan.kernel.accounts.models import Role, User
    from anlan.kernel.regions.queries import by_code

    made: Any = {"by": Actor(None, "test", trusted=True), "at": timezone.now()}
    city = by_code("530100")
    office = accounts.create_unit("km-office", "昆明市安委办", "committee_office", city, **made)
    user = accounts.create_person("city", "周处长", **made)
    accounts.grant_post(user.pk, office, Role.OFFICE, **made)
    user = User.objects.get(pk=user.pk)
    user.set_password(PASSWORD)
    user.password_changed_at = made["at"]
    user.save()


def _send(page: Any) -> None:
    with page.expect_navigation():
        page.click("main form .form-acts button.btn-primary")


def _fill(page: Any, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f'main form [name="{name}"]').first.fill(text)


def _published(page: Any, path: Path) -> None:
    """Drop the notice, take what it says key by key, publish what became of it."""
    page.goto("/campaigns/")
    page.click('a[href="/campaigns/intake/"]')
    page.set_input_files("input[name=file]", str(path))
    page.click("form[enctype] button.btn-primary")
    page.locator("#paper").wait_for(timeout=60_000)
    page.wait_for_load_state()
    while page.locator("#confirm").count():
        before = page.locator("#confirm input[name=item]").get_attribute("value")
        page.keyboard.press("Enter")
        after = f'#confirm input[name=item]:not([value="{before}"]), #item > .notice-green'
        page.locator(after).first.wait_for(state="attached")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    _send(page)
    page.click('[data-dialog="publish"]')
    with page.expect_navigation():
        page.click("dialog#publish .dlg-acts button.btn-primary")
    expect(page.locator("main .head")).to_contain_text("已发布")


def _given_below(page: Any) -> None:
    """Give it to the offices of the areas next below."""
    page.click('main a[href$="/below/"]')
    page.check("main form input[name=units]")
    _send(page)
    expect(page.locator("main")).to_contain_text("五华区安委办")


def _meeting(page: Any, today: date) -> None:
    """Call a meeting, write a decision down, issue the minutes: it is a task of Wuhua's."""
    page.click('main a[href$="/meetings/"]')
    page.click('main a[href$="/meetings/new/"]')
    _fill(
        page, title="燃气整治第一次例会", held_on=str(today), chair="周处长", present="五华区安委办"
    )
    _send(page)
    page.click('main a[href$="/items/new/"]')
    page.select_option('main form [name="kind"]', "decision")
    _fill(page, text="五华区每周报送占压点清理进展", due_on=str(today + timedelta(30)))
    page.locator("main form [data-picker-text]").fill("五华区安委办")
    page.locator("main form .picker-list .option[data-code=wh-office]").click()
    _send(page)
    page.click('[data-dialog="issue"]')
    with page.expect_navigation():
        page.click("dialog#issue .dlg-acts button.btn-primary")


def _measure(page: Any, number: str, today: date) -> None:
    """What came of it: a measure that is made, adopted, and in force at once."""
    page.goto("/measures/")
    page.click('main a[href="/measures/new/"]')
    due = str(today + timedelta(60))
    _fill(page, title=MEASURE, problem=f"任务{number}中发现占压反复", due_on=due)
    page.locator('main form .picker:has([name="area"]) [data-picker-text]').fill("昆明市")
    page.locator('main form .picker-list .option[data-code="530100"]').click()
    _send(page)
    words = {
        "number": "昆安委办〔2026〕8号",
        "adopted_on": str(today),
        "text": "每处占压建码销号。",
    }
    step(page, "adopt", words)
    expect(page.locator("main .head")).to_contain_text("施行中")


def test_a_campaign_goes_from_the_notice_to_the_compilation(sign_in: Any, tmp_path: Path) -> None:
    from django.utils import timezone

    _city()
    today = timezone.localdate()
    path = tmp_path / "通知.txt"
    path.write_text(NOTICE.format(today=today, due=today + timedelta(30)))
    city = sign_in("city")
    _published(city, path)
    plan = city.url
    _given_below(city)

    officer = sign_in("officer", 390)
    officer.goto("/work/")
    officer.click("#list tbody tr:has-text('排查燃气管道') a >> nth=0")
    task = re.sub(r"\?.*", "", officer.url)
    step(officer, "receive")
    step(officer, "report", {"progress": "40", "text": "排查一半"})
    city.goto(task)
    step(city, "return_report", {"reason": "请附台账照片"})

    # Between the first report and the second the office calls its meeting.
    city.goto(plan)
    city.click(".crumbs a[href*='/campaigns/']:not([href='/campaigns/'])")
    _meeting(city, today)
    officer.goto("/work/")
    expect(officer.locator("#list")).to_contain_text("每周报送占压点清理进展")

    officer.goto(task)
    expect(officer.locator("main")).to_contain_text("请附台账照片")
    step(officer, "report", {"progress": "100", "text": DONE}, with_photo=True)
    step(officer, "rectify", {"result": DONE}, with_photo=True)
    city.goto(task)
    assert city.locator('main a[href*="/files/"]').count() >= 2, "proof hangs on report and task"
    step(city, "verify", {"reason": "抽查三处，属实"})
    step(city, "close")
    expect(city.locator("main .head")).to_contain_text("已完成")
    number = city.locator("main .head .muted.nowrap").first.inner_text()

    _measure(city, number, today)
    officer.goto("/measures/practices/")
    officer.click('main a[href="/measures/practices/new/"]')
    _fill(officer, title=PRACTICE, text="每处占压一个二维码，整改过程随扫随看。")
    _send(officer)
    leader = sign_in("leader")
    leader.goto("/measures/practices/")
    leader.click(f"#list a:has-text('{PRACTICE[:6]}')")
    leader.click('[data-dialog="review"]')
    with leader.expect_navigation():
        leader.click("dialog#review .dlg-acts button.btn-primary")

    city.goto("/measures/practices/")
    with city.expect_download() as got:
        city.click('a[href^="/measures/compilation.docx"]')
    paper = docx.Document(io.BytesIO(Path(got.value.path()).read_bytes()))
    words = "\n".join(one.text for one in paper.paragraphs)
    for said in (MEASURE, PRACTICE, number, "每处占压建码销号。"):
        assert said in words, said
