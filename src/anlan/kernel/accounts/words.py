"""How the auditor's page says what was done: ``hazard.assign`` as “hazard · assigned”.

An act is a code for programs and for the filter; a part that has no word shows as itself. Each
capability brings words for its own codes (``Capability.words``); here are those that all share.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from anlan.kernel.accounts.words_of_fields import FIELDS

Word = str | Promise


@dataclasses.dataclass(frozen=True)
class Words:
    """How the record of what was done speaks of a capability: its codes, in words.

    A code is known to the whole installation and means one thing in it; what two capabilities
    name alike stands below.
    """

    #: First parts of the codes of acts, rights and facts: ``hazard`` of ``hazard.assign``.
    nouns: Mapping[str, Word] = dataclasses.field(default_factory=dict)
    #: Second parts of the codes of acts and rights.
    verbs: Mapping[str, Word] = dataclasses.field(default_factory=dict)
    #: Kinds of object on record.
    objects: Mapping[str, Word] = dataclasses.field(default_factory=dict)
    #: Fields that before and after name.
    fields: Mapping[str, Word] = dataclasses.field(default_factory=dict)


#: What every capability shares: the words of the loop, of accounts and of the house.
_OURS = Words(
    nouns={
        "accounts": _("account"),
        "audit": _("audit log"),
        "batch": _("import"),
        "batches": _("import batches"),
        "boundaries": _("boundaries"),
        "calendar": _("calendar"),
        "case": _("case"),
        "custody": _("custodians of backups"),
        "figures": _("figures"),
        "jobs": _("background work"),
        "keys": _("keys"),
        "loop": _("closed loop"),
        "notices": _("notice"),
        "papers": _("attachment"),
        "people": _("people"),
        "person": _("person"),
        "proposal": _("proposal"),
        "reports": _("reports"),
        "settings": _("setting"),
        "tree": _("assessment tree"),
        "unit": _("unit"),
        "units": _("units"),
        "user": _("account"),
        "worker": _("background work"),
    },
    verbs={
        "accept": _("accepted"),
        "add": _("added"),
        "added": _("added"),
        "again": _("run again"),
        "amend": _("amended"),
        "announce_year": _("holidays loaded"),
        "answer": _("answered"),
        "ask": _("asked"),
        "ask_extension": _("extension asked for"),
        "assign": _("assigned"),
        "attach": _("attached"),
        "backfill": _("history filled in"),
        "bootstrap_link": _("first link made"),
        "caller_checked": _("number of a caller checked"),
        "cancel": _("cancelled"),
        "carry_out": _("carried out"),
        "change": _("changed"),
        "check": _("checked"),
        "cleared": _("thrown away, its time was over"),
        "close": _("closed"),
        "columns": _("columns confirmed"),
        "columns_kept": _("columns chosen"),
        "compile": _("compiled"),
        "confirm": _("confirmed"),
        "copy": _("copy of one's own data taken"),
        "correct": _("corrected"),
        "create": _("created"),
        "created": _("created"),
        "damaged": _("damaged file found"),
        "data_answered": _("request about personal data answered"),
        "data_asked": _("request about personal data made"),
        "decide": _("decided"),
        "decide_extension": _("extension decided"),
        "declare": _("declared"),
        "declare_closed": _("closing declared"),
        "declare_rectified": _("rectification declared"),
        "delist": _("taken off the list"),
        "delisting_asked": _("delisting asked for"),
        "deputy_appointed": _("deputy appointed"),
        "do": _("done"),
        "double": _("assigned to two"),
        "downgrade_asked": _("lower grade asked for"),
        "drafts": _("drafts read"),
        "draw": _("drawn by lot"),
        "drop": _("dropped"),
        "edit": _("edit"),
        "end": _("ended"),
        "enter": _("entered"),
        "escalate": _("escalation asked for"),
        "evaluate": _("evaluated"),
        "expect": _("asked for"),
        "export": _("exported"),
        "extend": _("extension granted"),
        "extension_asked": _("extension asked for"),
        "extension_refused": _("extension refused"),
        "extension_withdrawn": _("wish for an extension withdrawn"),
        "factor": _("second factor"),
        "factor_added": _("second factor added"),
        "factor_recovery_codes": _("recovery codes made"),
        "factor_removed": _("second factor removed"),
        "file": _("filed"),
        "filter_dropped": _("filter removed"),
        "filter_saved": _("filter saved"),
        "find": _("found"),
        "fix_on_spot": _("rectified on the spot"),
        "forget": _("forgotten"),
        "grade": _("graded"),
        "grant": _("grant"),
        "hand_over": _("handed over"),
        "health": _("state of health"),
        "hold": _("it was held"),
        "import": _("import"),
        "issue": _("put out"),
        "judge": _("one side evaluated"),
        "jurisdictions_set": _("areas and sectors set"),
        "keep": _("kept"),
        "link": _("linked"),
        "link_invite": _("link for the first password"),
        "link_reset": _("link for a new password"),
        "list": _("put on the list"),
        "load": _("loaded"),
        "login": _("sign-in"),
        "look": _("looked at"),
        "look_back": _("looked back at"),
        "make": _("made"),
        "mapping": _("mapping saved"),
        "mapping_gone": _("mapping deleted"),
        "merge": _("merged"),
        "merge_asked": _("merger asked for"),
        "move": _("moved"),
        "note": _("noted"),
        "number": _("numbered"),
        "numbers": _("numbers in a row opened"),
        "open": _("opened"),
        "original": _("original opened"),
        "own": _("own matters"),
        "own_changed": _("own data changed"),
        "password_set": _("password set"),
        "person_changed": _("person changed"),
        "person_created": _("person created"),
        "person_disabled": _("person disabled"),
        "person_enabled": _("person enabled"),
        "person_erased": _("account closed and data deleted"),
        "place": _("placed"),
        "plan": _("planned"),
        "post_away": _("absence noted"),
        "post_ended": _("post ended"),
        "post_granted": _("post granted"),
        "propose": _("decide proposals"),
        "publish": _("published"),
        "purge": _("old records moved out"),
        "put": _("put in"),
        "put_item": _("item written"),
        "read": _("read"),
        "recall": _("called back by its writer"),
        "receive": _("signed for"),
        "recount": _("deadline counted again"),
        "rectify": _("rectified"),
        "regulators_set": _("regulators set"),
        "reject": _("returned"),
        "release": _("released"),
        "remove": _("removed"),
        "removed": _("taken off"),
        "reopen": _("broken out again"),
        "reopen_kind": _("in use again"),
        "report": _("reported"),
        "resealed": _("grants sealed anew"),
        "restored": _("restored from a backup"),
        "resume": _("resumed"),
        "return": _("returned"),
        "reveal": _("personal values opened"),
        "review": _("reviewed"),
        "rotate": _("rotated"),
        "rows": _("rows kept"),
        "rule": _("a body was set to hear of it"),
        "rung": _("ladder climbed"),
        "save": _("saved"),
        "seal_broken": _("a grant was changed around the program"),
        "search": _("searched"),
        "second": _("closing confirmed"),
        "send": _("sent"),
        "send_again": _("sent again"),
        "session_ended": _("session ended"),
        "set": _("set"),
        "set_day": _("day set"),
        "settings": _("settings changed"),
        "share": _("shared"),
        "sign": _("a signature was recorded"),
        "sign_in": _("sign-in"),
        "sign_out": _("sign-out"),
        "split": _("split up"),
        "state": _("stated"),
        "submit": _("submitted"),
        "succeed": _("passed on to the successor"),
        "suspend": _("suspended"),
        "tell": _("told to look for the same"),
        "token_created": _("token made"),
        "token_revoked": _("token revoked"),
        "track": _("tracked"),
        "two_places": _("in use from two places"),
        "undo": _("undone"),
        "unit_created": _("unit created"),
        "unit_ended": _("unit ended"),
        "unit_renamed": _("unit renamed"),
        "units_merged": _("units merged"),
        "unlink": _("link taken back"),
        "unlock": _("lift locks"),
        "unlocked": _("lock lifted"),
        "urge": _("urged"),
        "verify": _("verified"),
        "view": _("view"),
        "visit": _("visited"),
        "void": _("made void"),
        "void_asked": _("voiding asked for"),
        "watch": _("accounts to watch"),
        "webhook": _("webhook changed"),
        "withdraw": _("withdrawn"),
        "withdraw_closed": _("declared closing withdrawn"),
        "withdraw_rectified": _("declared rectification withdrawn"),
        "write": _("entered"),
    },
    objects={
        "accounts.apitoken": _("token"),
        "accounts.columnchoice": _("columns of a list"),
        "accounts.datarequest": _("request about personal data"),
        "accounts.factor": _("second factor"),
        "accounts.invitation": _("invitation"),
        "accounts.jurisdiction": _("what it answers for"),
        "accounts.post": _("post"),
        "accounts.savedfilter": _("saved filter"),
        "accounts.seal_broken": _("sealed row"),
        "accounts.sector": _("sector"),
        "accounts.sign_in": _("sign-in"),
        "accounts.unit": _("unit"),
        "accounts.user": _("account"),
        "audit.auditrow": _("audit log"),
        "audit.heads": _("heads of the audit chain"),
        "audit.purge": _("old records moved out"),
        "audit.subject": _("personal values"),
        "backup": _("backup"),
        "base.custody": _("custodians of backups"),
        "base.key": _("key"),
        "batch": _("import batches"),
        "calendar.day": _("day of the calendar"),
        "calendar.year": _("year of the calendar"),
        "case": _("case"),
        "facts.expected": _("report"),
        "jobs.job": _("background work"),
        "list": _("list shown"),
        "loop": _("closed loop"),
        "notices.channel": _("notice channel"),
        "notices.webhook": _("webhook"),
        "papers.attachment": _("attachment"),
        "papers.blob": _("stored file"),
        "proposal": _("proposal"),
        "regions.boundaries": _("boundaries"),
        "regions.region": _("area"),
        "regions.tree": _("assessment tree"),
        "unit": _("unit"),
    },
    fields=FIELDS,
)
#: Before the name that somebody has on the server itself.
COMMAND_LINE = "cli:"
#: Who acts where nobody sits.
_WHO = {"clock": _("the clock")}


@cache
def _words() -> Words:
    """Ours and those of every capability; a code has one word in an installation."""
    return _joined([_OURS, *import_string(settings.WORDS)()])


def _joined(parts: Sequence[Words]) -> Words:
    tables: dict[str, dict[str, Word]] = {}
    for name in (field.name for field in dataclasses.fields(Words)):
        table = tables[name] = {}
        for part in parts:
            twice = table.keys() & getattr(part, name).keys()
            assert not twice, f"{name} declared twice: {twice}"
            table.update(getattr(part, name))
    return Words(**tables)


def objects() -> list[tuple[str, Word]]:
    """Every kind of object that the record may name, and its word."""
    return list(_words().objects.items())


def thing(kind: str) -> str:
    return str(_words().objects.get(kind, kind))


def what(code: str) -> str:
    """The first part of an act's or a fact's code: ``hazard``."""
    return str(_words().nouns.get(code, code))


def field(name: str) -> str:
    return str(_words().fields.get(name, name))


def who(actor: str) -> str:
    """A person's name as it is; in words, whatever acts by itself and whoever runs a command."""
    if actor.startswith(COMMAND_LINE):
        return str(_("command line (%(name)s)")) % {"name": actor.removeprefix(COMMAND_LINE)}
    return str(_WHO.get(actor, actor))


def act(code: str) -> str:
    """What an act is called; the code itself where nothing is known of it."""
    noun, _dot, verb = code.partition(".")
    return f"{what(noun)} · {_words().verbs.get(verb, verb)}" if verb else code
