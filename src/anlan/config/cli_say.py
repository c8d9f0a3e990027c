"""How the command line speaks: sentences on stderr, results on stdout.

Texts before Django is up (set-up, tests) come in both languages; all others go through gettext.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def english() -> bool:
    """Chinese unless ANLAN_LANG asks for English."""
    return os.environ.get("ANLAN_LANG", "").startswith("en")


def language() -> str:
    return "en" if english() else "zh-hans"


def say(text: object) -> None:
    print(f"anlan: {text}" if english() else f"anlan：{text}", file=sys.stderr, flush=True)


def both(zh: str, en: str) -> str:
    return en if english() else zh


def emit(result: dict[str, Any]) -> None:
    """One JSON object, and nothing else, on stdout."""
    print(json.dumps(result, ensure_ascii=False, default=str), flush=True)
