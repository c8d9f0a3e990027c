"""What ./anlan asks of regions."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.base.actor import Actor
from anlan.kernel.regions import boundaries


def load_boundaries(args: argparse.Namespace) -> int:
    """./anlan boundaries load FILE… [--approval 审图号] [--source S] [--json]"""
    actor: Actor = args.actor
    results: list[dict[str, Any]] = []
    for name in args.files:
        path = Path(name)
        if not path.is_file():
            raise boundaries.BoundariesUnreadable(file=name, reason=_("there is no such file"))
        done = boundaries.load_file(
            path,
            approval_no=args.approval or "",
            source=getattr(args, "source", "") or "",
            by=actor,
            at=timezone.now(),
        )
        results.append(
            {
                "file": name,
                "loaded": done.loaded,
                "unknown": list(done.unknown),
                "without_shape": list(done.without_shape),
            }
        )
    if getattr(args, "json", False):
        sys.stdout.write(json.dumps({"files": results}, ensure_ascii=False) + "\n")
    else:
        for result in results:
            text = _("%(file)s: %(loaded)s shapes loaded, %(unknown)s codes unknown")
            values = {**result, "unknown": len(result["unknown"])}
            sys.stderr.write(text % values + "\n")
    return 0
