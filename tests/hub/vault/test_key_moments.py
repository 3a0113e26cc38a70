"""The vault over every key provider, broken in every way that its far side can break, in every moment.

The suite tries one moment; the proof tries all four. A cell is one fault of one provider in one moment.
"""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hub_side import OWNER, SECRET, BrittleKey, ToldClock, hub_in
from key_world import KeyWorld

from hub.foundation import Foundation
from hub.vault.choice import ChosenKey
from hub.vault.errors import ConnectionLocked, ConnectionShredded, KeyFault, KeyUnreachable, VaultError
from hub.vault.states import KeyState, state_for

ERRORS: dict[KeyState, type[VaultError]] = {
    KeyState.LOCKED: ConnectionLocked,
    KeyState.UNREACHABLE: KeyUnreachable,
    KeyState.SHREDDED: ConnectionShredded,
}
MOMENTS = ("cache run out", "first start", "fresh in the cache", "while wrapping anew")
CUSTOMER = "customer"


def given(world: KeyWorld) -> dict[str, Any]:
    return {CUSTOMER: ChosenKey(world.member, world.options)}


async def opened(hub: Foundation) -> str:
    return (await hub.vault.open(OWNER, "token", "main", actor="test")).reveal()


async def cell(world: KeyWorld, folder: Path, fault: str, moment: str) -> None:
    """One cell: the connection ends in the state that the fault means, and comes back when it is healed."""
    kind, break_it = world.faults[fault]
    destroyed = fault == "destroyed"
    state = KeyState.SHREDDED if destroyed else state_for(kind("x"))
    clock = ToldClock()
    async with hub_in(folder, clock, **given(world)) as hub:
        await hub.vault.enrol(OWNER, CUSTOMER, actor="test")
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        if moment == "while wrapping anew":
            rows = await hub.vault.safe.keyring.rows(OWNER)
            break_it()
            with pytest.raises(KeyFault):
                await hub.vault.safe.custody.rewrapped(rows[0])
            world.heal()
            assert (await hub.vault.safe.custody.rewrapped(rows[0])).blob
            return
        if moment == "first start":
            async with hub_in(folder, clock, start=False, **given(world)) as fresh:
                await broken(fresh, break_it, state)
                world.heal()
                clock.pass_(61)
                assert await opened(fresh) == SECRET.reveal()
            return
        if moment == "fresh in the cache":
            break_it()
            assert await opened(hub) == SECRET.reveal()
            clock.pass_(61)
            await hub.watch.look()
        else:
            clock.pass_(61)
            break_it()
        await broken(hub, lambda: None, state)
        world.heal()
        clock.pass_(61)
        await hub.watch.look()
        assert await opened(hub) == SECRET.reveal()


async def broken(hub: Foundation, break_it: Any, state: KeyState) -> None:
    break_it()
    with pytest.raises(ERRORS[state]):
        await opened(hub)
    status = hub.vault.status(OWNER)
    assert status is not None
    assert status.state is state


async def test_every_fault_of_every_provider_has_its_meaning(key_world: KeyWorld, tmp_path: Path) -> None:
    for fault in key_world.faults:
        await cell(key_world, tmp_path / f"hub {fault}", fault, MOMENTS[0])


@pytest.mark.prove
async def test_every_fault_of_every_provider_has_its_meaning_in_every_moment(
    key_world: KeyWorld, tmp_path: Path
) -> None:
    for fault, moment in itertools.product(key_world.faults, MOMENTS):
        await cell(key_world, tmp_path / f"hub {fault} {moment}", fault, moment)


async def test_a_connection_moves_from_key_to_key_of_every_provider(key_world: KeyWorld, tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub", **given(key_world), other=BrittleKey()) as hub:
        for number in range(5):
            await hub.vault.seal(OWNER, "token", f"r{number}", SECRET, actor="test")
        for key in (CUSTOMER, "other", CUSTOMER, "hub"):
            done = await hub.vault.enrol(OWNER, key, actor="test")
            assert (done.resealed, done.verified, done.damaged, done.destroyed) == (5, 5, 0, 1)
            proof = await hub.vault.proof(OWNER)
            assert [(one.source, one.secrets, one.outdated) for one in proof.keys] == [(key, 5, False)]
