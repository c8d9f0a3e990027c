"""What granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from anlan.base import collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
# Nobody waits for a page longer than this; what takes long is a job of the worker's (F18).
os.environ.setdefault("ANLAN_STATEMENT_SECONDS", "30")
application = get_wsgi_application()
collector.spare()
