"""The stores: durable, exclusive where they must be, honest about what they are, the same on both databases."""
# ruff: noqa: ASYNC240 - the tests look at small files

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgres import Postgres
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from device.model.errors import SettingsError
from hub.errors import SchemaUnknown, StoreDamaged, StoresDisagree, StoreUnreachable
from hub.settings import build
from hub.store import Address, Store, StoreKind, address_of, engine, open_store
from hub.store.notices import MISSED, PAYLOAD_LIMIT
from hub.store.schema import revisions
from hub.store.tables.leases import LEASES
from hub.store.tables.secrets import SECRETS

SECOND = timedelta(seconds=1)


@asynccontextmanager
async def opened(places: dict[str, Any], kind: StoreKind = StoreKind.MAIN) -> AsyncIterator[Store]:
    settings = build(places)
    async with open_store(settings.database if kind is StoreKind.MAIN else settings.keyring, kind) as store:
        yield store


async def put(store: Store, name: str) -> None:
    async with store.transaction() as connection:
        await connection.execute(insert(LEASES).values(name=name, holder="h", term=1, expires_at=0))


async def names(store: Store) -> set[str]:
    async with store.reading() as connection:
        return set((await connection.execute(select(LEASES.c.name))).scalars())


async def test_what_a_transaction_wrote_is_there_after_a_new_start(places: dict[str, Any]) -> None:
    async with opened(places) as store:
        await put(store, "a")
    async with opened(places) as store:
        assert await names(store) == {"a"}


async def test_a_transaction_that_fails_leaves_nothing(places: dict[str, Any]) -> None:
    async with opened(places) as store:
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block is what fails
            async with store.transaction() as connection:
                await connection.execute(insert(LEASES).values(name="a", holder="h", term=1, expires_at=0))
                raise ZeroDivisionError
        assert await names(store) == set()


async def test_who_is_second_is_told_so(places: dict[str, Any]) -> None:
    async with opened(places) as store:
        await put(store, "a")
        with pytest.raises(IntegrityError):
            await put(store, "a")


async def test_writers_do_not_lose_each_others_work(places: dict[str, Any]) -> None:
    async with opened(places) as one, opened(places) as two:
        await asyncio.gather(
            *(put(store, f"{n}-{number}") for n, store in ((1, one), (2, two)) for number in range(20))
        )
        assert len(await names(one)) == 40


@pytest.mark.parametrize("kind", StoreKind)
async def test_migrations_make_the_very_tables_that_the_code_knows(places: dict[str, Any], kind: StoreKind) -> None:
    def differences(connection: Any) -> Any:
        options = {"version_table": kind.version_table, "compare_type": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), kind.metadata)

    async with opened(places, kind) as store, store.reading() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("kind", StoreKind)
def test_migrations_are_one_line_without_forks(kind: StoreKind) -> None:
    assert len(revisions(kind)) == len(set(revisions(kind))) >= 1


