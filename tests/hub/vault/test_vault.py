"""The vault: what was sealed comes out for its owner, after it was written down, and never otherwise."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from hub_side import OTHER, OWNER, SECRET, BrittleKey, ToldClock, hub_at, hub_in
from sqlalchemy import text, update

from device.model.errors import SettingsError
from device.model.secret import Secret
from hub.audit import rows
from hub.audit.entry import Entry
from hub.errors import AuditUnavailable
from hub.foundation import Foundation
from hub.store.tables.keys import CONNECTION_KEYS
from hub.store.tables.secrets import SEALING, SECRETS
from hub.vault.errors import (
    ConnectionLocked,
    ConnectionShredded,
    Corrupt,
    Denied,
    KeyUnreachable,
    NotFound,
    SecretDamaged,
    SecretNotFound,
    Unreachable,
    VaultError,
)
from hub.vault.keyring import KeySource
from hub.vault.owner import AUDIT


async def seal(hub: Foundation, secret: Secret = SECRET, record: str = "main", owner: Any = OWNER) -> int:
    return await hub.vault.seal(owner, "token", record, secret, actor="test")


async def opened(hub: Foundation, record: str = "main", owner: Any = OWNER) -> str:
    return (await hub.vault.open(owner, "token", record, actor="test", purpose="mint")).reveal()


async def entries(hub: Foundation) -> list[Entry]:
    async with hub.main.reading() as connection:
        return [entry async for entry in rows.entries(connection)]


async def test_a_secret_comes_back_after_a_new_start(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        assert await seal(hub) == 1
        assert await opened(hub) == SECRET.reveal()
    async with hub_at(places) as hub:
        assert await opened(hub) == SECRET.reveal()
        assert [place.record for place in await hub.vault.places(OWNER)] == ["main"]


async def test_a_new_secret_takes_the_place_of_the_old_one(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        versions = [await seal(hub, Secret(f"secret-{number}")) for number in range(5)]
        assert versions == [1, 2, 3, 4, 5]
        assert await opened(hub) == "secret-4"


async def test_many_secrets_at_once_are_kept_apart(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        names = [(owner, f"r{number}") for owner in (OWNER, OTHER) for number in range(15)]
        await asyncio.gather(*(seal(hub, Secret(f"{owner}-{name}"), name, owner) for owner, name in names))
        found = await asyncio.gather(*(opened(hub, name, owner) for owner, name in names))
        assert found == [f"{owner}-{name}" for owner, name in names]
        proof = await hub.vault.proof()
        assert {key.owner: key.secrets for key in proof.keys} == {AUDIT: 1, OWNER: 15, OTHER: 15}
        assert (proof.orphans, proof.outdated) == (0, 0)


async def test_two_hubs_on_one_database_share_a_connections_first_key(places: dict[str, Any]) -> None:
    async with hub_at(places) as one, hub_at(places) as two:
        await asyncio.gather(*(seal(hub, record=f"{n}") for n, hub in enumerate((one, two) * 4)))
        assert [await opened(hub, f"{n}") for n, hub in enumerate((two, one) * 4)] == [SECRET.reveal()] * 8
        assert len(await one.vault.safe.keyring.rows(OWNER)) == 1
        assert one.audit.public_key == two.audit.public_key


async def test_what_was_forgotten_is_not_found(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        await seal(hub)
        assert await hub.vault.forget(OWNER, "token", "main", actor="test")
        assert not await hub.vault.forget(OWNER, "token", "main", actor="test")
        with pytest.raises(SecretNotFound):
            await opened(hub)
        assert await seal(hub) == 2


async def test_a_release_is_written_down_first_and_without_the_value(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        await opened(hub)
        with pytest.raises(SecretNotFound):
            await opened(hub, "none")
        told = [entry.event for entry in await entries(hub)]
        assert [(one.action, one.outcome) for one in told] == [
            ("secret.seal", "ok"),
            ("secret.open", "ok"),
            ("secret.open", "SecretNotFound"),
        ]
        assert told[1].objects["purpose"] == "mint"
        assert told[0].objects["value"] == told[1].objects["value"]
        assert SECRET.reveal() not in repr(told)
        assert len(told[0].objects["value"]) == 64


@pytest.mark.parametrize("act", ["open", "seal", "forget", "enrol", "rotate", "rewrap", "shred"])
async def test_nothing_happens_where_it_cannot_be_written_down(tmp_path: Path, act: str) -> None:
    async with hub_in(tmp_path, customer=BrittleKey()) as hub:
        await seal(hub)
        before = await hub.vault.proof()
        async with hub.main.transaction() as connection:
            await connection.execute(text("DROP TABLE audit_entries"))
        acts = {
            "open": lambda: opened(hub),
            "seal": lambda: seal(hub, Secret("other")),
            "forget": lambda: hub.vault.forget(OWNER, "token", "main", actor="test"),
            "enrol": lambda: hub.vault.enrol(OWNER, "customer", actor="test"),
            "rotate": lambda: hub.vault.rotate(OWNER, actor="test"),
            "rewrap": lambda: hub.vault.rewrap(actor="test"),
            "shred": lambda: hub.vault.shred(OWNER, actor="test"),
        }
        with pytest.raises(AuditUnavailable) as refused:
            await acts[act]()
        assert refused.value.hint
        assert await hub.vault.proof() == before
        assert (await hub.vault.safe.open((await hub.vault.places(OWNER))[0])).reveal() == SECRET.reveal()


async def test_a_full_disk_releases_nothing(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        async with hub.main.reading() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        released = 0
        with pytest.raises(AuditUnavailable):  # noqa: PT012 - the first that cannot be written down
            for _ in range(2000):
                await opened(hub)
                released += 1
        assert sum(entry.event.action == "secret.open" for entry in await entries(hub)) == released


async def test_a_row_that_was_moved_or_changed_does_not_open(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub, Secret("mine"), "a")
        await seal(hub, Secret("yours"), "b")
        await seal(hub, Secret("theirs"), "a", OTHER)

        async def change(**values: Any) -> None:
            async with hub.main.transaction() as connection:
                await connection.execute(
                    update(SECRETS).where((SECRETS.c.tenant == "contoso") & (SECRETS.c.record == "a")).values(**values)
                )

        async with hub.main.reading() as connection:
            found = {(row.tenant, row.record): row for row in await connection.execute(SECRETS.select())}
        mine = found["contoso", "a"]
        for other in (found["contoso", "b"], found["fabrikam", "a"]):
            await change(sealed=other.sealed, version=other.version, ck_id=other.ck_id)
            with pytest.raises(SecretDamaged):
                await opened(hub, "a")
        await change(sealed=mine.sealed, version=mine.version + 1, ck_id=mine.ck_id)
        with pytest.raises(SecretDamaged):
            await opened(hub, "a")
        await change(version=mine.version)
        assert await opened(hub, "a") == "mine"


async def test_a_secret_whose_key_is_lost_says_so(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        async with hub.main.transaction() as connection:
            await connection.execute(update(SECRETS).where(SECRETS.c.tenant == "contoso").values(ck_id="gone"))
        with pytest.raises(SecretDamaged, match="keyring has no key"):
            await opened(hub)
        assert (await hub.vault.proof()).orphans == 1
        assert (await hub.vault.proof(OTHER)).orphans == 0


async def test_a_connection_whose_present_key_is_lost_seals_nothing(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        async with hub.main.transaction() as connection:
            await connection.execute(update(SEALING).where(SEALING.c.tenant == "contoso").values(ck_id="gone"))
        with pytest.raises(KeyUnreachable, match="changes all the time"):
            await seal(hub)


async def test_a_first_key_that_was_left_in_the_keyring_is_used_up(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        row, _ = await hub.vault.safe.custody.make(OWNER, "hub")
        await hub.vault.safe.keyring.add_first(row)
        await seal(hub)
        assert [one.ck_id for one in await hub.vault.safe.keyring.rows(OWNER)] == [row.ck_id]


async def test_the_kek_is_asked_once_for_a_crowd_and_again_when_the_cache_has_run_out(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, hub=key) as hub:
        await seal(hub)
        clock.pass_(61)
        key.calls.clear()
        await asyncio.gather(*(opened(hub) for _ in range(20)))
        assert key.calls == ["unwrap"]
        clock.pass_(59)
        await opened(hub)
        assert key.calls == ["unwrap"]
        clock.pass_(2)
        await opened(hub)
        assert key.calls == ["unwrap"] * 2


async def test_without_a_cache_the_kek_is_asked_each_time(tmp_path: Path) -> None:
    key = BrittleKey()
    async with hub_at({"folder": str(tmp_path), "key_cache": "0s"}, hub=key) as hub:
        await seal(hub)
        key.calls.clear()
        for _ in range(3):
            await opened(hub)
        assert key.calls == ["unwrap"] * 3


async def test_the_context_names_the_connection_and_no_person(tmp_path: Path) -> None:
    key = BrittleKey()
    async with hub_in(tmp_path, hub=key) as hub:
        await seal(hub)
    assert {"app": "doorlight", "tenant": "contoso", "connection": "c1", "kind": "ck"} in key.contexts
    assert all(set(context) == {"app", "tenant", "connection", "kind"} for context in key.contexts)


async def test_a_kek_that_gives_back_something_else_locks_nothing(tmp_path: Path) -> None:
    class Forgetful(BrittleKey):
        async def unwrap(self, wrapped: Any, context: Any) -> bytes:
            return bytes(32)

    async with hub_in(tmp_path, customer=Forgetful()) as hub:
        await seal(hub)
        with pytest.raises(Corrupt, match="something else"):
            await hub.vault.enrol(OWNER, "customer", actor="test")
        assert await opened(hub) == SECRET.reveal()


async def test_a_kek_that_gives_back_too_little_is_not_believed(tmp_path: Path) -> None:
    class Short(BrittleKey):
        async def unwrap(self, wrapped: Any, context: Any) -> bytes:
            return (await super().unwrap(wrapped, context))[: 16 if self.fault_on == frozenset() else 32]

    clock, key = ToldClock(), Short()
    async with hub_in(tmp_path, clock, hub=key) as hub:
        await seal(hub)
        clock.pass_(61)
        key.fault_on = frozenset()
        with pytest.raises(ConnectionLocked, match="Corrupt"):
            await opened(hub)


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Denied("no"), ConnectionLocked), (Unreachable("away"), KeyUnreachable), (NotFound("x"), ConnectionLocked)],
)
async def test_a_first_key_that_cannot_be_made_is_told_as_it_is(
    tmp_path: Path, fault: Any, error: type[VaultError]
) -> None:
    key = BrittleKey()
    async with hub_in(tmp_path, hub=key) as hub:
        key.fault = fault
        with pytest.raises(error):
            await seal(hub)
        assert await hub.vault.safe.keyring.rows(OWNER) == ()


async def test_a_key_of_the_settings_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        with pytest.raises(NotFound, match="no key called"):
            await hub.vault.enrol(OWNER, "nobody", actor="test")
        await hub.vault.add_key(KeySource(name="s", provider="systemd_credential", options={}), actor="test")
        with pytest.raises(NotFound, match="systemd passed no credentials"):
            await hub.vault.enrol(OWNER, "s", actor="test")


async def test_an_enrolled_key_is_remembered_and_secrets_among_its_options_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    options = {"path": str(tmp_path / "contoso.key")}
    async with hub_in(folder) as hub:
        await hub.vault.add_key(KeySource(name="contoso", provider="file", options=options), actor="test")
        await seal(hub)
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        secret = {"address": "https://vault.example", "key": "k", "token": "hvs.x"}
        with pytest.raises(SettingsError, match="would be written down"):
            await hub.vault.add_key(KeySource(name="v", provider="vault_transit", options=secret), actor="test")
        with pytest.raises(SettingsError, match="names no key provider"):
            await hub.vault.add_key(KeySource(name="v", provider="nobody", options={}), actor="test")
        other = {"path": str(tmp_path / "other.key")}
        with pytest.raises(ValueError, match="another key"):
            await hub.vault.add_key(KeySource(name="contoso", provider="file", options=other), actor="test")
        await hub.vault.add_key(KeySource(name="contoso", provider="file", options=options), actor="test")
    async with hub_in(folder) as hub:
        assert await opened(hub) == SECRET.reveal()
        assert (await hub.vault.proof(OWNER)).keys[0].source == "contoso"


async def test_a_key_is_found_among_several(tmp_path: Path) -> None:
    async with hub_in(tmp_path / "hub") as hub:
        for name in ("a", "b", "c"):
            source = KeySource(name=name, provider="file", options={"path": str(tmp_path / name)})
            await hub.vault.add_key(source, actor="test")
        await hub.vault.enrol(OWNER, "b", actor="test")
        assert not (tmp_path / "a").exists()
        assert (tmp_path / "b").exists()


async def test_a_kek_that_was_lost_is_not_made_anew(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
    (tmp_path / "hub.key").unlink()
    with pytest.raises(ConnectionLocked, match="NotFound"):
        async with hub_in(tmp_path):
            pass
    assert not (tmp_path / "hub.key").exists()


async def test_a_shredded_connection_is_gone_for_good(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub, hub_at(places) as other:
        for number in range(3):
            await seal(hub, record=f"r{number}")
        await seal(hub, owner=OTHER)
        await opened(other, "r1")
        done = await hub.vault.shred(OWNER, actor="test")
        assert (done.keys, done.secrets, done.scrubbed) == (1, 3, True)
        with pytest.raises(ConnectionShredded):
            await opened(hub, "r1")
        with pytest.raises(ConnectionShredded):
            await seal(hub)
        assert await hub.vault.rotate(OWNER, actor="test") is None
        with pytest.raises(ConnectionShredded):
            await hub.vault.enrol(OWNER, "hub", actor="test")
        await other.watch.look()
        with pytest.raises(ConnectionShredded):
            await opened(other, "r1")
        assert await opened(hub, owner=OTHER) == SECRET.reveal()
        again = await hub.vault.shred(OWNER, actor="test")
        assert (again.keys, again.secrets) == (0, 0)
        status = hub.vault.status(OWNER)
        assert status is not None
        assert status.state == "shredded"
    async with hub_at(places) as hub:
        with pytest.raises(ConnectionShredded):
            await opened(hub, "r1")


async def test_a_shredded_key_leaves_the_keyrings_files(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        blob = (await hub.vault.safe.keyring.rows(OWNER))[0].wrapped.blob

        def there() -> bool:
            return any(blob in path.read_bytes() for path in tmp_path.iterdir())

        assert there()
        await hub.vault.shred(OWNER, actor="test")
        assert not there()


async def test_a_key_that_is_shredded_while_it_is_unwrapped_is_not_handed_out(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, hub=key) as hub:
        await seal(hub)
        clock.pass_(61)

        async def meanwhile(what: str) -> None:
            key.before = None
            await hub.vault.shred(OWNER, actor="test")

        key.before = meanwhile
        with pytest.raises(ConnectionShredded):
            await opened(hub)
        assert len(hub.vault.safe.custody._cache) <= 1


async def test_a_key_that_is_replaced_while_it_is_unwrapped_is_asked_for_anew(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, hub=key) as hub:
        await seal(hub)
        clock.pass_(61)

        async def meanwhile(what: str) -> None:
            key.before = None
            await hub.vault.rotate(OWNER, actor="test")

        key.before = meanwhile
        assert await opened(hub) == SECRET.reveal()
        assert key.before is None


async def test_a_keyring_without_a_key_is_told_at_enrolment(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        with pytest.raises(VaultError, match="no key for"):
            await hub.vault._finished(OWNER, "test")
        assert await hub.vault.rotate(OWNER, actor="test") is None


async def test_nothing_is_logged_that_is_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with hub_in(tmp_path) as hub:
        await seal(hub)
        await opened(hub)
        await hub.audit.checkpoint()
    assert SECRET.reveal() not in caplog.text
    assert "audit checkpoint" in caplog.text


def test_keys_columns_are_those_of_the_design() -> None:
    assert {"wrapped", "provider", "kek_id", "kek_version", "context", "state"} <= set(CONNECTION_KEYS.c.keys())
