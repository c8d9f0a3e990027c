"""The Jinja2 environment that every page of ours is rendered with."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.utils import translation
from django.utils.module_loading import import_string
from jinja2 import Environment
from markupsafe import Markup

from anlan.base import stored
from anlan.base.memory import Memory
from anlan.ui import figures, lists, svg
from anlan.ui.addresses import address
from anlan.ui.icons import icon


def url(name: str, /, *args: Any, **kwargs: Any) -> str:
    """``url("hazards:case", pk)``; Django's own ``args=`` and ``kwargs=`` are taken as well."""
    args = tuple(kwargs.pop("args", args))
    return address(name, *args, **kwargs.pop("kwargs", kwargs))


def text(message: str, /, **values: Any) -> str:
    """``_("…")`` of a template: as Jinja2's own, with what has no values looked up once.

    A page asks for some two hundred texts, each by way of the thread's language and three
    functions otherwise.
    """
    if values:
        return Markup(translation.gettext(message)) % values  # noqa: S704  our own texts
    return _plain_text(translation.get_language() or "", message)


@lru_cache(maxsize=20_000)
def _plain_text(_language: str, message: str) -> Markup:
    return Markup(translation.gettext(message)) % {}  # noqa: S704


def language() -> str:
    """The page's language as a browser names it: zh-Hans, en."""
    return translation.to_locale(translation.get_language() or "en").replace("_", "-")


def attrs(pairs: dict[str, Any] | None) -> Markup:
    """Attributes from a mapping: None and False leave one out, True writes its bare name."""
    out = Markup()
    for name, value in (pairs or {}).items():
        if value is True:
            out += Markup(" {}").format(name)
        elif value is not None and value is not False:
            out += Markup(' {}="{}"').format(name, value)
    return out


def once(*key: Hashable, caller: Callable[[], Markup]) -> Markup:
    """``{% call once("nav", shell.nav_key) %}…{% endcall %}``: written once for each key.

    The key holds all that the piece shows but the language.
    """
    whole = (translation.get_language(), *key)
    piece = _pieces.get(whole)
    if piece is None:
        _pieces.put(whole, piece := caller())
    return piece


_pieces: Memory[Markup] = Memory(5_000)


@lru_cache(maxsize=1_000)
def _static(_folder: str, name: str) -> str:
    return static(name)


def static_url(name: str) -> str:
    """``static("anlan/app.js")``; what a file is called stays while a process runs."""
    return _static(settings.STATIC_URL, name)


def environment(**options: Any) -> Environment:
    env = Environment(  # noqa: S701  Django sets autoescape
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translation.gettext,
        ngettext=translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals["_"] = text
    env.globals.update(
        static=static_url,
        once=once,
        url=url,
        icon=icon,
        attrs=attrs,
        language=language,
        svg=svg,
        get_messages=get_messages,
        MISSING=figures.MISSING,
        row_writer=lists.row_writer,
        all_rows=lists.all_rows,
    )
    env.filters.update(
        number=figures.number,
        percent=figures.percent,
        day=figures.day,
        moment=figures.moment,
        clock=figures.clock,
        iso=figures.iso,
        shown=stored.shown,
    )
    # What a page may say that this folder can't know: words for whoever acts, say.
    env.filters.update(
        {name: import_string(path) for name, path in getattr(settings, "UI_FILTERS", {}).items()}
    )
    return env
