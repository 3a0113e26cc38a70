"""Backups: one moment, two files, nothing that opens by itself; back again all or nothing, and on another machine."""

import asyncio
import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hub_side import NOON, OTHER, OWNER, SECRET, BrittleKey, ToldClock, hub_at, hub_in
from sqlalchemy import text

from device.model.clock import SystemClock
from device.model.secret import Secret
from hub.audit import rows
from hub.backup import Restored, Taken, restore, take
from hub.backup.file import header_of
from hub.errors import BackupRefused, SchemaUnknown, StoreUnreachable
from hub.settings import build
from hub.vault.errors import ConnectionShredded, Corrupt, NotFound


async def filled(hub: Any, count: int = 5) -> None:
    for number in range(count):
        for owner in (OWNER, OTHER):
            await hub.vault.seal(owner, "token", f"r{number}", Secret(f"{owner}-{number}"), actor="test")


async def everything(hub: Any, owner: Any = OWNER) -> set[str]:
    return {(await hub.vault.safe.open(place)).reveal() for place in await hub.vault.places(owner)}


async def taken(hub: Any, folder: Path) -> Taken:
    return await take(hub, folder / "main", folder / "keys")


async def back(places: dict[str, Any], copies: Taken, **more: Any) -> Restored:
    chosen = {"main": copies.main, "keyring": copies.keyring, **more}
    return await restore(build(places), SystemClock(), **chosen)


async def test_a_hub_comes_back_on_a_new_machine(places: dict[str, Any], tmp_path: Path) -> None:
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
        await hub.vault.seal(OWNER, "token", "later", SECRET, actor="test")
        last, name = await hub.audit.checkpoint(), hub.identity.hub
    new = {"folder": str(tmp_path / "new"), "key": {"provider": "file", "path": f"{places['folder']}/hub.key"}}
    done = await back(new, copies)
    assert (done.hub, done.orphans, done.rows) == (name, 0, copies.main_rows + copies.keyring_rows)
    async with hub_at(new) as hub:
        assert await everything(hub) == {f"{OWNER}-{number}" for number in range(5)}
        assert hub.identity.generation > 1
        assert (await hub.audit.verify()).whole
        assert last is not None
        assert not await hub.audit.remembers(last)


async def test_a_hub_moves_from_one_database_to_the_other(places: dict[str, Any], tmp_path: Path, server: Any) -> None:
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    other: dict[str, Any] = {
        "folder": str(tmp_path / "other"),
        "key": {"provider": "file", "path": f"{places['folder']}/hub.key"},
    }
    if "database" not in places:
        other["database"] = server.database()
        other["keyring"] = f"{other['database']}?schema=keys"
    await back(other, copies)
    async with hub_at(other) as hub:
        assert await everything(hub, OTHER) == {f"{OTHER}-{number}" for number in range(5)}
        await hub.vault.rotate(OTHER, actor="test")


