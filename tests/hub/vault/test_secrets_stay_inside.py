"""Canaries: secrets that are sealed, opened, rotated, backed up and failed with, and then looked for everywhere."""

import gzip
import logging
import os
import traceback
from pathlib import Path
from typing import Any

import pytest
from hub_side import OWNER, BrittleKey, ToldClock, hub_in
from sqlalchemy import text

from device.model.secret import Secret
from hub.audit.export import exported
from hub.backup import take
from hub.errors import HubError
from hub.vault.errors import Unreachable

CANARIES = [Secret(f"canary-{number:03}-{os.urandom(8).hex()}") for number in range(200)]


def in_files(folder: Path) -> list[str]:
    """The canaries that lie in any file, packed or not."""
    found = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content += gzip.decompress(content)
        found |= {canary.reveal() for canary in CANARIES if canary.reveal().encode() in content}
    return sorted(found)


def in_text(told: str) -> list[str]:
    return [canary.reveal() for canary in CANARIES if canary.reveal() in told]


async def test_no_canary_is_in_a_file_a_log_or_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    clock, key = ToldClock(), BrittleKey()
    told: list[str] = []
    async with hub_in(tmp_path / "hub", clock, contoso=key) as hub:
        for number, canary in enumerate(CANARIES):
            await hub.vault.seal(OWNER, "token", f"r{number}", canary, actor="test")
        opened = [await hub.vault.open(OWNER, "token", f"r{number}", actor="test") for number in range(20)]
        told.append(f"{opened!r} {opened!s} {hub!r} {hub.vault.safe.custody.__dict__!r}")
        assert in_files(tmp_path) == []
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.vault.rotate(OWNER, actor="test")
        await take(hub, tmp_path / "main", tmp_path / "keys")
        async with hub.main.reading() as connection:
            told += [line async for line in exported(connection)]
        told += await failures(hub, clock, key)
        assert in_files(tmp_path) == []
    assert in_files(tmp_path) == []
    printed = capfd.readouterr()
    assert in_text("\n".join(told) + caplog.text + printed.out + printed.err) == []


async def failures(hub: Any, clock: ToldClock, key: BrittleKey) -> list[str]:
    """Everything that can be said of failing acts, tracebacks with all values of theirs included."""
    told = []

    async def failing(act: Any) -> None:
        try:
            await act
        except HubError as error:
            full = traceback.TracebackException.from_exception(error, capture_locals=True)
            told.append("".join(full.format()))

    clock.pass_(61)
    key.fault = Unreachable("away")
    await failing(hub.vault.open(OWNER, "token", "r1", actor="test"))
    await failing(hub.vault.seal(OWNER, "token", "r1", CANARIES[1], actor="test"))
    key.fault = None
    clock.pass_(61)
    async with hub.main.transaction() as connection:
        await connection.execute(text("ALTER TABLE secrets RENAME TO elsewhere"))
    await failing(hub.vault.open(OWNER, "token", "r1", actor="test"))
    await failing(hub.vault.seal(OWNER, "token", "r1", CANARIES[1], actor="test"))
    async with hub.main.transaction() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO secrets"))
        await connection.execute(text("ALTER TABLE audit_entries RENAME TO elsewhere"))
    await failing(hub.vault.open(OWNER, "token", "r1", actor="test"))
    await failing(hub.vault.seal(OWNER, "token", "r1", CANARIES[1], actor="test"))
    assert len(told) == 6
    return told


def test_a_canary_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(CANARIES[3].reveal().encode()))
    assert in_files(tmp_path) == [CANARIES[3].reveal()]
    assert in_text(f"say {CANARIES[4].reveal()}") == [CANARIES[4].reveal()]
