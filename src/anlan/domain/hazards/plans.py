"""A register of 200,000 hazards as SQLite's planner sees it; measured by ANALYZE on one."""

from __future__ import annotations

from anlan.base.planner import Plans

PLANS: Plans = {
    "hazards_hazard": {
        "sqlite_autoindex_hazards_hazard_1": "200000 1",
        "hazards_hazard_enterprise_id_ebb4085f": "200000 20",
        "hazard_point": "20000 4 1",
    },
    "hazards_hazardobject": {
        "sqlite_autoindex_hazards_hazardobject_1": "20000 1",
        "hazard_object_kind": "20000 3000",
    },
}
