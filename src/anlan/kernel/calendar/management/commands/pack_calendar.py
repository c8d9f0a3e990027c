"""Makes the packed holidays again from the packages that know them (for developers)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.kernel.calendar import packing


class Command(BaseCommand):
    help = "Pack the announced holidays and the next years' statutory days into this app's data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--target", type=Path, default=packing.DATA)

    def handle(self, *args: Any, **options: Any) -> None:
        for difference in packing.pack(options["target"]):
            self.stderr.write(difference)
