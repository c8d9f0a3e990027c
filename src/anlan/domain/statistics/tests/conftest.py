"""The cast of the hazards' stories, with accidents; imports wait for Django."""

from __future__ import annotations

from anlan.domain.accidents.tests.conftest import cast, client_of, desk, stage

__all__ = ["cast", "client_of", "desk", "stage"]
