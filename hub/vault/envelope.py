"""How one secret is sealed: AES-256-GCM under its connection's key, bound to its place.

    sealed = 1 | length of ck_id | ck_id | nonce (12, random) | ciphertext | tag (16)
    bound to: "doorlight/v1", tenant, connection, kind, record, version, ck_id, each after its length

So a row that is moved to another connection, kind or record, whose version is changed, or that was sealed with another
key does not open. No I/O here.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from device.model.secret import Secret
from device.model.value import Value
from hub.vault.errors import SecretDamaged
from hub.vault.framing import framed
from hub.vault.owner import Owner, opaque

_LABEL = "doorlight/v1"
_FORMAT = b"\x01"
_NONCE = 12
_TAG = 16


class Place(Value):
    """Where a secret belongs: whose it is, what kind it is, and which one of them."""

    owner: Owner
    kind: str
    """Such as `refresh-token` or `client-secret`."""
    record: str

    def __post_init__(self) -> None:
        opaque(self.kind)
        opaque(self.record)

    def __str__(self) -> str:
        return f"{self.owner}/{self.kind}/{self.record}"


class ConnectionKey:
    """A connection's key, unwrapped, in memory only."""

    __slots__ = ("_cipher", "ck_id")

    def __init__(self, ck_id: str, key: bytes) -> None:
        self.ck_id = ck_id
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return f"ConnectionKey({self.ck_id}, ***)"

    def seal(self, place: Place, version: int, secret: Secret) -> bytes:
        """The secret as it may be written down."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, secret.reveal().encode(), self._bound_to(place, version))
        return self._head() + nonce + sealed

    def open(self, place: Place, version: int, sealed: bytes) -> Secret:
        """The secret again.

        Raises:
            SecretDamaged: it is not what was sealed with this key, for this place, in this version.
        """
        head = self._head()
        nonce, body = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
        if not sealed.startswith(head) or len(body) < _TAG:
            raise SecretDamaged(f"The secret {place} is not in a form that we write.")
        try:
            return Secret(self._cipher.decrypt(nonce, body, self._bound_to(place, version)).decode())
        except InvalidTag as error:
            raise SecretDamaged(f"The secret {place} was changed, or belongs elsewhere.") from error

    def _head(self) -> bytes:
        name = self.ck_id.encode()
        return _FORMAT + bytes((len(name),)) + name

    def _bound_to(self, place: Place, version: int) -> bytes:
        owner = place.owner
        return framed(_LABEL, owner.tenant, owner.connection, place.kind, place.record, str(version), self.ck_id)
