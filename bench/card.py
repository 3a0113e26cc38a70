"""A card to count on: every byte that reaches it, the file system's own journal included.

With root and the usual tools it is an ext4 file system on a loop device of its own, and what is counted are the sectors
that the block device was given. Without, it is a plain folder, and what is counted are the bytes that the kernel says
this process caused to be written (`write_bytes` of /proc/PID/io: dirtied pages, no journal).
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SIZE = 64 << 20
_SECTOR = 512


class Card:
    """A place for the agent's state, and how much was written to it."""

    def __init__(self, folder: Path, device: str = "") -> None:
        self.folder = folder
        self._device = device
        self.counted = (
            "sectors of an ext4 loop device" if device else "pages dirtied by the process, without the journal"
        )

    def written(self, pid: int) -> int:
        """Bytes so far, everything that is under way included."""
        self.settle()
        if not self._device:
            lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))
        return int(Path(f"/sys/block/{self._device}/stat").read_text(encoding="ascii").split()[6]) * _SECTOR

    def settle(self) -> None:
        """Let everything reach the card, as it does within half a minute anyway."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            ctypes.CDLL(None).syncfs(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def insert_card() -> Iterator[Card]:
    """A card, removed at the end."""
    base = Path(tempfile.mkdtemp(prefix="doorlight-card-"))
    try:
        device = _looped(base)
        try:
            yield Card(base / "card", Path(device).name)
        finally:
            if device:
                _run("umount", "-l", str(base / "card"))
                _run("losetup", "-d", device)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _looped(base: Path) -> str:
    """Mount a file system of its own at `base`/card; the device, or nothing where that cannot be done here."""
    card, image = base / "card", base / "image"
    card.mkdir()
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in ("mkfs.ext4", "losetup", "mount", "umount")):
        return ""
    with image.open("wb") as file:
        file.truncate(SIZE)
    with suppress(subprocess.CalledProcessError):
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
        device = _run("losetup", "--find", "--show", str(image)).strip()
        try:
            _run("mount", "-o", "noatime", device, str(card))
        except subprocess.CalledProcessError:
            _run("losetup", "-d", device)
            raise
        return device
    return ""


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
