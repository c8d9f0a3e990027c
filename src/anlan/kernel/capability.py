"""What a domain app hands over to the kernel, checked at start-up.

The registry is one dataclass and one loader: no plugins, hooks or metaclasses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from anlan.kernel.accounts.words import Words

if TYPE_CHECKING:
    from anlan.kernel.accounts.copies import Table
    from anlan.kernel.accounts.policy import Rule
    from anlan.kernel.facts.kinds import FactKind
    from anlan.kernel.facts.opening import Opener
    from anlan.kernel.indicators.declare import Indicator
    from anlan.kernel.loop.machine import Machine
    from anlan.kernel.loop.worklist import Work


@dataclass(frozen=True)
class Capability:
    """One capability: its loop, the facts its steps post, its indicators, its rights, its pages."""

    code: str
    machines: Sequence[Machine] = ()
    kinds: Sequence[FactKind] = ()
    indicators: Sequence[Indicator] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    #: Dotted module with ``urlpatterns`` and ``app_name``, mounted at its ``prefix``.
    urls: str = ""
    prefix: str = ""
    #: Dotted path of a ninja Router, mounted at ``/api/v1/<prefix>``.
    router: str = ""
    #: Called with the moment by ``./anlan check``; yield (invariant, ok, checked, detail).
    invariants: Sequence[Callable[[Any], Any]] = ()
    #: How its cases stand in the worklist: heaps, rights and what a row shows.
    works: Sequence[Work] = ()
    #: Its pages of what is behind a figure, each where it can show just that one.
    opens: Sequence[Opener] = ()
    #: Tables with a person's own rows, for the copy that they may take of what is kept of them.
    own: Callable[[], Sequence[Table]] = tuple
    #: What its codes are called on the record of what was done.
    words: Words = field(default_factory=Words)
