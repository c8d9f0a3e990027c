"""Every write to units, people and posts: one function, one transaction, put on record.

A person needs the permission that the command names; the command line and the clock need none.
"""

from anlan.kernel.accounts.commands.imports import RowResult, import_units
from anlan.kernel.accounts.commands.imports_people import import_people
from anlan.kernel.accounts.commands.links import (
    bootstrap_link,
    bootstrap_links,
    end_session,
    invite,
    open_link,
    reset_password,
    set_password,
    unlock,
    use_link,
)
from anlan.kernel.accounts.commands.lists import (
    FILTERS_MAX,
    drop_filter,
    keep_columns,
    save_filter,
)
from anlan.kernel.accounts.commands.people import (
    UNUSED_DAYS_MAX,
    change_person,
    create_person,
    disable,
    disable_unused,
    enable,
)
from anlan.kernel.accounts.commands.posts import (
    appoint_deputy,
    end_post,
    grant_post,
    reseal,
    set_away,
    transfer,
)
from anlan.kernel.accounts.commands.refusals import (
    LinkSpent,
    RegulatorRefused,
    RolesExclude,
    Taken,
    TwoPeople,
)
from anlan.kernel.accounts.commands.sectors import set_regulators
from anlan.kernel.accounts.commands.tokens import TOKEN_DAYS_MAX, create_token, revoke_token
from anlan.kernel.accounts.commands.units import (
    Land,
    create_unit,
    end_unit,
    join_enterprises,
    merge_units,
    rename_unit,
    set_jurisdictions,
)

__all__ = [
    "FILTERS_MAX",
    "TOKEN_DAYS_MAX",
    "UNUSED_DAYS_MAX",
    "Land",
    "LinkSpent",
    "RegulatorRefused",
    "RolesExclude",
    "RowResult",
    "Taken",
    "TwoPeople",
    "appoint_deputy",
    "bootstrap_link",
    "bootstrap_links",
    "change_person",
    "create_person",
    "create_token",
    "create_unit",
    "disable",
    "disable_unused",
    "drop_filter",
    "enable",
    "end_post",
    "end_session",
    "end_unit",
    "grant_post",
    "import_people",
    "import_units",
    "invite",
    "join_enterprises",
    "keep_columns",
    "merge_units",
    "open_link",
    "rename_unit",
    "reseal",
    "reset_password",
    "revoke_token",
    "save_filter",
    "set_away",
    "set_jurisdictions",
    "set_password",
    "set_regulators",
    "transfer",
    "unlock",
    "use_link",
]
