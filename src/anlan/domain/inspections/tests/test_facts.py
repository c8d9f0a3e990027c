"""What somebody reads off at a visit."""

from __future__ import annotations

import pytest

from anlan.domain.inspections.commands.visits import VisitRefused, _fact
from anlan.domain.inspections.models import FactForm, SweepField


def test_S54_a_number_is_never_written_out_longer_than_a_line() -> None:
    one = SweepField(order=1, label="温度", form=FactForm.NUMBER)
    assert _fact(one, "1,035.50") == "1035.5"
    # Small, of few signs, and written out as long as a library.
    for endless in ("1e-999999999", "1e11000", "NaN", "Infinity"):
        with pytest.raises(VisitRefused):
            _fact(one, endless)
