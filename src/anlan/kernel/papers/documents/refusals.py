"""Why a document isn't read. Each says how to mend the file."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class DocumentRefusal(Refusal):
    code = "document_refused"
    message = _("This file can't be read as a document.")


class NotThere(DocumentRefusal):
    code = "document_not_there"
    message = _("There is no file %(name)s. Check its name and folder.")


class KindUnknown(DocumentRefusal):
    code = "document_kind_unknown"
    message = _(
        "%(name)s is none of the documents that can be read. "
        "Save it as .docx, .pdf or .txt and send it again."
    )


class Empty(DocumentRefusal):
    code = "document_empty"
    message = _("%(name)s holds no text. Check that the right file was saved, and send it again.")


class Encrypted(DocumentRefusal):
    code = "document_encrypted"
    message = _(
        "%(name)s is protected by a password. Open it, remove the password, save it "
        "and send it again."
    )


class Macros(DocumentRefusal):
    code = "document_macros"
    message = _(
        "%(name)s carries macros, which aren't accepted. Save it as a .docx without macros "
        "and send it again."
    )


class TooBig(DocumentRefusal):
    code = "document_too_big"
    message = _(
        "%(name)s is too big: %(size)s, at most %(limit)s is read. Split it into several files."
    )


class Dishonest(DocumentRefusal):
    code = "document_dishonest"
    message = _(
        "%(name)s isn't built as a document should be (too many parts, or far bigger inside than "
        "outside). Save it again with Word or WPS and send that."
    )


class Broken(DocumentRefusal):
    code = "document_broken"
    message = _(
        "%(name)s is damaged or was not fully transferred. Open it, save it again "
        "and send the new file."
    )


class Holed(DocumentRefusal):
    """Read as it is, it would lack what it asks for there, and nobody would know."""

    code = "document_holed"
    message = _(
        "%(name)s is damaged: beside “%(where)s” a part of its text is empty. Ask for it again, or "
        "open it with Word or WPS, see what is missing, and send it saved as .docx."
    )


class TooMuchWork(DocumentRefusal):
    code = "document_too_much_work"
    message = _(
        "%(name)s needs more time or memory than one document may take. Split it into several "
        "files, or save it as .docx."
    )


class Scanned(DocumentRefusal):
    """A picture of each page and no text layer."""

    code = "document_scanned"
    message = _(
        "%(name)s is scanned: it holds pictures of its %(pages)s pages and no text. Ask its "
        "issuer for the .docx or a .pdf with text, or have it recognised by your scanner's "
        "software first. Whoever runs this system can also install what reads pictures "
        "(docs/operations.md, “Scanned papers”)."
    )


class ScannedLong(Scanned):
    code = "document_scanned_long"
    message = _(
        "%(name)s is scanned and has %(pages)s pages without text; at most 40 are read from "
        "pictures at once. Split it, or ask its issuer for the .docx or a .pdf with text."
    )


class ScannedUnread(Scanned):
    code = "document_scanned_unread"
    message = _(
        "%(name)s is scanned, and no text could be made out on its %(pages)s pages. Scan it "
        "again, straight and with 200 dots per inch or more, or ask its issuer for the text."
    )


class OldWord(DocumentRefusal):
    code = "document_old_word"
    message = _(
        "%(name)s is a .doc whose text can't be found. Open it with Word or WPS, "
        "save it as .docx and send that."
    )
