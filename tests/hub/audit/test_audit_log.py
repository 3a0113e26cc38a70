"""The log of a running hub: durable before it returns, one chain whoever writes, signed in time, kept no longer than
asked, and never a reason to release anything unwritten.
"""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_side import OWNER, SECRET, ToldClock, hub_at, hub_in
from sqlalchemy import delete, text, update

from device.model.errors import SettingsError
from device.model.secret import Secret
from hub.audit import AuditLog, Checkpoint, Event, rows
from hub.audit.checkpoint import Signer
from hub.audit.export import exported, read_lines
from hub.audit.log import SIGN_EVERY
from hub.errors import AuditUnavailable, StoreUnreachable
from hub.foundation import Foundation
from hub.store.tables.audit import ENTRIES


def event(number: int = 0, actor: str = "test") -> Event:
    return Event(actor=actor, action="test", objects={"number": str(number)})


async def count(hub: Foundation) -> int:
    async with hub.main.reading() as connection:
        return len([entry async for entry in rows.entries(connection)])


async def test_writers_of_several_hubs_keep_one_chain(places: dict[str, Any]) -> None:
    async with hub_at(places) as one, hub_at(places) as two:
        written = await asyncio.gather(
            *(hub.audit.append(event(number)) for number in range(150) for hub in (one, two))
        )
        assert sorted(entry.seq for entry in written) == list(range(1, 301))
        await two.audit.checkpoint()
        verdict = await one.audit.verify()
        assert (verdict.entries, verdict.signed, verdict.faults) == (300, 300, ())


async def test_the_chain_goes_on_after_a_new_start(places: dict[str, Any]) -> None:
    for start in range(3):
        async with hub_at(places) as hub:
            assert (await hub.audit.append(event())).seq == start + 1
            assert (await hub.audit.verify()).whole


async def test_a_crowd_shares_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub_in(tmp_path) as hub:
        heads, real = 0, rows.lock_head

        async def counted(connection: Any) -> Any:
            nonlocal heads
            heads += 1
            return await real(connection)

        monkeypatch.setattr(rows, "lock_head", counted)
        await asyncio.gather(*(hub.audit.append(event(number)) for number in range(200)))
        assert heads < 10


