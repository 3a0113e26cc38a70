"""`doorlight hub audit …`: whether the log is whole, and the log itself for somebody else to keep."""

import sys
from pathlib import Path
from typing import IO

import click

from device.model.errors import SettingsError
from hub.audit import Checkpoint
from hub.audit.export import exported, read_line, read_lines
from hub.audit.verdict import Judge, Verdict
from hub.commands.options import on_foundation, with_settings
from hub.foundation import Foundation
from hub.settings import HubSettings


@click.group("audit")
def audit() -> None:
    """Who did what: check the log, or export it."""


@audit.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--key", "key", metavar="HEX", help="For a FILE: the hub's public key, as export names it.")
@click.option("--remembered", metavar="FILE", type=click.Path(path_type=Path), help="A checkpoint that was kept apart.")
@with_settings
def verify(settings: HubSettings, file: Path | None, key: str | None, remembered: Path | None) -> int:
    """Check the log's chain and signatures: the hub's own log, or a FILE that was exported (then with --key).

    With --remembered, a line of JSON that was kept elsewhere, nothing up to that checkpoint can have been changed,
    removed or cut off unseen. Exit codes: 0 whole, 1 not.
    """
    kept = _remembered(remembered) if remembered is not None else None
    if file is None:
        verdict = on_foundation(settings, lambda foundation: foundation.audit.verify(kept))
    else:
        verdict = _of_file(file, _key(key), kept)
    for fault in verdict.faults:
        click.echo(fault, err=True)
    words = "is whole" if verdict.whole else "is NOT whole"
    click.echo(f"The log {words}: {verdict.entries} entries, signed up to entry {verdict.signed}.")
    return 0 if verdict.whole else 1


@audit.command()
@click.option("--to", "to", metavar="FILE", type=click.Path(path_type=Path), help="A file. Default: standard output.")
@with_settings
def export(settings: HubSettings, to: Path | None) -> int:
    """Write the log as JSON lines, signed up to its last entry; its last line is the checkpoint to remember."""

    async def work(foundation: Foundation) -> str:
        await foundation.audit.checkpoint()
        with to.open("w", encoding="utf-8") if to is not None else _standard_output() as out:
            async with foundation.main.snapshot() as connection:
                async for line in exported(connection):
                    out.write(f"{line}\n")
        return foundation.audit.public_key.hex()

    click.echo(f"Signed by {on_foundation(settings, work)}.", err=True)
    return 0


class _standard_output:  # noqa: N801 - a context manager
    def __enter__(self) -> IO[str]:
        return sys.stdout

    def __exit__(self, *why: object) -> None:
        sys.stdout.flush()


def _of_file(file: Path, key: bytes, remembered: Checkpoint | None) -> Verdict:
    with file.open(encoding="utf-8") as lines:
        checkpoints = [one for one in read_lines(lines) if isinstance(one, Checkpoint)]
    judge = Judge(checkpoints, key, remembered)
    with file.open(encoding="utf-8") as lines:
        for one in read_lines(lines):
            if not isinstance(one, Checkpoint):
                judge.see(one)
    return judge.verdict()


def _key(key: str | None) -> bytes:
    try:
        return bytes.fromhex(key or "")
    except ValueError as error:
        raise SettingsError("--key is no public key.", "Write its 64 hex digits.") from error


def _remembered(file: Path) -> Checkpoint:
    lines = file.read_text(encoding="utf-8").strip().splitlines() or [""]
    try:
        read = read_line(lines[-1])
    except ValueError as error:
        raise SettingsError(f"{file} holds no checkpoint.", "Keep the last line of an export.") from error
    if not isinstance(read, Checkpoint):
        raise SettingsError(f"{file} holds no checkpoint.", "Keep the last line of an export.")
    return read
