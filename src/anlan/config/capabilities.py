"""Which capabilities this installation has. The only list of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from anlan.kernel.capability import Capability
from anlan.kernel.facts.kinds import FactKind
from anlan.kernel.loop.machine import Machine

if TYPE_CHECKING:
    from anlan.kernel.accounts.copies import Table
    from anlan.kernel.accounts.policy import Rule
    from anlan.kernel.accounts.words import Words
    from anlan.kernel.facts.kinds import FactKind
    from anlan.kernel.facts.opening import Opener
    from anlan.kernel.indicators.declare import Indicator
    from anlan.kernel.loop.worklist import Work

CAPABILITIES = (
    "accidents", "assessments", "bulletins", "campaigns", "enforcement", "enterprises", "filings",
    "hazards", "inspections", "library", "lists", "measures", "office", "statistics",
    "supervision", "treatment",
)  # fmt: skip


@cache
def capabilities() -> tuple[Capability, ...]:
    return tuple(
        import_module(f"anlan.domain.{name}.capability").CAPABILITY for name in CAPABILITIES
    )


#: Engines that may bring a ``permissions`` module with ``RULES``.
ENGINES = ("accounts", "papers", "notices", "facts", "indicators", "loop")


def rules() -> dict[str, Rule]:
    """Every permission of this installation and its rule; each declared once."""
    found: dict[str, Rule] = {}
    modules = (f"anlan.kernel.{name}.permissions" for name in ENGINES)
    declared = [dict(import_module(name).RULES) for name in modules if find_spec(name)]
    for each in (*declared, *(dict(capability.rules) for capability in capabilities())):
        twice = found.keys() & each.keys()
        assert not twice, f"declared twice: {twice}"
        found.update(each)
    return found


def machines() -> tuple[Machine, ...]:
    """The loops of every capability; the engine asks for them when it first needs one."""
    return tuple(machine for capability in capabilities() for machine in capability.machines)


def works() -> tuple[Work, ...]:
    """What stands in the worklist, and how."""
    return tuple(work for capability in capabilities() for work in capability.works)


def words() -> tuple[Words, ...]:
    """What the codes of every capability are called."""
    return tuple(capability.words for capability in capabilities())


def own_tables() -> tuple[Table, ...]:
    """Tables with a person's own rows."""
    return tuple(table for capability in capabilities() for table in capability.own())


def fact_kinds() -> tuple[FactKind, ...]:
    """What every capability's steps may post to the ledger."""
    return tuple(kind for capability in capabilities() for kind in capability.kinds)


def fact_pages() -> tuple[Opener, ...]:
    """Pages of what is behind a figure."""
    return tuple(opener for capability in capabilities() for opener in capability.opens)


def indicators() -> list[Indicator]:
    """Every indicator of this installation."""
    return [each for capability in capabilities() for each in capability.indicators]
