"""Everything that can be done to schemes, rankings and appeals."""

from anlan.domain.assessments.commands.appeals import (
    appeal,
    dismiss,
    receive,
    uphold,
    withdraw_appeal,
)
from anlan.domain.assessments.commands.marks import MARKS_MAX, Given, give, in_force
from anlan.domain.assessments.commands.runs import drop_run, publish, run_scheme
from anlan.domain.assessments.commands.schemes import (
    change_scheme,
    drop_draft,
    findings_of,
    make_scheme,
    put_in_force,
    withdraw_scheme,
)
from anlan.domain.assessments.commands.tasks import link_tasks, unlink_task

__all__ = [
    "MARKS_MAX",
    "Given",
    "appeal",
    "change_scheme",
    "dismiss",
    "drop_draft",
    "drop_run",
    "findings_of",
    "give",
    "in_force",
    "link_tasks",
    "make_scheme",
    "publish",
    "put_in_force",
    "receive",
    "run_scheme",
    "unlink_task",
    "uphold",
    "withdraw_appeal",
    "withdraw_scheme",
]
