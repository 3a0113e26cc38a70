"""What is signed about the chain: whoever remembers one checkpoint can tell whether the chain was changed before it.

A checkpoint says which entry is the last, its hash, and which entry is the first that is still kept, signed with
Ed25519 by a key that lies sealed in the vault. No I/O here.
"""

import hashlib
import hmac
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from device.model.secret import Secret
from device.model.value import Value
from hub.store.columns import microseconds
from hub.vault.framing import framed

_LABEL = "doorlight/audit-checkpoint/v1"
SEED_BYTES = 32


class Checkpoint(Value):
    """Signed: up to `seq` the chain is this one."""

    seq: int
    first: int
    """The oldest entry that is kept."""
    at: datetime
    hash: bytes
    """Of entry `seq`."""
    key: bytes
    """The public key, 32 bytes."""
    signature: bytes

    def genuine(self) -> bool:
        """Whether its own key signed it. Whether that key is the right one is for the reader to know."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(
                self.signature, _signed(self.seq, self.first, self.at, self.hash)
            )
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """Signs checkpoints, and stands in for values: both from one seed."""

    def __init__(self, seed: Secret) -> None:
        raw = bytes.fromhex(seed.reveal())
        self._private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"sign" + raw).digest())
        self._veil = hashlib.sha256(b"veil" + raw).digest()
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, seq: int, first: int, at: datetime, chain_hash: bytes) -> Checkpoint:
        """The checkpoint of a chain that ends in entry `seq`."""
        signature = self._private.sign(_signed(seq, first, at, chain_hash))
        return Checkpoint(seq=seq, first=first, at=at, hash=chain_hash, key=self.public, signature=signature)

    def veiled(self, value: str) -> str:
        """What stands for a value in the log: the same for the same value, and telling nothing of it (HMAC-SHA256)."""
        plain = value.reveal() if isinstance(value, Secret) else value
        return hmac.new(self._veil, plain.encode(), hashlib.sha256).hexdigest()


def _signed(seq: int, first: int, at: datetime, chain_hash: bytes) -> bytes:
    return framed(_LABEL, str(seq), str(first), str(microseconds(at)), chain_hash)
