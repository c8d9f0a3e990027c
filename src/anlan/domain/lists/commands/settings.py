"""Changing what holds for all lists: age bands, and when a list is stale."""

from __future__ import annotations

from anlan.domain.lists.settings import OFFICE

change_setting = OFFICE.change
