"""The Jinja2 environment that every page of ours is rendered with."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from jinja2 import Environment
from markupsafe import Markup

from anlan.ui import figures, lists, svg
from anlan.ui.addresses import address
from anlan.ui.icons import icon


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """``url("hazards:case", pk)``; Django's own ``args=`` and ``kwargs=`` are taken as well."""
    if not args and not kwargs:
        return address(name)
    return reverse(
        name, args=kwargs.pop("args", args) or None, kwargs=kwargs.pop("kwargs", kwargs) or None
    )


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
        static=static,
        url=url,
        icon=icon,
        attrs=attrs,
        language=language,
        svg=svg,
        get_messages=get_messages,
        MISSING=figures.MISSING,
        row_writer=lists.row_writer,
    )
    env.filters.update(
        number=figures.number,
        percent=figures.percent,
        day=figures.day,
        moment=figures.moment,
        clock=figures.clock,
        iso=figures.iso,
    )
    return env
