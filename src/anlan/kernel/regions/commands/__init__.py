"""Everything that changes regions: each command is one transaction and one audit row a region.

A rename or a new code keeps the region's id. A merge, transfer or split makes new regions, ends
the old ones and says who came from whom; their figures stay where they were counted.
"""

from anlan.kernel.regions.commands.placing import make_tree, place
from anlan.kernel.regions.commands.reforming import (
    REFORM_REGIONS_MAX,
    REFORM_SIDES_MAX,
    Reformed,
    reform,
)
from anlan.kernel.regions.commands.single import add_area, end, recode, rename
from anlan.kernel.regions.refusals import (
    ChildrenLeft,
    CodeTaken,
    CodeUnreadable,
    DayUnfit,
    LevelWrong,
    NameMissing,
    ReformUnclear,
    RegionEnded,
    TreeUnfit,
)
from anlan.kernel.regions.writing import NewArea, Paper

__all__ = (
    "REFORM_REGIONS_MAX",
    "REFORM_SIDES_MAX",
    "ChildrenLeft",
    "CodeTaken",
    "CodeUnreadable",
    "DayUnfit",
    "LevelWrong",
    "NameMissing",
    "NewArea",
    "Paper",
    "ReformUnclear",
    "Reformed",
    "RegionEnded",
    "TreeUnfit",
    "add_area",
    "end",
    "make_tree",
    "place",
    "recode",
    "reform",
    "rename",
)
