"""The device's own key: made on the first start, kept in one file that nobody else can read, sent nowhere."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.model.errors import SettingsError
from device.wire.proof import fingerprint_words, spelled

FILE = "device.key"


class Identity:
    """A private Ed25519 key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = spelled(private.public_key().public_bytes_raw())
        """The public key, base64url without padding."""

    @property
    def words(self) -> tuple[str, ...]:
        """What a person compares."""
        return fingerprint_words(self.key)

    def sign(self, statement: bytes) -> str:
        """The signature, base64url without padding."""
        return spelled(self._private.sign(statement))


def own_identity(folder: Path) -> Identity:
    """The identity in a folder, made where there is none yet.

    Raises:
        SettingsError: the file cannot be read or written, or holds no key.
    """
    path = folder / FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _made(path)
    except OSError as error:
        raise SettingsError(f"The device's key {path} cannot be read: {error.strerror}.", "Check its owner.") from error
    if len(raw) != 32:
        raise SettingsError(f"{path} holds no key.", "Remove it: a new one is made and claimed anew.")
    return Identity(Ed25519PrivateKey.from_private_bytes(raw))


def forget_identity(folder: Path) -> None:
    """Overwrite the key and remove it."""
    path = folder / FILE
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(32))
            os.fsync(file.fileno())
        path.unlink()


def _made(path: Path) -> Identity:
    """A new key, on the card before it is used."""
    private = Ed25519PrivateKey.generate()
    beside = path.with_name(f".{path.name}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, for its mode
            file.write(private.private_bytes_raw())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise SettingsError(
            f"The device's key cannot be written to {path}: {error.strerror}.", "Check paths.state."
        ) from error
    return Identity(private)
