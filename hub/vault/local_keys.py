"""Keys that this machine holds itself: their text, their names, and wrapping with them.

The text has one key a line, its age, its name and itself in base64:

    current 3f6c2a9d51e07b48 l8b3…=
    previous 90c1d2b4aa37e655 Vq0Z…=

A name is the first eight bytes of the key's SHA-256, so that a wrong or damaged key is known before it is used.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Callable
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from device.model.secret import Secret
from hub.vault.calls import Calls
from hub.vault.errors import Corrupt, NotFound
from hub.vault.framing import framed_mapping
from hub.vault.interface import KEY_BYTES, Context, Wrapped

_T = TypeVar("_T")
_NONCE = 12
_HEAD = "# The key that locks every secret of this hub. Keep a copy elsewhere, never beside a backup of the keyring.\n"


class LocalKeys:
    """The current key, and the one before it as long as something is wrapped with it."""

    def __init__(self, current: bytes, previous: bytes | None = None) -> None:
        self._keys = {name_of(key): key for key in (current, previous) if key is not None}
        self.current = name_of(current)

    def wrap(self, key: bytes, context: Context) -> Wrapped:
        """AES-256-GCM with a random nonce; the context is authenticated."""
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, key, framed_mapping(context))
        return Wrapped(blob=nonce + sealed, version=self.current)

    def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        """The key again.

        Raises:
            NotFound: none of ours has the version's name.
            Corrupt: it was changed, or belongs to something else.
        """
        key = self._keys.get(wrapped.version)
        if key is None:
            raise NotFound(f"There is no key {wrapped.version}.", "Put the key's file back.")
        nonce, sealed = wrapped.blob[:_NONCE], wrapped.blob[_NONCE:]
        try:
            return AESGCM(key).decrypt(nonce, sealed, framed_mapping(context))
        except (InvalidTag, ValueError) as error:
            raise Corrupt(f"The key {wrapped.version} did not wrap this.") from error

    def renewed(self) -> "LocalKeys":
        """A new current key; the present one becomes the one before."""
        return LocalKeys(os.urandom(KEY_BYTES), self._keys[self.current])

    def alone(self) -> "LocalKeys":
        """Without the key before."""
        return LocalKeys(self._keys[self.current])

    def text(self) -> Secret:
        """As it is written down."""
        lines = [
            f"{'current' if name == self.current else 'previous'} {name} {base64.b64encode(key).decode()}\n"
            for name, key in self._keys.items()
        ]
        return Secret(_HEAD + "".join(lines))


def fresh() -> LocalKeys:
    """A key that nobody has."""
    return LocalKeys(os.urandom(KEY_BYTES))


def name_of(key: bytes) -> str:
    """What a key is called."""
    return hashlib.sha256(b"doorlight/kek" + key).digest()[:8].hex()


def parse(text: bytes) -> LocalKeys:
    """The keys in a text, or in the 32 bytes of one key.

    Raises:
        Corrupt: it is neither, or a key is not what its name says.
    """
    if len(text) == KEY_BYTES:
        return LocalKeys(text)
    found: dict[str, bytes] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith(b"#"):
            continue
        age, key = _key_in(line)
        if age in found:
            raise Corrupt(f"The key's text has two keys called {age}.")
        found[age] = key
    if "current" not in found:
        raise Corrupt("The key's text has no current key.")
    return LocalKeys(found["current"], found.get("previous"))


def _key_in(line: bytes) -> tuple[str, bytes]:
    words = line.split()
    if len(words) != 3 or words[0] not in (b"current", b"previous"):
        raise Corrupt("A line of the key's text is not written as it should be.")
    try:
        key = base64.b64decode(words[2], validate=True)
    except binascii.Error as error:
        raise Corrupt("A line of the key's text is not written as it should be.") from error
    if len(key) != KEY_BYTES or name_of(key).encode() != words[1]:
        raise Corrupt("A key in the key's text is not the one that its name says.")
    return words[0].decode(), key


class KeysAtHand:
    """A key provider on this machine: the keys are read anew for each call, so that taking them away counts at once.

    Args:
        key_id: what the keys are called.
        read: reads them, and blocks; raises what a `KeyProvider` may.
    """

    def __init__(self, key_id: str, read: Callable[[], LocalKeys], calls: Calls) -> None:
        self.key_id = key_id
        self._read, self._calls = read, calls

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        """Wrap with the current key."""
        return await self._with_keys(lambda keys: keys.wrap(key, context))

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        """Unwrap with whichever key did it."""
        return await self._with_keys(lambda keys: keys.unwrap(wrapped, context))

    async def current_version(self) -> str:
        """The current key's fingerprint."""
        return await self._with_keys(lambda keys: keys.current)

    async def health(self) -> None:
        """They can be read."""
        await self.current_version()

    async def _with_keys(self, work: Callable[[LocalKeys], _T]) -> _T:
        return await self._calls.run(lambda: work(self._read()))
