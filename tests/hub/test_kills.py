"""kill -9 at any moment: nothing that was acknowledged is lost, nothing is released without an entry before it, the
chain stays whole, and a rotation that was cut off is finished.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hub_side import OWNER, hub_in
from killed_hub import RECORDS, WORKS

from device.model.secret import Secret
from hub.audit import rows

ROOT = Path(__file__).parents[2]


@contextmanager
def killer() -> Iterator["subprocess.Popen[str]"]:
    """The program that runs hubs and kills them."""
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here}{os.pathsep}{ROOT}"}
    command = [sys.executable, str(here / "killed_hub.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def killed(program: "subprocess.Popen[str]", folder: Path, work: str, seconds: float) -> list[str]:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{folder} {work} {seconds}\n")
    program.stdin.flush()
    acknowledged: list[str] = json.loads(program.stdout.readline())
    return acknowledged


async def judged(folder: Path, work: str, acknowledged: list[str], opens_before: int) -> int:
    """Judge what a killed hub has left behind; how many releases are written down by now."""
    async with hub_in(folder) as hub:
        await hub.vault.resume()
        found = {place: (await hub.vault.safe.open(place)).reveal() for place in await hub.vault.places(OWNER)}
        assert {place.record: one for place, one in found.items() if place.kind == "token"} == SECRETS
        counted = [one for place, one in found.items() if place.kind == "count"]
        if work == "seal":
            assert counted
            assert counted[0] >= acknowledged[-1]
        proof = await hub.vault.proof(OWNER)
        assert [key.active for key in proof.keys] == [True]
        assert proof.orphans == 0
        async with hub.main.reading() as connection:
            opens = [entry.seq async for entry in rows.entries(connection) if entry.event.action == "secret.open"]
        if work in ("release", "everything"):
            assert len(opens) - opens_before >= len(acknowledged)
        assert (await hub.audit.verify(await hub.witness.recall())).whole
        await hub.audit.checkpoint()
        await hub.witness.remember()
        return len(opens)


SECRETS = {f"r{number}": f"secret-{number}" for number in range(RECORDS)}


async def cycles(folder: Path, count: int) -> None:
    async with hub_in(folder) as hub:
        for name, secret in SECRETS.items():
            await hub.vault.seal(OWNER, "token", name, Secret(secret), actor="test")
    opens = 0
    with killer() as program:
        for cycle in range(count):
            work = list(WORKS)[cycle % len(WORKS)]
            acknowledged = killed(program, folder, work, random.random() * 0.15)  # noqa: S311 - when
            assert acknowledged, f"cycle {cycle}: nothing was done"
            opens = await judged(folder, work, acknowledged, opens)


async def test_a_killed_hub_loses_nothing_and_releases_nothing_unwritten(tmp_path: Path) -> None:
    await cycles(tmp_path / "hub", 30)


@pytest.mark.prove
async def test_a_hub_that_is_killed_a_thousand_times_loses_nothing(tmp_path: Path) -> None:
    await cycles(tmp_path / "hub", 1000)
