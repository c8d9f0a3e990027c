"""Foreign rows of campaigns: a campaign, a plan that nobody else may see, its line and a task."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.base.actor import Actor
from anlan.base.ids import uuid7
from anlan.domain.campaigns import commands
from anlan.domain.campaigns.carrying.commands.hearings import NewHearing, make_hearing
from anlan.domain.campaigns.carrying.commands.letters import (
    NewArticle,
    NewLetter,
    NewSignatory,
    make_letters,
)
from anlan.domain.campaigns.carrying.commands.organs import NewOrgan, NewOrganMember, make_organ
from anlan.domain.campaigns.checklists import turns
from anlan.domain.campaigns.checklists.commands import (
    NewChecklist,
    NewItem,
    make_checklist,
)
from anlan.domain.campaigns.commands.terms import NewCampaign, NewLine, NewPlan
from anlan.domain.campaigns.keydates.commands import NewKeyDate, NewPrecaution, make_key_date
from anlan.domain.campaigns.meetings.commands import NewMeeting, make_meeting
from anlan.domain.campaigns.models import (
    Checklist,
    ChecklistCopy,
    ChecklistTurn,
    Plan,
    Return,
    Tally,
    TallyCopy,
    Task,
)
from anlan.domain.campaigns.returns import commands as returns
from anlan.domain.campaigns.returns.rule import Rule
from anlan.domain.campaigns.tallies.commands import NewTally, make_tally
from anlan.domain.campaigns.tallies.spec import Column, Head, ListSpec
from anlan.domain.inspections.models import Target, Visit
from anlan.kernel.accounts.models import Unit
from anlan.kernel.loop.models import Case
from anlan.kernel.regions.models import Region

#: Pages of a reporting duty, and of a return.
DUTIES = tuple(
    f"campaigns:{name}"
    for name in ("duty", "end_duty", "accept_returns", "export_duty", "urge_returns", "feed")
)
RETURNS = tuple(f"campaigns:{name}" for name in ("return", "return_step", "return_file"))


def _visited(word: str, place: Region, unit: Unit, at: datetime) -> UUID:
    """A visit to one of the subjects that the sweep of that word drew."""
    target = Target.objects.filter(sweep__name__startswith=word, area=place).earliest("pk")
    row = Visit.objects.create(
        target=target, sweep=target.sweep, path=target.path, sector_id=target.sector_id,
        enterprise_id=target.enterprise_id, on=at.date(), visitor=word, unit=unit, entered_at=at,
        state=word,
    )  # fmt: skip
    return row.pk


def _returns(word: str, plan: Any, unit: Unit, call: dict[str, Any]) -> tuple[Any, Any]:
    """A duty of the plan, and one return that is owed under it."""
    today = timezone.localdate(call["at"])
    new = returns.NewDuty(
        f"{word}月报", f"{word}情况", Rule("week", day=1), today, today + timedelta(60), (unit.pk,)
    )
    duty = returns.make_duty(plan, new, request_id=uuid7(), **call)
    owed = Return.objects.filter(duty=duty).values_list("pk", flat=True)[0]
    return duty, owed


def plant_campaigns(
    word: str, place: Region, sector: str, unit: Unit, *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Numbers by the names of the pages that open them, for these take several kinds.

    Of another area alone: a plan is read by everybody of its own, whatever their sector.
    """
    call: Any = {"by": by, "at": at}
    campaign = commands.make_campaign(
        NewCampaign(unit.pk, f"{word}行动", date(2024, 1, 1), date(2026, 12, 31)),
        request_id=uuid7(), **call,
    )  # fmt: skip
    new = NewPlan(campaign, unit.pk, f"{word}方案", date(2024, 1, 1), date(2026, 12, 31))
    line = NewLine(f"{word}任务", sectors=(sector,))
    plan = commands.make_plan_with_lines(new, [line], request_id=uuid7(), **call)
    # As if the unit sat there: whoever planted the other rows reports for the nation.
    Plan.objects.filter(pk=plan).update(area=place, path=place.path)
    commands.publish(plan, request_id=uuid7(), **call)
    task = Task.objects.get(plan=plan).pk
    row = Plan.objects.select_related("campaign").get(pk=plan)
    row.campaign.area, row.campaign.path = place, place.path
    row.campaign.save()
    plans = ("plan", "edit_plan", "publish", "break_down", "break_down_progress",
             "break_down_stop", "quotas", "shares", "new_line", "line", "remove_line", "elements",
             "elements_line", "derived", "derived_export", "derives", "plan_records",
             "plan_visits", "derived_tree", "end_plan", "supporting",
             "unsupport")  # fmt: skip
    pages = ("campaign", "edit", "new_plan", "map", "map_rows", "map_ics", "expected", "goals",
             "elements_template", "organs", "new_organ", "organs_export", "hearings",
             "new_hearing", "new_rule", "end_hearing_rule", "meetings",
             "meeting_new", "shared", "share", "new_part", "counters", "counters_export",
             "counter", "key_dates", "new_key_date", "stages", "key_tasks_paper",
             "checklists", "new_checklist", "tallies", "new_tally")  # fmt: skip
    duty, owed = _returns(word, plan, unit, call)
    return {
        "campaigns:task": task, "campaigns:step": task,
        "campaigns:task_figure": task, "campaigns:task_file": task,
        "campaigns:milestones": task, "campaigns:key_task": task,
        "campaigns:records": task, "campaigns:records_export": task,
        "campaigns:unlink_record": task, "campaigns:of_case": task,
        "campaigns:task_visits": task, "assessments:of_task": task, "bulletins:of_task": task,
        "campaigns:of_visit": _visited(word, place, unit, at),
        **dict.fromkeys(DUTIES, duty), **dict.fromkeys(RETURNS, owed),
        **{f"campaigns:{name}": plan for name in plans},
        **{f"campaigns:{name}": campaign for name in pages},
        **_carried(word, campaign, place, unit, call, at),
        **_met(word, campaign, unit, call, at),
    }  # fmt: skip