async def test_who_goes_away_takes_nobody_elses_entry_along(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        asked = [asyncio.ensure_future(hub.audit.append(event(number))) for number in range(20)]
        await asyncio.sleep(0)
        for one in asked[::2]:
            one.cancel()
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert all(not isinstance(outcome, BaseException) for outcome in outcomes[1::2])
        assert (await hub.audit.verify()).whole


async def test_it_is_signed_every_thousand_entries(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    heard: list[Checkpoint] = []
    async with hub_in(tmp_path) as hub:
        hub.audit.observers.append(heard.append)
        for start in range(0, 2 * SIGN_EVERY + 100, 100):
            await asyncio.gather(*(hub.audit.append(event(start + number)) for number in range(100)))
        assert len(heard) == 2
        assert all(one.genuine() and one.key == hub.audit.public_key for one in heard)
        assert heard[0].signature.hex() in caplog.text
        assert await hub.audit.remembers(heard[-1])


async def test_it_is_signed_when_it_is_due_and_not_again_without_news(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        assert await hub.audit.checkpoint() is None
        assert await hub.audit.sign_if_due() is None
        await hub.audit.append(event())
        signed = await hub.audit.sign_if_due()
        assert signed is not None
        assert signed.seq == 1
        assert await hub.audit.sign_if_due() is None


async def test_a_change_in_the_database_is_found(places: dict[str, Any]) -> None:
    async with hub_at(places) as hub:
        for number in range(20):
            await hub.audit.append(event(number))
        remembered = await hub.audit.checkpoint()
        assert remembered is not None
        assert await hub.audit.remembers(remembered)
        async with hub.main.transaction() as connection:
            await connection.execute(update(ENTRIES).where(ENTRIES.c.seq == 7).values(actor="nobody"))
        assert (await hub.audit.verify()).faults == ("Entry 7 was changed.",)
        async with hub.main.transaction() as connection:
            await connection.execute(update(ENTRIES).where(ENTRIES.c.seq == 7).values(objects='{"a": 1}'))
        assert not (await hub.audit.verify()).whole
        async with hub.main.transaction() as connection:
            await connection.execute(delete(ENTRIES).where(ENTRIES.c.seq > 15))
        assert "Entry 20 was signed and is missing." in (await hub.audit.verify(remembered)).faults
        assert not await hub.audit.remembers(remembered)


async def test_a_long_log_is_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_PAGE", 7)
    async with hub_in(tmp_path) as hub:
        for number in range(14):
            await hub.audit.append(event(number))
        assert await count(hub) == 14
        assert (await hub.audit.verify()).entries == 14


async def test_objects_that_are_none_are_found(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        for text_ in ("nonsense", "[]", '{"number": "0"}'):
            entry = await hub.audit.append(event())
            async with hub.main.transaction() as connection:
                await connection.execute(update(ENTRIES).where(ENTRIES.c.seq == entry.seq).values(objects=text_))
        assert len((await hub.audit.verify()).faults) == 3


async def test_a_foreign_checkpoint_is_not_remembered(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        entry = await hub.audit.append(event())
        assert not await hub.audit.remembers(Signer(Secret("22" * 32)).sign(1, 1, entry.at, entry.hash))


async def test_what_is_old_is_removed_under_a_signature(places: dict[str, Any]) -> None:
    clock = ToldClock()
    async with hub_at({**places, "audit_kept": "30d"}, clock) as hub:
        for number in range(10):
            await hub.audit.append(event(number))
        early = await hub.audit.checkpoint()
        assert early is not None
        clock.pass_(20 * 86400)
        for number in range(10, 15):
            await hub.audit.append(event(number))
        assert await hub.audit.prune() == 0
        await hub.audit.checkpoint()
        clock.pass_(11 * 86400)
        assert await hub.audit.prune() == 10
        assert await hub.audit.prune() == 0
        verdict = await hub.audit.verify(early)
        assert (verdict.entries, verdict.faults) == (6, ())
        assert await hub.audit.remembers(early)
        async with hub.main.reading() as connection:
            lines = [line async for line in exported(connection)]
        assert isinstance(next(iter(read_lines(lines))), Checkpoint)
        async with hub.main.transaction() as connection:
            await connection.execute(delete(ENTRIES).where(ENTRIES.c.seq == 11))
        assert not (await hub.audit.verify()).whole


def test_a_log_that_forgets_at_once_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(SettingsError):
        AuditLog(nothing, nothing, ToldClock(), timedelta(hours=23))


async def test_the_job_signs_prunes_and_outlives_a_store_that_is_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_in(tmp_path) as hub:
        monkeypatch.setattr("hub.audit.log.SIGN_WITHIN", timedelta())
        rounds, pruned = 0, 0

        async def sign() -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                raise StoreUnreachable("away")
            if rounds == 4:
                raise asyncio.CancelledError

        async def prune() -> int:
            nonlocal pruned
            pruned += 1
            return 0

        monkeypatch.setattr(hub.audit, "sign_if_due", sign)
        monkeypatch.setattr(hub.audit, "prune", prune)
        with pytest.raises(asyncio.CancelledError):
            await hub.audit.run()
        assert (rounds, pruned) == (4, 1)
        assert "cannot be signed: away" in caplog.text


async def test_where_nothing_can_be_written_everybody_is_told(tmp_path: Path) -> None:
    async with hub_in(tmp_path) as hub:
        async with hub.main.transaction() as connection:
            await connection.execute(text("ALTER TABLE audit_entries RENAME TO elsewhere"))
        outcomes = await asyncio.gather(*(hub.audit.append(event(n)) for n in range(10)), return_exceptions=True)
        assert all(isinstance(outcome, AuditUnavailable) for outcome in outcomes)
        async with hub.main.transaction() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO audit_entries"))
        assert (await hub.audit.append(event())).seq == 1


async def test_a_defect_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with hub_in(tmp_path) as hub:
        failing: list[asyncio.Task[Any]] = []

        async def defect(*_: Any) -> Any:
            task = asyncio.current_task()
            assert task is not None
            failing.append(task)
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(hub.audit, "_write", defect)
            with pytest.raises(AuditUnavailable, match="unfinished"):
                await hub.audit.append(event())
        with pytest.raises(ZeroDivisionError):
            await failing[0]
        assert (await hub.audit.append(event())).seq == 1


async def test_the_keyring_is_a_witness_against_an_old_database(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    async with hub_in(folder) as hub:
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        assert await hub.main.scrub()
        old = (folder / "hub.db").read_bytes()
        await hub.vault.open(OWNER, "token", "main", actor="test")
        await hub.audit.checkpoint()
        await hub.witness.remember()
        await hub.witness.remember()
        assert await hub.witness.recall() is not None
    async with hub_in(folder) as hub:
        assert not hub.identity.set_back
    (folder / "hub.db").write_bytes(old)
    async with hub_in(folder) as hub:
        assert hub.identity.set_back
        async with hub.main.reading() as connection:
            told = [entry.event.action async for entry in rows.entries(connection)]
        assert told[-1] == "store.set-back"
        assert (await hub.vault.open(OWNER, "token", "main", actor="test")).reveal() == SECRET.reveal()
        await hub.audit.checkpoint()
        await hub.witness.remember()
    async with hub_in(folder) as hub:
        assert not hub.identity.set_back


async def test_a_witness_that_cannot_write_tries_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hub_in(tmp_path) as hub:
        await hub.audit.append(event())
        signed = await hub.audit.checkpoint()
        with monkeypatch.context() as broken:

            def away(*_: Any) -> Any:
                raise StoreUnreachable("away")

            broken.setattr(hub.keyring, "transaction", away)
            with pytest.raises(StoreUnreachable):
                await hub.witness.remember()
            broken.setattr("hub.witness._EVERY", timedelta())
            running = asyncio.ensure_future(hub.witness.run())
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert await hub.witness.recall() == signed
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert "cannot be a witness" in caplog.text
        async with hub.keyring.transaction() as connection:
            await connection.execute(text("UPDATE witness SET checkpoint = 'nonsense'"))
        assert await hub.witness.recall() is None
