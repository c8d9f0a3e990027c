"""Which fonts a paper is set in: the office's own, the machine's, and what stands in for them.

No font lies in the program. An office that owns 仿宋 and 小标宋 puts their files into
``ANLAN_HOME/fonts``; without them the pdf is set in the Noto fonts of the machine, or in whatever
Chinese font it has. The .docx names the right ones all the same, so that the office's Word shows
them.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal
from anlan.kernel.papers.official import layout

FOLDER = "fonts"


class NoChineseFont(Refusal):
    """A pdf without one would show boxes."""

    code = "no_chinese_font"
    message = _(
        "No Chinese font was found on this machine, so no pdf can be made. Install the package "
        "fonts-noto-cjk, or put font files into %(folder)s; Word files need neither."
    )
    status = 503


def folder() -> Path:
    return Path(settings.HOME) / FOLDER


def found() -> typst.Fonts:
    """All fonts there are, read once; again where somebody put one into the folder."""
    own = folder()
    return _found(own, own.stat().st_mtime_ns if own.is_dir() else 0)


@lru_cache(maxsize=2)
def _found(own: Path, _changed: int) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=True, include_embedded_fonts=True,
        font_paths=[str(own)] if own.is_dir() else [],
    )  # fmt: skip


def chosen() -> dict[str, list[str]]:
    """By role the families that are there, the standard's own first. Raises NoChineseFont."""
    there = set(found().families())
    by_role = {}
    for role, names in layout.FONTS.items():
        wanted = (*names, *layout.STAND_INS[role], *layout.LAST_RESORTS)
        kept = [name for name in wanted if name in there]
        if not kept:
            raise NoChineseFont(folder=str(folder()))
        by_role[role] = kept
    return by_role


def stands_in(role: str) -> bool:
    """Whether another font than the standard's is taken: then weight marks what it would."""
    return not set(layout.FONTS[role]) & set(found().families())
