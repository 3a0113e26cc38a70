"""Which door this device is, kept on the card so that it starts without its hub. It holds no secret."""

import logging
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from device.model.errors import SettingsError
from device.model.value import Value, decode, encode
from device.wire.hub import Assignment

log = logging.getLogger(__name__)

FILE = "assignment.json"


class Kept(Value):
    """What is remembered of the hub."""

    assignment: Assignment | None = None
    hub: str = ""
    """The public key of the hub that this device was given to, from its first word on."""
    generation: int = 0
    wipes: int = 0
    """The counter of the last wipe that was obeyed."""
    claim_used: bool = False


class AssignmentFile:
    """One file in the device's state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.kept = _read(self._path)

    def keep(self, **changes: object) -> None:
        """Remember it, if it is news, on the card before anything follows from it.

        Raises:
            SettingsError: the card cannot be written.
        """
        kept = msgspec.structs.replace(self.kept, **changes)
        if kept == self.kept:
            return
        beside = self._path.with_name(f".{FILE}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(encode(kept))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise SettingsError(
                f"The assignment cannot be written to {self._path}: {error.strerror}.", "Check paths.state."
            ) from error
        self.kept = kept

    def forget(self) -> None:
        """The device belongs to no door any more; a wipe's counter stays."""
        with suppress(SettingsError):
            self.keep(assignment=None, claim_used=True)


def _read(path: Path) -> Kept:
    try:
        kept: Kept = decode(path.read_bytes(), Kept)
    except FileNotFoundError:
        return Kept()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        log.warning("the assignment on the card cannot be read (%s); the hub tells it anew", type(error).__name__)
        return Kept()
    return kept
