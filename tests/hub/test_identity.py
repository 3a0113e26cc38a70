"""Two stores of one hub: they know each other, and a lost, foreign or old one is not taken for them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hub_side import OWNER, SECRET, hub_at, hub_in

from hub.errors import HubError, StoresDisagree
from hub.identity import write_identity
from hub.store import StoreKind


async def used(folder: Path) -> str:
    async with hub_in(folder) as hub:
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        return hub.identity.hub


async def test_each_start_is_counted_once_in_both(places: dict[str, Any]) -> None:
    for start in range(1, 4):
        async with hub_at(places) as hub:
            assert hub.identity.generation == start
            async with hub_at(places, start=False) as command:
                assert command.identity == hub.identity


async def test_hubs_that_start_together_for_the_first_time_are_one_hub(places: dict[str, Any]) -> None:
    async def start() -> tuple[str, int]:
        async with hub_at(places) as hub:
            await asyncio.sleep(0.2)
            return hub.identity.hub, hub.identity.generation

    started = await asyncio.gather(*(start() for _ in range(3)))
    assert len({name for name, _ in started}) == 1


@pytest.mark.parametrize("lost", ["hub.db", "keyring.db"])
async def test_a_lost_store_is_not_made_anew(tmp_path: Path, lost: str) -> None:
    await used(tmp_path)
    (tmp_path / lost).unlink()
    with pytest.raises(StoresDisagree, match="empty") as refused:
        async with hub_in(tmp_path):
            pass
    assert "restore" in refused.value.hint


@pytest.mark.parametrize("emptied", ["hub.db", "keyring.db"])
async def test_an_emptied_file_is_not_taken_for_a_new_hub(tmp_path: Path, emptied: str) -> None:
    await used(tmp_path)
    (tmp_path / emptied).write_bytes(b"")
    with pytest.raises(StoresDisagree):
        async with hub_in(tmp_path):
            pass


async def test_another_hubs_keyring_is_refused(tmp_path: Path) -> None:
    assert await used(tmp_path / "a") != await used(tmp_path / "b")
    (tmp_path / "b" / "keyring.db").replace(tmp_path / "a" / "keyring.db")
    with pytest.raises(StoresDisagree, match="not the one"):
        async with hub_in(tmp_path / "a"):
            pass


async def test_a_start_that_was_cut_off_between_the_two_is_mended(tmp_path: Path) -> None:
    from hub.identity import Identity
    from hub.settings import build
    from hub.store import open_store

    settings = build({"folder": str(tmp_path)})
    async with open_store(settings.keyring, StoreKind.KEYRING) as keyring, keyring.transaction() as connection:
        await write_identity(connection, keyring.kind, Identity(hub="h", generation=1, lineage="l"))
    async with hub_in(tmp_path) as hub:
        assert hub.identity.hub == "h"
        assert not hub.identity.set_back


async def test_one_store_that_counts_otherwise_was_set_back(tmp_path: Path) -> None:
    await used(tmp_path)
    old = (tmp_path / "hub.db").read_bytes()
    for _ in range(5):
        async with hub_in(tmp_path):
            pass
    (tmp_path / "hub.db").write_bytes(old)
    async with hub_in(tmp_path) as hub:
        assert hub.identity.set_back
        assert hub.identity.generation == 7
    async with hub_in(tmp_path) as hub:
        assert not hub.identity.set_back


async def test_a_command_makes_no_hub(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="no hub"):
        async with hub_in(tmp_path / "typo", start=False):
            pass
    assert not (tmp_path / "typo").exists()
