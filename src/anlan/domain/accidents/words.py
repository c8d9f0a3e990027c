"""What the codes of this capability are called on the record of what was done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.kernel.accounts.words import Words

WORDS = Words(
    nouns={
        "accident": _("accident"),
        "accidentbatches": _("import of accidents"),
        "accidentmappings": _("mapping of an accident import"),
        "accidents": _("accident"),
        "controls": _("control target"),
        "followup": _("follow-up of an accident"),
        "followups": _("follow-up of an accident"),
        "inquiries": _("accident inquiry"),
        "inquiry": _("accident inquiry"),
        "output": _("base of relative figures"),
        "outputs": _("base of relative figures"),
        "raisingrules": _("rules of raising an inquiry"),
        "restartterms": _("conditions of a restart"),
        "words": _("news from another source"),
    },
    verbs={
        "answer_again": _("answered again"),
        "approve": _("approved"),
        "arrive": _("reached the level it goes up to"),
        "compare": _("held against other sources"),
        "conclude": _("concluded"),
        "finding": _("suspicion of reporting decided"),
        "findings": _("what is suspected of reporting read"),
        "follow_up": _("put on the list of follow-ups"),
        "hand_back": _("handed back"),
        "judge_again": _("judged again"),
        "judge_unanswered": _("judged without an answer"),
        "lead": _("led"),
        "names": _("names of the harmed read"),
        "owe_again": _("report upward owed again"),
        "pass_up": _("reported upward"),
        "person": _("person entered"),
        "raise": _("raised to a higher level"),
        "scope": _("statistical scope decided"),
        "scope_asked": _("statistical scope asked for"),
        "scope_refused": _("statistical scope refused"),
        "supplement": _("supplemented"),
        "void_judged": _("judged as void"),
    },
    objects={
        "accident_batch": _("import batches"),
        "accident_mapping": _("Mapping"),
        "accidents": _("accident statistics"),
        "control": _("control target"),
        "followup": _("follow-up of an accident"),
        "output": _("base of relative figures"),
        "raising_rules": _("rules of raising an inquiry"),
        "restart_terms": _("conditions of a restart"),
    },
    fields={
        "aim": pgettext_lazy("field", "aimed at"),
        "base_source": pgettext_lazy("field", "source of the base"),
        "base_value": pgettext_lazy("field", "value of the base year"),
        "below": pgettext_lazy("field", "below the target only"),
        "first_year": pgettext_lazy("field", "first year"),
        "hazards": pgettext_lazy("field", "hazards"),
        "indicator": pgettext_lazy("field", "indicator"),
        "last_year": pgettext_lazy("field", "last year"),
        "rules": pgettext_lazy("field", "rules"),
    },
)
