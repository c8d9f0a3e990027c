"""How the auditor's page says what was done: ``hazard.assign`` as “hazard · assigned”.

An act is a code for programs and for the filter; a part that has no word here shows as itself.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_WHAT = {
    "accounts": _("account"),
    "audit": _("audit log"),
    "batch": _("import"),
    "batches": _("import batches"),
    "boundaries": _("boundaries"),
    "calendar": _("calendar"),
    "case": _("case"),
    "enterprise": _("register of enterprises"),
    "figures": _("figures"),
    "hazard": _("hazard"),
    "jobs": _("background work"),
    "keys": _("keys"),
    "loop": _("closed loop"),
    "notices": _("notice"),
    "papers": _("attachment"),
    "people": _("people"),
    "person": _("person"),
    "problem": _("problem"),
    "proposal": _("proposal"),
    "settings": _("setting"),
    "tree": _("assessment tree"),
    "unit": _("unit"),
    "units": _("units"),
    "user": _("account"),
    "worker": _("background work"),
}
_DONE = {
    "add": _("added"),
    "again": _("run again"),
    "amend": _("amended"),
    "announce_year": _("holidays loaded"),
    "approve": _("approved"),
    "ask_extension": _("extension asked for"),
    "assign": _("assigned"),
    "attach": _("attached"),
    "backfill": _("history filled in"),
    "bootstrap_link": _("first link made"),
    "cancel": _("cancelled"),
    "carry_out": _("carried out"),
    "change": _("changed"),
    "close": _("closed"),
    "columns": _("columns confirmed"),
    "confirm": _("confirmed"),
    "create": _("created"),
    "created": _("created"),
    "damaged": _("damaged file found"),
    "decide_extension": _("extension decided"),
    "declare": _("declared"),
    "declare_closed": _("closing declared"),
    "declare_rectified": _("rectification declared"),
    "delist": _("taken off the list"),
    "delisting_asked": _("delisting asked for"),
    "deputy_appointed": _("deputy appointed"),
    "dismiss": _("dismissed"),
    "edit": _("edit"),
    "export": _("exported"),
    "extend": _("extension granted"),
    "extension_asked": _("extension asked for"),
    "extension_refused": _("extension refused"),
    "factor": _("second factor"),
    "factor_added": _("second factor added"),
    "factor_recovery_codes": _("recovery codes made"),
    "factor_removed": _("second factor removed"),
    "find": _("found"),
    "fix_on_spot": _("rectified on the spot"),
    "forget": _("forgotten"),
    "grade": _("graded"),
    "grant": _("grant"),
    "hand_over": _("handed over"),
    "health": _("state of health"),
    "import": _("import"),
    "jurisdictions_set": _("areas and sectors set"),
    "link_invite": _("link for the first password"),
    "link_reset": _("link for a new password"),
    "list": _("put on the list"),
    "load": _("loaded"),
    "login": _("sign-in"),
    "look_back": _("looked back at"),
    "make": _("made"),
    "merge": _("merged"),
    "merge_proposed": _("merger proposed"),
    "move": _("moved"),
    "original": _("original opened"),
    "own": _("own matters"),
    "password_set": _("password set"),
    "person_changed": _("person changed"),
    "person_created": _("person created"),
    "person_disabled": _("person disabled"),
    "person_enabled": _("person enabled"),
    "place": _("placed"),
    "post_away": _("absence noted"),
    "post_ended": _("post ended"),
    "post_granted": _("post granted"),
    "propose": _("decide proposals"),
    "purge": _("old records moved out"),
    "receive": _("signed for"),
    "recount": _("deadline counted again"),
    "rectify": _("rectified"),
    "regulators_set": _("regulators set"),
    "reject": _("returned"),
    "reopen": _("broken out again"),
    "resealed": _("grants sealed anew"),
    "restored": _("restored from a backup"),
    "resume": _("resumed"),
    "reveal": _("personal values opened"),
    "review": _("reviewed"),
    "rotate": _("rotated"),
    "rung": _("ladder climbed"),
    "seal_broken": _("a grant was changed around the program"),
    "search": _("searched"),
    "second": _("closing confirmed"),
    "send_again": _("sent again"),
    "session_ended": _("session ended"),
    "set_day": _("day set"),
    "settings": _("settings changed"),
    "sign_in": _("sign-in"),
    "sign_out": _("sign-out"),
    "split": _("split up"),
    "succeed": _("passed on to the successor"),
    "suspend": _("suspended"),
    "token_created": _("token made"),
    "token_revoked": _("token revoked"),
    "two_places": _("in use from two places"),
    "undo": _("undone"),
    "unit_created": _("unit created"),
    "unit_ended": _("unit ended"),
    "unit_renamed": _("unit renamed"),
    "units_merged": _("units merged"),
    "unlock": _("lift locks"),
    "unlocked": _("lock lifted"),
    "verify": _("verified"),
    "view": _("view"),
    "void": _("made void"),
    "watch": _("accounts to watch"),
    "webhook": _("webhook changed"),
    "withdraw": _("withdrawn"),
    "withdraw_closed": _("declared closing withdrawn"),
    "withdraw_rectified": _("declared rectification withdrawn"),
}

#: Kinds of object on record.
THINGS = {
    "accounts.apitoken": _("token"),
    "accounts.invitation": _("invitation"),
    "accounts.jurisdiction": _("what it answers for"),
    "accounts.post": _("post"),
    "accounts.unit": _("unit"),
    "accounts.user": _("account"),
    "audit.auditrow": _("audit log"),
    "audit.subject": _("personal values"),
    "batch": _("import batches"),
    "case": _("case"),
    "enterprise": _("register of enterprises"),
    "list": _("list shown"),
    "proposal": _("proposal"),
}
#: Fields that changes name; the rest show as they are stored.
_FIELDS = {
    "area_id": _("area"),
    "due_on": _("deadline"),
    "files": _("files"),
    "from": _("from"),
    "grade": _("grade"),
    "name": _("name"),
    "query": _("filters"),
    "role": _("role"),
    "rows": _("rows"),
    "rung": _("ladder"),
    "state": _("state"),
    "to": _("until"),
    "unit": _("unit"),
    "user": _("account"),
    "username": _("user id"),
}
#: Who acts where nobody sits.
_WHO = {"clock": _("the clock")}


def thing(kind: str) -> str:
    return str(THINGS.get(kind, kind))


def field(name: str) -> str:
    return str(_FIELDS.get(name, name))


def who(actor: str) -> str:
    return str(_WHO.get(actor, actor))


def act(code: str) -> str:
    """What an act is called; the code itself where nothing is known of it."""
    what, _dot, done = code.partition(".")
    return f"{_WHAT.get(what, what)} · {_DONE.get(done, done)}" if done else code
