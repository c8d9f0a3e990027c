"""The loop's frame over this capability's rows."""

from functools import partial

from anlan.domain.hazards.models import Hazard
from anlan.kernel.loop import frame

begin = partial(frame.begin, Hazard)