def _carried(
    word: str, campaign: UUID, place: Region, unit: Unit, call: Any, at: datetime
) -> dict[str, Any]:
    """A body, a hearing and a duty letter of that campaign."""
    day = at.date()
    organ = make_organ(
        campaign, NewOrgan(f"{word}领导小组", day), [NewOrganMember("chair", day, f"{word}组长")],
        request_id=uuid7(), **call,
    )  # fmt: skip
    hearing = make_hearing(campaign, NewHearing(f"{word}会议", day), request_id=uuid7(), **call)
    key_date = make_key_date(
        campaign,
        NewKeyDate(f"{word}汛期", "season", "once", 0, day, day,
                   precautions=(NewPrecaution(f"{word}值守"),)),
        request_id=uuid7(), **call,
    )  # fmt: skip
    checklist = make_checklist(
        campaign, NewChecklist(f"{word}清单", "common", items=(NewItem(f"{word}事项"),)),
        request_id=uuid7(), **call,
    )  # fmt: skip
    Checklist.objects.filter(pk=checklist).update(issued_on=day)
    copy = ChecklistCopy.objects.create(
        checklist_id=checklist, unit=unit, path=place.path, made_at=at
    )
    turn = _turn(Checklist.objects.get(pk=checklist), day, call)
    tally, tally_copy = _tally(word, campaign, place, unit, call, at)
    sides = (NewSignatory("gives", f"{word}政府"),)
    new = NewLetter(unit.pk, f"{word}责任书", day, day, day, articles=(NewArticle(f"{word}条款"),),
                    signatories=sides)  # fmt: skip
    takers = [NewSignatory("takes", f"{word}单位")]
    [letter] = make_letters(new, takers, request_id=uuid7(), **call)
    Case.objects.filter(pk=letter).update(area=place, path=place.path)
    names = {
        organ: ("organ", "edit_organ", "new_members", "end_member", "correct_member"),
        key_date: (
            "key_date",
            "edit_key_date",
            "end_key_date",
            "draw_up_key_date",
            "skip_key_date",
        ),
        checklist: ("checklist", "edit_checklist", "hand_out_checklist", "end_checklist"),
        copy.pk: ("checklist_copy",),
        turn: ("checklist_turn",),
        tally: ("tally", "edit_tally", "hand_out_tally", "export_tally"),
        tally_copy: (
            "tally_copy",
            "tally_book",
            "import_tally",
            "confirm_tally",
            "new_tally_row",
            "tally_row",
            "remove_tally_row",
        ),
        hearing: ("hearing", "hearing_decide", "hearing_file", "hearing_step"),
        letter: ("letter", "edit_letter", "letter_paper", "letter_step"),
    }
    found = {f"campaigns:{name}": pk for pk, every in names.items() for name in every}
    return {
        **found, "bulletins:of_hearing": hearing, "bulletins:unreport": hearing,
        "assessments:of_letter": letter,
    }  # fmt: skip


def _turn(checklist: Checklist, day: date, call: Any) -> UUID:
    """What that unit has to do of the list by its day."""
    Checklist.objects.filter(pk=checklist.pk).update(due_on=day)
    checklist.refresh_from_db()
    with transaction.atomic():
        copies = list(checklist.copies.values_list("pk", flat=True))
        turns.open_turns(checklist, copies, request_id=uuid7(), **call)
    return ChecklistTurn.objects.get(copy__checklist=checklist).pk


def _tally(
    word: str, campaign: UUID, place: Region, unit: Unit, call: Any, at: datetime
) -> tuple[UUID, UUID]:
    """One table and three lists, handed out to that unit."""
    lists = tuple(ListSpec(f"{word}清单{n}", (Column(f"{word}事项"),)) for n in range(3))
    new = NewTally(f"{word}一表", lists, (Head(f"{word}数"),))
    tally = make_tally(campaign, new, request_id=uuid7(), **call)
    Tally.objects.filter(pk=tally).update(issued_on=at.date())
    copy = TallyCopy.objects.create(
        tally_id=tally, unit=unit, path=place.path, made_at=at, sums=[[0, 0]], numbers=[0, 0, 0]
    )
    return tally, copy.pk


def _met(word: str, campaign: UUID, unit: Unit, call: Any, at: datetime) -> dict[str, Any]:
    """A meeting of that unit that is being prepared: nobody else's to see."""
    new = NewMeeting(campaign, unit.pk, f"{word}例会", at.date())
    meeting = make_meeting(new, request_id=uuid7(), **call)
    names = ("meeting", "meeting_edit", "meeting_tasks", "meeting_agenda", "meeting_attendance", "meeting_agenda_print",
             "meeting_agenda_docx", "meeting_item_new", "meeting_item", "meeting_item_remove",
             "meeting_issue", "meeting_correct", "meeting_minutes",
             "meeting_minutes_docx")  # fmt: skip
    return {f"campaigns:{name}": meeting for name in names}