async def test_a_copy_is_whole_while_the_hub_works(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        await filled(hub)

        async def work() -> None:
            for number in range(10):
                await hub.vault.seal(OWNER, "token", "r0", Secret(f"n{number}"), actor="test")
                await hub.vault.rotate(OWNER, actor="test")

        working = asyncio.ensure_future(work())
        copies = [await taken(hub, tmp_path / f"{number}") for number in range(3)]
        await working
    for number, one in enumerate(copies):
        folder = tmp_path / f"back{number}"
        new = {"folder": str(folder), "key": {"provider": "file", "path": str(tmp_path / "hub" / "hub.key")}}
        done = await back(new, one)
        assert done.orphans == 0
        async with hub_at(new) as hub:
            await hub.vault.resume()
            assert len(await everything(hub)) == 5


async def test_copies_are_for_their_owner_and_hold_nothing_that_opens(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    key = (tmp_path / "hub" / "hub.key").read_text().split()[-1]
    for path in (copies.main, copies.keyring):
        content = gzip.decompress(path.read_bytes()).decode()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert str(OWNER) + "-1" not in content
        assert key not in content
    assert "wrapped" not in gzip.decompress(copies.main.read_bytes()).decode()
    assert "secrets" not in gzip.decompress(copies.keyring.read_bytes()).decode()


async def test_both_copies_in_one_folder_are_refused(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        with pytest.raises(BackupRefused, match="one folder"):
            await take(hub, tmp_path / "x", tmp_path / "y" / ".." / "x")


async def test_keys_that_change_too_fast_are_not_half_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        monkeypatch.setattr("hub.backup.taking._complete", lambda *_: False)
        with pytest.raises(BackupRefused, match="too fast"):
            await taken(hub, tmp_path)


async def test_copies_of_the_keyring_live_for_seven_days(tmp_path: Path) -> None:
    clock = ToldClock()
    async with hub_in(tmp_path / "hub", clock) as hub:
        first = await taken(hub, tmp_path)
        clock.pass_(6 * 86400)
        assert (await taken(hub, tmp_path)).removed == ()
        clock.pass_(2 * 86400)
        assert (await taken(hub, tmp_path)).removed == (first.keyring,)
    assert first.main.exists()
    assert NOON.strftime("%Y%m%d") in first.main.name


async def test_nothing_is_overwritten_unasked_and_what_was_there_is_kept(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
        await hub.vault.seal(OWNER, "token", "later", SECRET, actor="test")
    with pytest.raises(BackupRefused, match="already"):
        await back(places, copies)
    done = await back(places, copies, replace=True)
    again = await back(places, copies, replace=True)
    assert len({*done.aside, *again.aside}) == 4
    assert all(path.exists() for path in (*done.aside, *again.aside))
    assert again.generation > done.generation
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5


async def test_postgresql_is_replaced_when_asked(places: dict[str, Any], tmp_path: Path) -> None:
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
        await hub.vault.seal(OWNER, "token", "later", SECRET, actor="test")
    await back(places, copies, replace=True)
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5
        async with hub.main.reading() as connection:
            assert [entry.event.action async for entry in rows.entries(connection)]


async def test_one_store_alone_can_be_brought_back(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    (tmp_path / "hub" / "hub.db").write_bytes(b"damaged")
    done = await back(places, copies, keyring=None, replace=True)
    assert done.orphans is None
    (tmp_path / "hub" / "keyring.db").unlink()
    await back(places, copies, main=None)
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5


async def test_what_was_shredded_since_stays_shredded(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
        await hub.vault.shred(OWNER, actor="test")
        await hub.vault.shred(OWNER, actor="test")
    await back(places, copies, replace=True)
    async with hub_at(places) as hub:
        with pytest.raises(ConnectionShredded):
            await hub.vault.seal(OWNER, "token", "r9", SECRET, actor="test")
        assert (await hub.vault.proof()).orphans == 5
        assert len(await everything(hub, OTHER)) == 5


async def test_secrets_without_a_key_are_counted(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
        await hub.vault.rotate(OWNER, actor="test")
        later = await taken(hub, tmp_path / "later")
    done = await back(places, copies, keyring=later.keyring, replace=True)
    assert done.orphans == 5


async def test_a_wrong_key_is_told_before_anything_is_changed(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    async with hub_in(tmp_path / "other"):
        pass
    new = {"folder": str(tmp_path / "new"), "key": {"provider": "file", "path": str(tmp_path / "other" / "hub.key")}}
    with pytest.raises(NotFound):
        await back(new, copies)
    missing = {"folder": str(tmp_path / "new"), "key": {"provider": "file", "path": str(tmp_path / "none")}}
    with pytest.raises(NotFound):
        await back(missing, copies)
    assert not (tmp_path / "new").exists()


async def test_a_customers_locked_key_keeps_nobody_from_restoring(tmp_path: Path) -> None:
    from hub_side import with_keys

    key = BrittleKey()
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await filled(hub)
        copies = await taken(hub, tmp_path)
    key.fault = Corrupt("locked")
    settings = with_keys(build(places), contoso=key)
    done = await restore(settings, SystemClock(), main=copies.main, keyring=copies.keyring, replace=True)
    assert done.orphans == 0


async def test_copies_of_different_hubs_do_not_mix(tmp_path: Path) -> None:
    copies = []
    for name in ("a", "b"):
        async with hub_in(tmp_path / name) as hub:
            await filled(hub)
            copies.append(await taken(hub, tmp_path / f"of {name}"))
    key = {"provider": "file", "path": str(tmp_path / "b" / "hub.key")}
    with pytest.raises(BackupRefused, match="different hubs"):
        await back({"folder": str(tmp_path / "new"), "key": key}, copies[0], keyring=copies[1].keyring)
    with pytest.raises(BackupRefused, match="different hubs"):
        await back({"folder": str(tmp_path / "b")}, copies[0], keyring=None, replace=True)


async def test_a_copy_that_is_no_copy_is_refused(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    whole = copies.main.read_bytes()
    plain = gzip.decompress(whole).splitlines(keepends=True)
    end = json.loads(plain[-1])
    wrong = {
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:200] + bytes((whole[200] ^ 1,)) + whole[201:],
        "no archive": b"something else",
        "empty": b"",
        "nothing in it": gzip.compress(b""),
        "a line less": gzip.compress(b"".join(plain[:5] + plain[6:])),
        "a line changed": gzip.compress(b"".join(plain).replace(b"contoso", b"fabrika")),
        "no end": gzip.compress(b"".join(plain[:-1])),
        "another end": gzip.compress(b"".join(plain[:-1]) + json.dumps(end | {"rows": 1}).encode()),
        "no header": gzip.compress(b"[]\n" + plain[-1]),
    }
    for name, content in wrong.items():
        copy = tmp_path / "copy.gz"
        copy.write_bytes(content)
        with pytest.raises(BackupRefused):
            header_of(copy)
        with pytest.raises(BackupRefused):
            await back(places, copies, main=copy, replace=True)
        assert name
    with pytest.raises(BackupRefused, match="no backup"):
        await back(places, copies, main=tmp_path / "none", replace=True)
    with pytest.raises(BackupRefused, match="not of the main store"):
        await back(places, copies, main=copies.keyring, replace=True)
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5


def resealed(path: Path, change: Any) -> Path:
    """The copy with its lines changed, and a sum that fits."""
    import hashlib

    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    body = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in change(lines[:-1]))
    end = {"rows": lines[-1]["rows"], "sha256": hashlib.sha256(body).hexdigest()}
    copy = path.with_name("changed.gz")
    copy.write_bytes(gzip.compress(body + json.dumps(end).encode() + b"\n"))
    return copy


async def test_a_copy_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)

    def newer(field: str, value: Any) -> Any:
        return lambda lines: [{**lines[0], field: value}, *lines[1:]]

    with pytest.raises(BackupRefused, match="newer"):
        await back(places, copies, main=resealed(copies.main, newer("doorlight", 2)), replace=True)
    with pytest.raises(SchemaUnknown):
        await back(places, copies, main=resealed(copies.main, newer("schema", "9999")), replace=True)
    more = resealed(copies.main, lambda lines: [*lines, {"table": "other", "columns": []}])
    with pytest.raises(BackupRefused, match="table"):
        await back(places, copies, main=more, replace=True)
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5


async def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        copies = await taken(hub, tmp_path)
    away = {
        "folder": str(tmp_path / "hub"),
        "database": "postgresql://hub@127.0.0.1:1/x",
        "keyring": "postgresql://hub@127.0.0.1:1/y",
    }
    with pytest.raises(StoreUnreachable):
        await back(away, copies)


async def test_a_keyring_that_cannot_be_read_hides_no_shredding_but_stops_nobody(tmp_path: Path) -> None:
    places = {"folder": str(tmp_path / "hub")}
    async with hub_at(places) as hub:
        await filled(hub)
        copies = await taken(hub, tmp_path)
    (tmp_path / "hub" / "keyring.db").write_bytes(b"damaged")
    await back(places, copies, replace=True)
    async with hub_at(places) as hub:
        assert len(await everything(hub)) == 5


async def test_an_empty_store_has_nothing_to_copy(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        async with hub.main.transaction() as connection:
            await connection.execute(text("DELETE FROM identity"))
        with pytest.raises(BackupRefused, match="empty"):
            await taken(hub, tmp_path)
        assert list((tmp_path / "main").iterdir()) == []
