"""A register of 200,000 accidents as SQLite's planner sees it; measured by ANALYZE on one."""

from __future__ import annotations

from anlan.base.planner import Plans

PLANS: Plans = {
    "accidents_accident": {
        "sqlite_autoindex_accidents_accident_1": "200000 1",
        "accident_happened": "200000 3 1",
        "accident_by_deaths": "200000 5000 1",
        "accident_source_once": "200000 20000 1",
    }
}
