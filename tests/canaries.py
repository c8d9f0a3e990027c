"""Every secret of every test is a canary (S26): none may stand in a log line or an address.

Whatever is hashed as a password, summed as a token or sealed as a person's value while a test
runs is remembered until its end, and looked for in all that was logged and asked for. So a new
log line that tells too much fails the first test that passes by it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

import pytest

#: Shorter ones stand in texts by chance.
CHARS_MIN = 8
#: What tests put where a name belongs that nobody has: asked for as a token, it is none.
NOBODYS = "nobody-has-this"


@dataclass
class Watch:
    #: What must stand nowhere, and what kind of secret it is.
    secrets: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def keep(self, value: object, kind: str) -> None:
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return  # a key or a file, which no text holds
        if isinstance(value, str) and len(value) >= CHARS_MIN and value != NOBODYS:
            self.secrets[value] = kind

    def keep_personal(self, plain: bytes) -> None:
        """A person's values are sealed as JSON; plain words are left out, for logs speak too."""
        try:
            value = json.loads(plain)
        except ValueError:
            return
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and any(sign in text for sign in "@0123456789"):
                self.keep(text, "personal value")

    def told(self) -> list[str]:
        """What stands where it must not; the secret itself is not repeated."""
        found = []
        for secret, kind in self.secrets.items():
            for line in self.lines:
                if secret in line:
                    found.append(f"a {kind} in the log: {line.replace(secret, '***')[:300]}")
            for address in self.addresses:
                # A link for one use is the one secret that is an address by nature.
                if secret in address and "/accounts/link/" not in address:
                    found.append(f"a {kind} in an address: {address.replace(secret, '***')}")
        return found

    def clear(self) -> None:
        self.secrets.clear()
        self.lines.clear()
        self.addresses.clear()


class _Listener(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.NOTSET)
        self.watch = watch
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        # Django's own requests go to no handler of ours; anlan's lines pass through base/logs.py.
        if record.name.startswith("anlan"):
            from anlan.base.logs import Folded

            self.watch.lines.append(Folded().format(record))


def install(watch: Watch, patch: pytest.MonkeyPatch) -> None:
    """Listen at the few doors through which each secret passes."""
    from django.test.client import RequestFactory

    from anlan.base import crypto
    from anlan.kernel.accounts.models import User

    def before(owner: Any, name: str, heard: Callable[..., object]) -> None:
        real = getattr(owner, name)

        def passed(*args: Any, **kwargs: Any) -> Any:
            heard(*args, **kwargs)
            return real(*args, **kwargs)

        patch.setattr(owner, name, passed)

    def asked(_self: Any, **environ: Any) -> None:
        query = unquote_plus(environ.get("QUERY_STRING", ""))
        watch.addresses.append(f"{environ.get('PATH_INFO', '')}?{query}")

    for name in ("set_password", "check_password"):
        before(User, name, lambda _user, raw, *args: watch.keep(raw, "password"))
    before(crypto, "blind", lambda value, purpose: watch.keep(value, f"value for {purpose}"))
    before(crypto, "seal", lambda plain, *args: watch.keep(plain, "sealed value"))
    before(crypto, "seal_text", lambda value, *args: watch.keep(value, "sealed value"))
    before(crypto, "seal_under", lambda _s, _t, plain, _b: watch.keep_personal(plain))
    before(RequestFactory, "_base_environ", asked)
    logging.getLogger().addHandler(_Listener(watch))
    # Lines of the level that nobody reads in production are looked at, too.
    logging.getLogger("anlan").setLevel(logging.INFO)
