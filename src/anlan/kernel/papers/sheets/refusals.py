"""Why a workbook isn't read. Each says how to mend the file; none is an error of ours."""

from __future__ import annotations

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
