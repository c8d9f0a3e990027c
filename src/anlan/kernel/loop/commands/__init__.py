"""What can be done with a case of any kind, beside the plain steps: one function, one act.

Each runs in its caller's transaction and asks nothing about rights or versions: the capability's
own command has let the person in and locked the cases (frame.py).
"""

from anlan.kernel.loop.commands.assigning import assign, hand_over, receive
from anlan.kernel.loop.commands.checking import (
    close,
    look_back,
    pending_of,
    pending_reviews,
    recall,
    reject,
    review,
)
from anlan.kernel.loop.commands.correcting import (
    check_merge,
    merge,
    move,
    split,
    void,
    withdraw,
)
from anlan.kernel.loop.commands.deadlines import (
    ask_extension,
    decide_extension,
    recount,
    suspend,
)
from anlan.kernel.loop.commands.listing import ask_delisting, delist, put_on_list
from anlan.kernel.loop.commands.signing import asked_by_another
from anlan.kernel.loop.commands.urging import (
    can_be_urged,
    not_urged_lately,
    urge,
    urged_lately,
)
from anlan.kernel.loop.refusals import (
    ExtensionRefused,
    ListingRefused,
    NotAParty,
    ReviewsMissing,
    UrgeRefused,
)

__all__ = (
    "ExtensionRefused",
    "ListingRefused",
    "NotAParty",
    "ReviewsMissing",
    "UrgeRefused",
    "ask_delisting",
    "ask_extension",
    "asked_by_another",
    "assign",
    "can_be_urged",
    "check_merge",
    "close",
    "decide_extension",
    "delist",
    "hand_over",
    "look_back",
    "merge",
    "move",
    "not_urged_lately",
    "pending_of",
    "pending_reviews",
    "put_on_list",
    "recall",
    "receive",
    "recount",
    "reject",
    "review",
    "split",
    "suspend",
    "urge",
    "urged_lately",
    "void",
    "withdraw",
)
