"""Lists that documents name, as far as they name them: an office takes one up and fills the rest.

Unless they say otherwise they are of 浙江省's report on its three-year campaign (document 002 of
the project's material). Of “七张问题清单” it says that they are the provincial committee's and that
work safety builds on them; of “三张清单” that there are three. It names none of the others, and
neither do we.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anlan.domain.lists.rules import STEP_NAMES

MAJOR = "重大安全生产问题清单"
SIX_AND_ONE: Mapping[str, Any] = {
    "steps": {step: {"name": name, "applies": True} for step, name in STEP_NAMES.items()},
    "approvers": ["leader"],
    "form": "score",
}
#: 重点关注的五项课题.
TOPICS = ("有限空间作业安全", "城市燃气安全", "地下空间治理", "危险化学品运输", "涉海涉渔安全")
_MAJOR: Mapping[str, Any] = {
    **SIX_AND_ONE, "name": MAJOR, "authority": "省委“七张问题清单”", "topics": list(TOPICS),
}  # fmt: skip


#: 天津's 重点跟踪机制: hard problems are listed, rectified and taken off, and it is looked whether
#: closure measures (关停并转) were carried out.
_WATCH: Mapping[str, Any] = {
    "name": "重点跟踪清单",
    "authority": "重点跟踪机制",
    "approvers": ["leader", "office"],
    "form": "score",
    "tracked": True,
    "three": False,
    "steps": {
        step: {"name": name, "applies": step not in ("apply", "evaluate", "analyse")}
        for step, name in STEP_NAMES.items()
    },
}


@dataclass(frozen=True)
class Preset:
    """A list, or a group of lists of which some have no name yet."""

    code: str
    name: str
    #: One for each list; where the document names none, nothing but the group is stated.
    lists: tuple[Mapping[str, Any], ...]
    document: str = "浙江省安全生产专项整治三年行动总结"


PRESETS: tuple[Preset, ...] = (
    Preset("major", MAJOR, (_MAJOR,)),
    Preset(
        "seven", "七张问题清单",
        tuple({**(_MAJOR if place == 1 else SIX_AND_ONE), "group": "七张问题清单", "place": place}
              for place in range(1, 8)),
    ),
    Preset(
        "three", "问题隐患“三张清单”",
        tuple({**SIX_AND_ONE, "group": "问题隐患“三张清单”", "place": place,
               "steps": {step: {"name": name, "applies": step not in ("evaluate", "analyse")}
                         for step, name in STEP_NAMES.items()}}
              for place in range(1, 4)),
    ),
    Preset("watch", "重点跟踪机制", (_WATCH,), "天津市安全生产专项整治三年行动总结"),
)  # fmt: skip
BY_CODE = {preset.code: preset for preset in PRESETS}
