"""Why a file isn't taken or isn't given out, and how to mend it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.base.refusal import Refusal


class FileRefused(Refusal):
    code = "file_refused"
    message = _("This file can't be taken.")


class KindNotAllowed(FileRefused):
    code = "file_kind_not_allowed"
    message = _(
        "%(name)s is not of a kind that is taken. Send a photo (JPEG, PNG, WebP), a PDF, "
        "a Word, Excel or CSV file, or an MP4 video."
    )


class KindMismatch(FileRefused):
    code = "file_kind_mismatch"
    message = _(
        "%(name)s is not what its name says it is. Save it again with the program that made it, "
        "and send that."
    )


class FileTooBig(FileRefused):
    code = "file_too_big"
    message = _("%(name)s is %(size)s MB; at most %(limit)s MB are taken. Make it smaller.")
    status = 413


class FileEmpty(FileRefused):
    code = "file_empty"
    message = _("%(name)s is empty. Choose the file again.")


class ImageTooLarge(FileRefused):
    code = "image_too_large"
    message = _("%(name)s has more than %(limit)s million pixels. Send it in a smaller resolution.")


class FileBroken(FileRefused):
    code = "file_broken"
    message = _("%(name)s can't be opened: it is damaged or incomplete. Send it again.")


class FileUnsafe(FileRefused):
    code = "file_unsafe"
    message = _(
        "%(name)s is protected by a password, contains macros or isn't an honest file. "
        "Save it without them, and send it again."
    )


class TooManyPhotos(FileRefused):
    """More photos than one step takes; those beyond are not kept."""

    code = "too_many_photos"
    message = _("At most %(max)d photos at a time. Choose the ones that show it best.")


class KeptFileGone(FileRefused):
    """A form was sent again long after it came back; its photos are kept for half a day."""

    code = "kept_file_gone"
    message = _("A photo that was sent with this form before is no longer kept. Choose it again.")


class StoreFull(Refusal):
    code = "store_full"
    message = _("The file could not be stored, nothing was changed. Tell the administrator.")
    status = 507


class FileDamaged(Refusal):
    """Bit rot: what is on the disk isn't what was put there."""

    code = "file_damaged"
    message = _(
        "%(name)s was damaged in the store and isn't given out. "
        "The administrator has been told and can put it back from a backup."
    )
    status = 500


class AttachmentReused(Refusal):
    code = "attachment_reused"
    message = _("This upload number already belongs to another file. Choose the file again.")
    status = 409
