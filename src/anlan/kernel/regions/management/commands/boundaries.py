"""Django's way to `./anlan boundaries load`."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from anlan.base.actor import Actor
from anlan.base.refusal import Refusal
from anlan.kernel.regions import cli


class Command(BaseCommand):
    help = "Load the shapes of regions from GeoJSON files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--approval", default="", metavar="NO", help="审图号 of the map")
        parser.add_argument("--source", default="", help="where the map comes from")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor(user_id=None, name=f"cli:{getpass.getuser()}", trusted=True)
        try:
            cli.load_boundaries(argparse.Namespace(actor=actor, **options))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
