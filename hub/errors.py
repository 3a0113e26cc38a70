"""What can go wrong in the hub, named by who must act. The text is a sentence for people and for logs; it never holds
a secret, an address of a person, or a link.

HubError
├── StoreError
│   ├── StoreUnreachable    nobody: the database does not answer, is busy, or its disk is full; try again
│   ├── StoreDamaged        an administrator: restore a backup
│   ├── SchemaUnknown       an administrator: a newer Doorlight has written it
│   └── StoresDisagree      an administrator: database and keyring are not of one hub
├── AuditUnavailable        nobody: nothing is released while nothing can be written down
├── BackupRefused           an administrator: this backup cannot be restored here
├── KeyFault                what a key provider said (`hub.vault.errors`)
└── VaultError              what that means for a connection's secrets (`hub.vault.errors`)
"""

from device.model.errors import DoorlightError


class HubError(DoorlightError):
    """Something that the hub could not do: one sentence, and a hint of what to do about it."""

    hint = "Try again later; the log says more."

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint or type(self).hint


class StoreError(HubError):
    """A database could not be used."""


class StoreUnreachable(StoreError):
    """It does not answer, is busy, or may not be written: nothing was changed, try again."""

    hint = "Check that the database runs, may be written, and has room on its disk."


class StoreDamaged(StoreError):
    """The file or the schema is not what we wrote. It is never rebuilt empty by itself."""

    hint = "Keep the file, and restore the last backup with: doorlight hub restore."


class SchemaUnknown(StoreError):
    """A newer Doorlight has changed the tables; this one would break what it does not know."""

    hint = "Run the newer version again, or restore a backup that this version has made."


class StoresDisagree(StoreError):
    """The database and the keyring belong to different hubs, or one of the two is lost."""

    hint = "Name the two stores of one hub, or restore the one that is lost with: doorlight hub restore."


class AuditUnavailable(HubError):
    """An audit entry could not be made durable, so nothing was released."""

    hint = "Nothing was released. Check the disk of the database."


class BackupRefused(HubError):
    """The backup is damaged, of another hub, or would overwrite something."""

    hint = "Name a backup that `doorlight hub backup` has made."
