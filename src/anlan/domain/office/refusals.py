"""What people can get wrong with their house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import MovedOn, Refusal


class RulesMovedOn(MovedOn):
    code = "rules_moved_on"
    message = _(
        "Somebody saved a newer version of these rules meanwhile. Your entries are still here: "
        "compare them with what is in force now, and save again."
    )


class MajorTakesTwo(Refusal):
    """A protection that no office can switch off."""

    code = "major_takes_two"
    message = _("Closing a major hidden hazard always takes two people. Leave “major” ticked.")


class RulesSame(Refusal):
    code = "rules_same"
    message = _("Nothing was changed, so no new version was made.")


class TreeNameTaken(Refusal):
    code = "tree_name_taken"
    message = _("A tree called %(name)s is in force for another area. Choose another name.")
    status = 409


class TreeClosed(Refusal):
    code = "tree_closed"
    message = _("This tree ended on %(day)s and stays as it was. Change the one in force.")
    status = 409


class TooManyAreas(Refusal):
    code = "too_many_areas"
    message = _("These are too many areas at once. Send at most %(most)s.")


class CodesUnknown(Refusal):
    code = "codes_unknown"
    message = _("No area that you may use so has this code: %(codes)s. Check the codes.")


class LevelUnfit(Refusal):
    code = "area_level_unfit"
    message = _("%(kind)s can't have the level %(level)s. Choose another level.")
