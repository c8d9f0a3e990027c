"""What takes long, is the same for every test of a process, and is therefore done once in it."""

from __future__ import annotations

import gc
from typing import Any

from anlan.base import collector


def install() -> None:
    """Before anything is imported: a test module's classes and rows of tests are no garbage."""
    gc.disable()
    _look_for_static_files_once()


def collected() -> None:
    """All tests are known, so nearly all is loaded: as a server does before its first page."""
    gc.enable()
    collector.spare()


def _look_for_static_files_once() -> None:
    """Each of Django's clients loads the middleware anew, and this one lists some hundred files:
    that was nine tenths of what a test of one short page took."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    real, found = WhiteNoiseMiddleware.add_files_from_finders, dict[Any, dict[str, Any]]()

    def once(self: Any) -> None:
        key = (self.static_prefix, self.max_age, self.allow_all_origins, self.charset)
        if key not in found:
            real(self)
            found[key] = dict(self.files)
        self.files.update(found[key])

    WhiteNoiseMiddleware.add_files_from_finders = once
