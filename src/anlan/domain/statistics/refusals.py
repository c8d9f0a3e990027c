"""What people can get wrong with analyses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class AnalysisUnreadable(Refusal):
    """An address that asks for what can't be shown; ``field`` and ``reason`` say how to mend it."""

    code = "analysis_unreadable"
    message = _("%(reason)s")


class ViewIncomplete(Refusal):
    """A form that lacks something; ``field`` says which, ``reason`` how to mend it."""

    code = "view_incomplete"
    message = _("%(reason)s")
