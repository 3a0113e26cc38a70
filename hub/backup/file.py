"""A copy of a store as a file: gzipped lines of JSON, readable by its owner alone.

    {"doorlight": 1, "store": "main", "hub": …, "generation": …, "lineage": …, "schema": "0001", "taken_at": …}
    {"table": "secrets", "columns": ["tenant", …]}
    ["contoso", …]                       one row a line; bytes in base64
    {"rows": 4711, "sha256": …}          of everything above

A file that was cut, changed or half written does not pass its own sum.
"""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec

from device.model.value import Value
from hub.errors import BackupRefused

FORMAT = 1
Line = dict[str, Any] | list[Any]


class Header(Value, kw_only=True):
    """What a copy says of itself."""

    doorlight: int = FORMAT
    store: str
    hub: str
    generation: int
    lineage: str
    schema: str
    taken_at: str


async def write(path: Path, lines: AsyncIterator[Line]) -> int:
    """Write a copy, durable and whole or not at all; how many rows."""
    draft = path.with_name(f".{path.name}.part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    digest, rows = hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", filename="") as packed:
                async for line in lines:
                    text = _text(line)
                    digest.update(text)
                    packed.write(text)
                    rows += isinstance(line, list)
                packed.write(_text({"rows": rows, "sha256": digest.hexdigest()}))
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def header_of(path: Path) -> Header:
    """What a copy is of, once all of it was read and its sum is right.

    Raises:
        BackupRefused: it is damaged, cut, or no copy of ours.
    """
    digest, rows, last = hashlib.sha256(), 0, b""
    first: bytes | None = None
    for text in _texts(path):
        if last:
            digest.update(last)
            rows += last.startswith(b"[")
            first = first or last
        last = text
    try:
        end = json.loads(last)
        header: Header = msgspec.json.decode(first or b"", type=Header)
    except (ValueError, msgspec.DecodeError) as error:
        raise BackupRefused(f"{path} is no backup of Doorlight.") from error
    if end != {"rows": rows, "sha256": digest.hexdigest()}:
        raise BackupRefused(f"The backup {path} is damaged.")
    if header.doorlight != FORMAT:
        raise BackupRefused(f"The backup {path} was made by a newer Doorlight.", "Restore it with that version.")
    return header


def tables_in(path: Path) -> Iterator[tuple[str, list[str], Iterator[list[Any]]]]:
    """Each table's name, columns and rows, of a copy whose sum is right."""
    lines = (json.loads(text) for text in _texts(path))
    next(lines)
    line = next(lines)
    while "table" in line:
        rows = _Rows(lines)
        yield line["table"], line["columns"], iter(rows)
        line = rows.after


def column(path: Path, table: str, wanted: str) -> set[str]:
    """Every value in one column of one table."""
    found: set[str] = set()
    for name, columns, rows in tables_in(path):
        for row in rows:
            if name == table:
                found.add(row[columns.index(wanted)])
    return found


class _Rows:
    """The rows of one table; `after` is the line that ends them."""

    def __init__(self, lines: Iterator[Any]) -> None:
        self._lines = lines
        self.after: dict[str, Any] = {}

    def __iter__(self) -> Iterator[list[Any]]:
        while isinstance(line := next(self._lines), list):
            yield line
        self.after = line


def _texts(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except FileNotFoundError as error:
        raise BackupRefused(f"There is no backup {path}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise BackupRefused(f"The backup {path} is damaged.") from error


def _text(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
