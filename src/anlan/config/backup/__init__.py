"""./anlan backup and ./anlan restore: one file that holds everything but the keys (S35, F20).

    ANLAN-BACKUP-2 ⏎  header as JSON ⏎  chunks …  signature (128 bytes)

Inside the chunks is a compressed tar: the database first, then the attachments, and a manifest
with the sum of each. A chunk is sealed (SM4-GCM or AES-256-GCM, as the suite in use has it), bound
to the header, to its place and to whether it is the last, so none can be changed, moved, dropped or
added. SM2 or Ed25519 signs the whole, so that a store without the secret can check what it keeps.

The order matters: an attachment is on disk before its row commits, so attachments that are read
after the database hold at least what its rows name, while people go on working.

The key file (``secrets/backup``) is never in a backup, nor is any other secret: keep a copy of the
``secrets`` folder in another place than the backups.
"""

from anlan.config.backup.keys import key_for_making, read_key
from anlan.config.backup.making import backup
from anlan.config.backup.refusals import BackupTampered
from anlan.config.backup.restoring import open_backup, restore
from anlan.config.backup.stream import MAGIC, NONCE_BYTES, Sealer

__all__ = (
    "MAGIC",
    "NONCE_BYTES",
    "BackupTampered",
    "Sealer",
    "backup",
    "key_for_making",
    "open_backup",
    "read_key",
    "restore",
)
