"""The loop's frame over appeals, and what commands of assessments have in common."""

from __future__ import annotations

from functools import partial
from typing import Any

from anlan.base import text
from anlan.domain.assessments.models import Appeal
from anlan.domain.assessments.refusals import AssessmentRefused
from anlan.kernel.loop import frame

begin = partial(frame.begin, Appeal)
text_of = partial(text.stated, refusal=AssessmentRefused)
short = partial(text.short, refusal=AssessmentRefused)


class Turn(frame.Turn[Appeal]):
    @property
    def appeal(self) -> Appeal:
        return self.row


turns = partial(
    frame.turns,
    Appeal.objects.select_related(
        "score__run__version", "score__run__scheme__area", "score__run__scheme__unit", "filed_by"
    ),
    Turn,
)  # fmt: skip


def lacks(field: str, reason: Any) -> AssessmentRefused:
    return AssessmentRefused(field=field, reason=reason)
