#!/usr/bin/env python
"""Django's own commands, for developers (makemigrations, shell …); users call ./anlan."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    sys.path.insert(0, "src")
    execute_from_command_line(sys.argv)
