"""What is said to people who asked for something that can't be done.

A refusal has a code for programs (never translated, never given a second meaning), the data
behind it, and a sentence for people that says how to mend it.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """The base of everything that people, files or programs can get wrong."""

    code: ClassVar[str] = "refused"
    message: ClassVar[str | Promise] = _("This can't be done.")
    #: The HTTP status that pages and the API answer with.
    status: ClassVar[int] = 400
    #: What stood in a form that is gone with it, (label, text): nobody has to recall it.
    typed: Sequence[tuple[str, str]] = ()

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.data if self.data else str(self.message)


class NotFound(Refusal):
    """Isn't there, or may not be seen by whoever asks: the two must look the same."""

    code = "not_found"
    # What to do about it the page says; an answer to a program is this sentence alone.
    message = _("There is nothing here that you can see.")
    status = 404


class NotAllowed(Refusal):
    """May be seen, may not be done. ``reason`` says what is missing."""

    code = "not_allowed"
    message = _("You may see this but not do it: %(reason)s")
    status = 403


class MovedOn(Refusal):
    """Somebody else was first; nothing was changed.

    ``case``, ``seen`` and ``version``, where it was one: its id, and its versions then and now.
    """

    code = "moved_on"
    message = _("Somebody changed this while you were at it. Reload the page, look, and try again.")
    status = 409


class RequestReused(Refusal):
    """A request id came back with a different request under it."""

    code = "request_reused"
    message = _("This request number was already used for something else. Reload and send again.")
    status = 409


class Unreadable(Refusal):
    """Input that can't be read as what it should be; ``field`` and ``reason`` say where and why."""

    code = "unreadable"
    message = _("%(field)s: %(reason)s")
    status = 400


class DiskFull(Refusal):
    """No room on one of the server's disks: nothing was half done, and nothing said is lost."""

    code = "disk_full"
    message = _(
        "The server's disk is full, so this was not saved; what was saved before is safe. "
        "Tell the people on duty, and try again once they have made room."
    )
    status = 507


def disk_is_full(error: BaseException | None) -> bool:
    """Does this error, or what caused it, come of a full disk? Databases say it in words."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(words in str(error) for words in ("disk is full", "No space left on device")):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
