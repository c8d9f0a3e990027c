"""Changing what holds for all analyses and truth checks."""

from __future__ import annotations

from anlan.domain.statistics.settings import OFFICE

change_setting = OFFICE.change
