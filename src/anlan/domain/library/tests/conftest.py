"""The cast of campaigns: an office above, offices below, departments, a firm."""

from anlan.domain.campaigns.tests.conftest import cast, client_of, house, stage

__all__ = ["cast", "client_of", "house", "stage"]
