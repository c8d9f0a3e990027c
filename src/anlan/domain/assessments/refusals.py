"""What people can get wrong with assessments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class SchemeUnfit(Refusal):
    """A scheme that can't be used as it is; ``field`` says where, ``reason`` how to mend it."""

    code = "scheme_unfit"
    message = _("%(reason)s")


class AssessmentRefused(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "assessment_refused"
    message = _("%(reason)s")


class NotNow(Refusal):
    """What is past this step: published already, answered already."""

    code = "assessment_past"
    message = _("%(reason)s")
    status = 409


class TooManyCompared(Refusal):
    code = "too_many_compared"
    message = _("%(count)d would be compared; at most %(max)d can be. Choose a smaller area.")
    status = 413
