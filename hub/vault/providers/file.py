"""A key in a file of this machine: the default, made at the first start.

It protects a stolen database or backup, and nothing from whoever is root here. The file belongs to the hub's user and
nobody else may read it (0400); it is read anew for each call, so taking it away locks the hub within a minute.
"""

import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from hub.vault.calls import calls_of
from hub.vault.errors import Denied, NotFound, Unreachable
from hub.vault.interface import KeyOptions, KeyProvider, KeyProviderKind
from hub.vault.local_keys import KeysAtHand, LocalKeys, fresh, parse

_LIMIT = 4096


class Options(KeyOptions, kw_only=True):
    """Where the key is."""

    path: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.path:
            raise ValueError("path must name a file")


def _read(path: Path) -> LocalKeys:
    """The keys in the file.

    Raises:
        NotFound: there is no such file.
        Denied: it may not be read, or somebody else may read it too.
        Corrupt: it holds no key.
        Unreachable: the disk does not answer.
    """
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid not in (os.geteuid(), 0) or about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Denied(f"The key {path} is open to others.", f"chmod 400 {path}, and give it to the hub's user.")
            return parse(file.read(_LIMIT))
    except FileNotFoundError as error:
        raise NotFound(f"There is no key {path}.", "Put the file back; no other key opens what it locked.") from error
    except PermissionError as error:
        raise Denied(f"The key {path} may not be read.", "Give the file to the hub's user.") from error
    except OSError as error:
        raise Unreachable(f"The key {path} cannot be read: {error.strerror}.") from error


def _make(options: Options) -> None:
    """Write a new key where there is none; one that is there is left alone."""
    path = Path(options.path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _drafted(path, fresh())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    _sync(path.parent)


def _renew(options: Options) -> None:
    path = Path(options.path)
    _replace(path, _read(path).renewed())


def _retire(options: Options) -> None:
    path = Path(options.path)
    _replace(path, _read(path).alone())


def _replace(path: Path, keys: LocalKeys) -> None:
    _drafted(path, keys).replace(path)
    _sync(path.parent)


def _drafted(path: Path, keys: LocalKeys) -> Path:
    """The keys on disk, under another name."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(keys.text().reveal().encode())
        file.flush()
        os.fsync(file.fileno())
    return draft


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[KeyProvider]:
    path = Path(options.path)
    with calls_of("the key's file", options.timeout) as calls:
        yield KeysAtHand(f"file:{path}", partial(_read, path), calls)


PROVIDER = KeyProviderKind(name="file", options=Options, open=_open, make=_make, renew=_renew, retire=_retire)
