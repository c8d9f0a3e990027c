"""Which capabilities this installation has. The only list of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from anlan.kernel.capability import Capability

CAPABILITIES = ("enterprises", "hazards")


@cache
def capabilities() -> tuple[Capability, ...]:
    return tuple(import_module(f"anlan.domain.{name}.capability").CAPABILITY for name in CAPABILITIES)
