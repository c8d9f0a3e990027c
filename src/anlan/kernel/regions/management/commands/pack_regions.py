"""Makes the packed region data of this app again from the published tables (for developers)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.kernel.regions import packing


class Command(BaseCommand):
    help = "Pack the region tables below a folder (regions/, boundaries/) into this app's data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path)
        parser.add_argument("--target", type=Path, default=packing.DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        counts = packing.pack(options["source"], options["target"])
        self.stdout.write(json.dumps(counts, ensure_ascii=False))
