"""Why a workbook isn't read. Each says how to mend the file; none is an error of ours."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class SheetRefusal(Refusal):
    """The base of what can be wrong with a whole file; rows have their own list of errors."""

    code = "sheet_refused"
    message = _("This file can't be read as a workbook.")


class KindUnknown(SheetRefusal):
    code = "sheet_kind_unknown"
    message = _(
        "%(name)s is %(found)s, not a workbook. Save it as .xlsx, .xls or .csv and send it again."
    )


class Empty(SheetRefusal):
    code = "sheet_empty"
    message = _("%(name)s is empty (0 bytes). Check that it was saved, and send it again.")


class Encrypted(SheetRefusal):
    code = "sheet_encrypted"
    message = _(
        "%(name)s is protected by a password. Open it, remove the password"
        " (File → Info → Protect), save it and send it again."
    )


class Macros(SheetRefusal):
    code = "sheet_macros"
    message = _(
        "%(name)s carries macros, which aren't accepted. Save it as an .xlsx workbook"
        " without macros and send it again."
    )


class TooBig(SheetRefusal):
    code = "sheet_too_big"
    message = _(
        "%(name)s is too big: %(what)s is %(size)s, at most %(limit)s is accepted. "
        "Split it into several files, or save it as .csv."
    )


class Bomb(SheetRefusal):
    code = "sheet_bomb"
    message = _(
        "%(name)s isn't an honest workbook: %(what)s. "
        "Save it again with Excel or WPS and send that."
    )


class Entities(SheetRefusal):
    code = "sheet_entities"
    message = _(
        "%(name)s declares a document type or entities, which no workbook needs. "
        "Save it again with Excel or WPS and send that."
    )


class Broken(SheetRefusal):
    code = "sheet_broken"
    message = _(
        "%(name)s is damaged or was not fully transferred (%(detail)s). "
        "Open it, save it again and send the new file."
    )


class TooMuchWork(SheetRefusal):
    code = "sheet_too_much_work"
    message = _(
        "%(name)s needs more time or memory than one file may take. Delete empty columns and rows"
        " beyond the table, split it into several files, or save it as .csv."
    )


#: What is wrong inside a file, as the limited child and the archive's check say it.
FLAWS: dict[str, str | Promise] = {
    "an unknown format": _("an unknown format"),
    "file": _("the file"),
    "unpacked": _("the unpacked file"),
    "memory": _("memory"),
    "row number": _("a row number can't be read"),
    "it has no sheets": _("it has no sheets"),
    "it holds another archive": _("it holds another archive"),
    "it is a zip64 archive": _("it is a zip64 archive"),
    "it unpacks to over a hundred times its size": _("it unpacks to over a hundred times its size"),
    "a part of the archive is missing": _("a part of the file is missing"),
    "an unusual compression method": _("an unusual compression method"),
    "members overlap each other": _("its parts overlap each other"),
    "the directory doesn't hold as many members as it says": _("parts are missing from its list"),
    "the directory is damaged": _("the list of its parts is damaged"),
    "the directory lies beyond the end of the file": _("the list of its parts is damaged"),
    "the end of the file is missing": _("the end of the file is missing"),
    "the list of its parts is missing": _("the list of its parts is missing"),
    "too many members": _("it has too many parts"),
    "two members have one name": _("two of its parts have one name"),
}
#: The same, about one part of the file, whose name stands before or behind.
PART_FLAWS: dict[str, str | Promise] = {
    " is cut off": _("%(part)s is cut off"),
    " is bigger than it declares": _("%(part)s is bigger than it declares"),
    " is smaller than it declares": _("%(part)s is smaller than it declares"),
    " isn't where the directory says": _("%(part)s isn't where the list of parts says"),
    " has another name where it begins": _("%(part)s has two names"),
}


def flaw(said: str) -> str:
    """A flaw in the reader's words; what no table has (a parser's own error) stays as it is."""
    if said in FLAWS:
        return str(FLAWS[said])
    for ending, sentence in PART_FLAWS.items():
        if said.endswith(ending):
            return str(sentence) % {"part": said.removesuffix(ending)}
    return said
