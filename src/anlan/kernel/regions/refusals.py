"""What people can get wrong with regions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class CodeTaken(Refusal):
    """Another region holds the code."""

    code = "region_code_taken"
    message = _("The code %(code)s belongs to %(name)s. Choose another code.")
    status = 409


class CodeUnreadable(Refusal):
    """A text that can't be a region's code."""

    code = "region_code_unreadable"
    message = _("“%(code)s” can't be a code. Use 2 to 20 digits, capital letters and hyphens.")


class NameMissing(Refusal):
    """A region without a name, or with one too long."""

    code = "region_name_missing"
    message = _("Enter a name of 1 to %(most)s characters.")


class LevelWrong(Refusal):
    """A region above or beside its own parent."""

    code = "region_level_wrong"
    message = _("%(name)s can't be placed under %(parent)s: its level must be lower.")


class RegionEnded(Refusal):
    """The region no longer exists."""

    code = "region_ended"
    message = _("%(name)s ended on %(day)s. Choose a region that exists.")
    status = 409


class ChildrenLeft(Refusal):
    """A region can't end while others hang on it."""

    code = "region_children_left"
    message = _("%(count)s areas still belong to %(name)s. Say first where they go.")
    status = 409


class DayUnfit(Refusal):
    """A change dated before the region began, or in the future."""

    code = "region_day_unfit"
    message = _("%(day)s doesn't fit: enter a day from %(first)s to %(last)s.")


class ReformUnclear(Refusal):
    """A reform whose sides don't say what happened."""

    code = "region_reform_unclear"
    message = _("This reform can't be recorded: %(reason)s")


class TreeUnfit(Refusal):
    """A place in an assessment tree that can't be."""

    code = "region_tree_unfit"
    message = _("%(name)s can't be placed there: %(reason)s")
    status = 409