async def test_hubs_that_start_together_make_the_tables_once(places: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        stores = await asyncio.gather(*(stack.enter_async_context(opened(places)) for _ in range(4)))
        await put(stores[0], "a")
        assert await names(stores[3]) == {"a"}


async def test_a_newer_schema_is_refused_with_a_sentence(places: dict[str, Any]) -> None:
    async with opened(places) as store, store.transaction() as connection:
        await connection.execute(text("UPDATE doorlight_main SET version_num = '9999'"))
    with pytest.raises(SchemaUnknown, match="newer Doorlight"):
        async with opened(places):
            pass


async def test_the_two_stores_are_not_taken_for_each_other(places: dict[str, Any]) -> None:
    async with opened(places):
        pass
    with pytest.raises(StoresDisagree):
        async with open_store(build(places).database, StoreKind.KEYRING):
            pass


@pytest.mark.parametrize("content", [b"no database at all, but a letter to somebody", b"\0" * 4096])
async def test_a_damaged_file_is_refused_and_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.db").write_bytes(content)
    with pytest.raises(StoreDamaged) as refused:
        async with opened({"folder": str(tmp_path)}):
            pass
    assert "doorlight hub restore" in refused.value.hint
    assert (tmp_path / "hub.db").read_bytes() == content


async def test_overwritten_pages_are_noticed(tmp_path: Path) -> None:
    async with opened({"folder": str(tmp_path)}) as store:
        for number in range(200):
            await put(store, f"{number:0100}")
        await store.scrub()
    file = tmp_path / "hub.db"
    content = bytearray(file.read_bytes())
    content[8192:40960] = bytes(range(256)) * 128
    file.write_bytes(content)
    with pytest.raises(StoreDamaged):
        async with opened({"folder": str(tmp_path)}):
            pass


async def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hub.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    with pytest.raises(StoreDamaged, match="not one of Doorlight"):
        async with opened({"folder": str(tmp_path)}):
            pass


async def test_files_are_for_their_owner_alone_and_synced(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    async with opened({"folder": str(folder)}) as store, store.reading() as connection:
        pragmas = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_deleted_bytes_leave_the_files(tmp_path: Path) -> None:
    canary = b"canary-of-a-sealed-secret"
    async with opened({"folder": str(tmp_path)}) as store:
        async with store.transaction() as connection:
            row = {"tenant": "t", "connection": "c", "kind": "k", "record": "r", "version": 1, "ck_id": "x"}
            at = datetime(2026, 1, 1, tzinfo=UTC)
            await connection.execute(insert(SECRETS).values(**row, sealed=canary, sealed_at=at))
        assert any(canary in path.read_bytes() for path in tmp_path.iterdir())
        async with store.transaction() as connection:
            await connection.execute(SECRETS.delete())
        assert await store.scrub()
        assert not any(canary in path.read_bytes() for path in tmp_path.iterdir())


async def test_scrubbing_gives_way_to_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CARE", (*engine._CARE, "PRAGMA busy_timeout = 50"))
    async with opened({"folder": str(tmp_path)}) as store:
        async with store.reading() as reader:
            await reader.execute(select(LEASES))
            await put(store, "a")
            assert not await store.scrub()
        assert await store.scrub()


async def test_scrubbing_gives_way_to_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CARE", (*engine._CARE, "PRAGMA busy_timeout = 50"))
    async with opened({"folder": str(tmp_path)}) as store:
        with closing(sqlite3.connect(tmp_path / "hub.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not await store.scrub()
            other.execute("ROLLBACK")
        assert await store.scrub()


async def test_scrubbing_a_store_that_is_away_is_put_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: Any) -> bool:
        raise StoreUnreachable("away")

    async with opened({"folder": str(tmp_path)}) as store:
        monkeypatch.setattr(store, "_scrubbed", away)
        assert not await store.scrub()
    assert "deleted bytes stay for now: away" in caplog.text


async def test_a_store_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnreachable):
        async with opened({"folder": str(tmp_path / "file")}):
            pass


async def test_a_busy_file_counts_as_unreachable(tmp_path: Path) -> None:
    async with opened({"folder": str(tmp_path)}) as store:
        async with store.reading() as connection:
            await connection.execute(text("PRAGMA busy_timeout = 20"))
        with closing(sqlite3.connect(tmp_path / "hub.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnreachable, match="busy"):
                await put(store, "a")
            other.execute("ROLLBACK")
        await put(store, "a")


async def test_a_full_disk_counts_as_unreachable(tmp_path: Path) -> None:
    async with opened({"folder": str(tmp_path)}) as store:
        async with store.reading() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(StoreUnreachable, match="full"):  # noqa: PT012 - the first that does not fit
            for number in range(1000):
                await put(store, f"{number:0200}")


async def test_a_server_that_is_away_counts_as_unreachable(server: Postgres) -> None:
    address = address_of(f"postgresql://hub@127.0.0.1:1/{'x'}", Path(), "database")
    with pytest.raises(StoreUnreachable):
        async with open_store(address, StoreKind.MAIN):
            pass


async def test_a_store_comes_back_with_its_server(server: Postgres) -> None:
    places = {"folder": "unused", "database": server.database(), "keyring": f"{server.database()}?schema=k"}
    async with opened(places) as store:
        await put(store, "before")
        async with store.listen("rooms") as heard:
            await asyncio.to_thread(server.stop, "immediate")
            with pytest.raises(StoreUnreachable):
                await put(store, "meanwhile")
            with pytest.raises(StoreUnreachable):
                await store.notify("rooms", "lost")
            await asyncio.to_thread(server.start)
            await put(store, "after")
            assert await names(store) == {"before", "after"}
            assert await asyncio.wait_for(anext(heard), 60) == MISSED
            await store.notify("rooms", "aurora")
            assert await asyncio.wait_for(anext(heard), 60) == "aurora"


async def test_words_reach_every_listener_of_their_channel_in_order(places: dict[str, Any]) -> None:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(places))
        one, two, other = [
            await stack.enter_async_context(store.listen(channel)) for channel in ("rooms", "rooms", "keys")
        ]
        for number in range(20):
            await store.notify("rooms", str(number))
        await store.notify("keys", "x")
        for heard in (one, two):
            assert [await asyncio.wait_for(anext(heard), 30) for _ in range(20)] == [str(n) for n in range(20)]
        assert await asyncio.wait_for(anext(other), 30) == "x"


async def test_a_listener_that_cannot_listen_leaves_nothing_open(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    async def refuse(*_: Any, **__: Any) -> Any:
        raise psycopg.OperationalError

    async with opened({"folder": "unused", "database": server.database()}) as store:
        monkeypatch.setattr(psycopg.AsyncConnection, "execute", refuse)
        with pytest.raises(StoreUnreachable):
            async with store.listen("rooms"):
                pass


async def test_an_inbox_can_be_gone_through(tmp_path: Path) -> None:
    async with opened({"folder": str(tmp_path)}) as store, store.listen("rooms") as heard:
        await store.notify("rooms", "aurora")
        async for payload in heard:
            assert payload == "aurora"
            break


async def test_words_reach_another_process(server: Postgres) -> None:
    places = {"folder": "unused", "database": server.database()}
    async with opened(places) as one, opened(places) as two, two.listen('ro"oms') as heard:
        await one.notify('ro"oms', "aurora")
        assert await asyncio.wait_for(anext(heard), 30) == "aurora"


async def test_nobody_can_listen_to_a_server_that_is_away() -> None:
    store = Store(address_of("postgresql://hub@127.0.0.1:1/x", Path(), "database"), StoreKind.MAIN, _no_engine())
    with pytest.raises(StoreUnreachable):
        async with store.listen("rooms"):
            pass
    with pytest.raises(StoreUnreachable):
        await store.notify("rooms", "x")


def _no_engine() -> Any:
    return None


async def test_a_listener_that_sleeps_is_told_that_it_missed_something(tmp_path: Path) -> None:
    async with opened({"folder": str(tmp_path)}) as store, store.listen("rooms") as heard:
        for number in range(1500):
            await store.notify("rooms", str(number))
        assert await anext(heard) == MISSED
        assert await anext(heard) == "1001"


@pytest.mark.parametrize("payload", ["", "x" * (PAYLOAD_LIMIT + 1)])
async def test_impossible_words_are_refused(tmp_path: Path, payload: str) -> None:
    async with opened({"folder": str(tmp_path)}) as store:
        with pytest.raises(ValueError, match="payload"):
            await store.notify("rooms", payload)


async def test_a_lease_has_one_holder_at_a_time(places: dict[str, Any]) -> None:
    async with opened(places) as one, opened(places) as two:
        taken = await asyncio.gather(
            *(store.lease("renewals", f"hub-{n}", 60 * SECOND) for n, store in enumerate((one, two) * 5))
        )
        holders = {lease.holder for lease in taken if lease}
        assert len(holders) == 1
        assert await one.lease("other", "hub-x", SECOND) is not None


async def test_a_lease_is_renewed_by_its_holder_and_runs_out_by_the_databases_clock(places: dict[str, Any]) -> None:
    async with opened(places) as store:
        first = await store.lease("renewals", "a", 60 * SECOND)
        again = await store.lease("renewals", "a", 0.2 * SECOND)
        assert first is not None
        assert again == first
        assert await store.lease("renewals", "a", timedelta()) == first
        await asyncio.sleep(0.01)
        taken = await store.lease("renewals", "b", 60 * SECOND)
        assert taken is not None
        assert (taken.holder, taken.term) == ("b", first.term + 1)
        assert await store.lease("renewals", "a", 60 * SECOND) is None


async def test_a_lease_that_was_given_back_is_free(places: dict[str, Any]) -> None:
    async with opened(places) as store:
        await store.lease("renewals", "a", 60 * SECOND)
        await store.release("renewals", "b")
        assert await store.lease("renewals", "b", 60 * SECOND) is None
        await store.release("renewals", "a")
        taken = await store.lease("renewals", "b", 60 * SECOND)
        assert taken is not None
        assert taken.term == 2


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", "default.db"),
        ("hub/file.db", "hub/file.db"),
        ("postgresql://hub:pw@db.example/doorlight", "postgresql://hub:***@db.example/doorlight"),
        (
            "postgresql://hub:pw@db.example/d?schema=keys&sslmode=require",
            "postgresql://hub:***@db.example/d?schema=keys",
        ),
    ],
)
def test_a_place_is_shown_without_its_password(written: str, shown: str) -> None:
    address = address_of(written, Path("default.db"), "database")
    assert str(address) == shown
    assert repr(address) == f"Address({shown})"


def test_a_postgresql_address_keeps_what_the_driver_needs() -> None:
    address = address_of("postgresql://hub:pw@db.example/d?schema=keys&sslmode=require", Path(), "database")
    assert address.conninfo == "postgresql://hub:pw@db.example/d?sslmode=require"
    assert "search_path=keys" in address.options
    assert address.file is None


@pytest.mark.parametrize(
    "written", ["mysql://x/y", "postgresql://host", "postgresql://h/d?schema=A;drop", "://", "postgresql://h:x/d"]
)
def test_an_impossible_place_is_refused(written: str) -> None:
    with pytest.raises(SettingsError):
        address_of(written, Path(), "database")


def test_two_stores_in_one_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="one place"):
        build({"folder": str(tmp_path), "database": str(tmp_path / "x"), "keyring": str(tmp_path / "x")})


async def test_postgresqls_driver_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(SettingsError, match="driver"):
        async with open_store(address_of("postgresql://hub@127.0.0.1:1/x", Path(), "d"), StoreKind.MAIN):
            pass


def test_an_address_of_a_file_knows_it() -> None:
    address: Address = address_of("", Path("a.db"), "database")
    assert address.file == Path("a.db")
