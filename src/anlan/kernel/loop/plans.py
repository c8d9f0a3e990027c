"""A register of 200,000 cases as SQLite's planner sees it; measured by ANALYZE on one."""

from __future__ import annotations

from anlan.base.planner import Plans

PLANS: Plans = {
    "loop_case": {
        "sqlite_autoindex_loop_case_1": "200000 1",
        "sqlite_autoindex_loop_case_2": "200000 1",
        "loop_case_area_id_0d104286": "200000 153",
        "case_by_area": "200000 200000 153 7 1",
        "case_by_day": "200000 200000 548 1",
        "case_by_sector": "200000 33334 45 4 1",
        "case_unsettled": "25784 25784 38 4",
        "case_due": "25784 71",
        "case_open_due": "25784 71 1",
        "case_open_state": "25784 25784 38 19",
        "case_enterprise": "150000 20",
        "case_batch": "150000 1500",
        "case_unit": "200000 1400 4 1",
        "case_listed": "200 200 2",
        "case_merged_into": "100 1",
        "case_split_from": "100 1",
        "case_parent": "100 1",
    },
    "loop_event": {
        "sqlite_autoindex_loop_event_1": "600000 3 1",
        "loop_event_case_id_fa93f032": "600000 3",
        "event_by_user": "600000 600 100",
        "event_by_moment": "600000 20",
    },
    "loop_party": {
        "loop_party_case_id_7d13dabb": "100000 2",
        "loop_party_unit_id_6b867b83": "100000 70",
        "party_of_unit": "100000 70 40 1",
        "party_once": "100000 2 1 1",
    },
    "loop_extension": {
        "sqlite_autoindex_loop_extension_1": "5000 1",
        "loop_extension_case_id_bdbfe5c6": "5000 1",
        "extension_one_open": "200 1",
    },
}
