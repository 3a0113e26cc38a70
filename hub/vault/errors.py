"""What a key provider may say, and what it means for a connection.

KeyFault                the key-encryption key (KEK) cannot be used
├── Denied              its owner took our permission away
├── Disabled            its owner switched it, or the version we need, off
├── NotFound            there is no such key; `destroyed` where the provider says that it is gone for good
├── Corrupt             it refuses what we ask to be unwrapped: damaged, or made for something else
├── Unreachable         no answer in time, or a server's own fault
└── Throttled           asked too often
VaultError              a secret cannot be sealed or opened
├── SecretNotFound      there is no such secret
├── SecretDamaged       what is stored is not what was sealed: changed, moved, or of another key
├── KeyUnreachable      the KEK does not answer and the cached key has run out: try again
├── ConnectionLocked    the KEK's owner locked the connection
└── ConnectionShredded  the connection's key is destroyed: authorise it again, as a new connection
"""

from hub.errors import HubError


class KeyFault(HubError):
    """The key-encryption key cannot be used."""


class Denied(KeyFault):
    """No permission (any more)."""

    hint = "Ask the key's owner for the permissions encrypt, decrypt and describe."


class Disabled(KeyFault):
    """The key, or the version that is needed, is switched off or waits to be deleted."""

    hint = "Only the key's owner can enable it again."


class NotFound(KeyFault):
    """There is no such key, as far as the provider tells."""

    hint = "Check the key's name in the settings."

    def __init__(self, sentence: str, hint: str = "", *, destroyed: bool = False) -> None:
        super().__init__(sentence, hint)
        self.destroyed = destroyed


class Corrupt(KeyFault):
    """What was to be unwrapped was not wrapped by this key for this connection."""

    hint = "Check that keyring and key belong together; a backup of the keyring may help."


class Unreachable(KeyFault):
    """No usable answer. Nothing is known about the key."""

    hint = "Check the network and the key service; it is tried again by itself."


class Throttled(KeyFault):
    """The key service asked for patience."""

    hint = "Wait; it is tried again by itself."


class VaultError(HubError):
    """A secret cannot be sealed or opened."""


class SecretNotFound(VaultError):
    """There is no such secret."""

    hint = "Authorise the connection again."


class SecretDamaged(VaultError):
    """What is stored is not what was sealed there."""

    hint = "Restore a backup of the database, or authorise the connection again."


class KeyUnreachable(VaultError):
    """The KEK does not answer, and what was cached has run out."""

    hint = Unreachable.hint


class ConnectionLocked(VaultError):
    """The KEK's owner, or what is wrong with the KEK, keeps the connection closed."""

    hint = "Only the owner of the key can open it again."


class ConnectionShredded(VaultError):
    """The connection's key was destroyed; what it sealed is gone."""

    hint = "Authorise it again as a new connection."
