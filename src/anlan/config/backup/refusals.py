"""Why a backup can't be made or put back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from anlan.base.refusal import Refusal


class BackupTampered(Refusal):
    code = "backup_tampered"
    message = gettext_lazy(
        "%(file)s is not as it was written (%(reason)s), so nothing was restored. "
        "Take another copy of this backup, or an earlier backup."
    )


class BackupKeyMissing(Refusal):
    code = "backup_key_missing"
    message = gettext_lazy(
        "The key %(key)s that this backup was made with is not in %(path)s. "
        "Put the secrets folder back first, or name the key file with --key."
    )


class TargetNotEmpty(Refusal):
    code = "target_not_empty"
    message = gettext_lazy(
        "%(home)s holds data already, so nothing was restored. Name an empty ANLAN_HOME, "
        "or add --replace: the present data is then put aside in that folder."
    )


class StillServing(Refusal):
    code = "still_serving"
    message = gettext_lazy("Anlan is being served from %(home)s. Stop it, then restore.")


class OtherDatabase(Refusal):
    code = "other_database"
    message = gettext_lazy(
        "This backup was made of a %(made)s database, and ANLAN_DATABASE selects %(here)s. "
        "Set ANLAN_DATABASE to match."
    )


class ToolMissing(Refusal):
    code = "tool_missing"
    message = gettext_lazy(
        "%(tool)s was not found. Install PostgreSQL's client programs "
        "(Debian: apt-get install postgresql-client)."
    )


class ToolFailed(Refusal):
    code = "tool_failed"
    message = gettext_lazy("%(tool)s failed: %(reason)s")


class CopyFailed(Refusal):
    code = "copy_failed"
    message = gettext_lazy(
        "The backup lies in %(file)s, but its copy in %(folder)s failed: %(reason)s. "
        "See that the folder is mounted and has room, then back up again."
    )
