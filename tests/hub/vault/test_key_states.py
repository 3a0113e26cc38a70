"""What becomes of a connection when its key-encryption key does not answer, refuses, or is gone: every kind of fault in
every moment, and who is told.
"""

import itertools
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_side import NOON, OTHER, OWNER, SECRET, BrittleKey, ToldClock, hub_at, hub_in

from device.model.clock import ClockReading
from device.model.errors import SettingsError
from hub.audit import rows
from hub.foundation import Foundation
from hub.vault.cache import KeyCache
from hub.vault.envelope import ConnectionKey
from hub.vault.errors import (
    ConnectionLocked,
    ConnectionShredded,
    Corrupt,
    Denied,
    Disabled,
    KeyFault,
    KeyUnreachable,
    NotFound,
    Throttled,
    Unreachable,
    VaultError,
)
from hub.vault.states import OVERDUE, KeyState, KeyStates, KeyStatus

FAULTS: dict[str, tuple[KeyFault, KeyState, type[VaultError]]] = {
    "denied": (Denied("no"), KeyState.LOCKED, ConnectionLocked),
    "disabled": (Disabled("off"), KeyState.LOCKED, ConnectionLocked),
    "not found": (NotFound("none"), KeyState.LOCKED, ConnectionLocked),
    "destroyed": (NotFound("none", destroyed=True), KeyState.SHREDDED, ConnectionShredded),
    "corrupt": (Corrupt("bad"), KeyState.LOCKED, ConnectionLocked),
    "unreachable": (Unreachable("away"), KeyState.UNREACHABLE, KeyUnreachable),
    "throttled": (Throttled("slow"), KeyState.UNREACHABLE, KeyUnreachable),
}
MOMENTS = ("first start", "fresh in the cache", "cache run out", "while enrolling", "while wrapping anew")


async def opened(hub: Foundation) -> str:
    return (await hub.vault.open(OWNER, "token", "main", actor="test")).reveal()


@pytest.mark.parametrize(("fault", "moment"), itertools.product(FAULTS, MOMENTS))
async def test_every_fault_has_its_meaning_in_every_moment(tmp_path: Path, fault: str, moment: str) -> None:
    raised, state, error = FAULTS[fault]
    clock, key, customer = ToldClock(), BrittleKey(), BrittleKey()
    told: list[KeyStatus] = []
    async with hub_in(tmp_path, clock, contoso=key, new=customer) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        hub.vault.observers.append(told.append)

        if moment == "first start":
            async with hub_in(tmp_path, clock, start=False, contoso=key) as fresh:
                key.fault = raised
                with pytest.raises(error):
                    await opened(fresh)
                status = fresh.vault.status(OWNER)
                assert status is not None
                assert status.state is state
            return
        if moment == "fresh in the cache":
            key.fault = raised
            assert await opened(hub) == SECRET.reveal(), "what was unwrapped a moment ago still serves"
            clock.pass_(61)
            await hub.watch.look()
        elif moment == "cache run out":
            clock.pass_(61)
            key.fault = raised
        elif moment == "while enrolling":
            customer.fault = raised
            with pytest.raises(type(raised)):
                await hub.vault.enrol(OWNER, "new", actor="test")
            assert await opened(hub) == SECRET.reveal(), "nothing was changed"
            assert told == []
            return
        else:
            key.keys = key.keys.renewed()
            key.fault = raised
            done = await hub.vault.rewrap(OWNER, actor="test")
            assert (done.rewrapped, done.left, done.failed) == (0, 1, (str(raised),))
            key.fault = None
            assert (await hub.vault.rewrap(OWNER, actor="test")).complete
            return

        with pytest.raises(error):
            await opened(hub)
        with pytest.raises(error):
            await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        assert [(one.owner, one.state) for one in told] == [(OWNER, state)]
        key.fault = None
        clock.pass_(61)
        await hub.watch.look()
        assert await opened(hub) == SECRET.reveal()
        assert [one.state for one in told] == [state, KeyState.OK]


async def test_a_cached_key_serves_while_its_kek_is_away_and_no_longer_than_allowed(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        await hub.watch.look()
        key.fault = Unreachable("away")
        for _ in range(11):
            clock.pass_(5)
            await hub.watch.look()
            assert await opened(hub) == SECRET.reveal()
        clock.pass_(6)
        await hub.watch.look()
        with pytest.raises(KeyUnreachable):
            await opened(hub)


async def test_a_lock_is_noticed_within_a_minute_without_anybody_asking_and_drops_the_key(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    told: list[KeyStatus] = []
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        hub.vault.observers.append(told.append)
        await hub.watch.look()
        key.fault = Disabled("off")
        seconds = 0
        while not told:
            clock.pass_(2)
            seconds += 2
            await hub.watch.look()
        assert seconds <= 60
        assert told[0].state is KeyState.LOCKED
        with pytest.raises(ConnectionLocked):
            await opened(hub)
        async with hub.main.reading() as connection:
            noted = [
                entry.event.objects async for entry in rows.entries(connection) if entry.event.action == "key.state"
            ]
        assert noted[-1]["state"] == "locked"
        assert noted[-1]["cause"] == "Disabled"


async def test_one_tenants_lock_is_nobody_elses(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        for owner in (OWNER, OTHER):
            await hub.vault.seal(owner, "token", "main", SECRET, actor="test")
        key.fault = Denied("no")
        clock.pass_(61)
        await hub.watch.look()
        with pytest.raises(ConnectionLocked):
            await opened(hub)
        assert (await hub.vault.open(OTHER, "token", "main", actor="test")).reveal() == SECRET.reveal()


async def test_a_kek_that_fails_is_not_asked_to_death(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        key.fault = Throttled("slow")
        clock.pass_(61)
        key.calls.clear()
        for _ in range(300):
            clock.pass_(2)
            with pytest.raises(KeyUnreachable):
                await opened(hub)
        assert len(key.calls) < 60


async def test_an_administrator_is_called_once_after_five_minutes(tmp_path: Path) -> None:
    clock, key = ToldClock(), BrittleKey()
    told: list[KeyStatus] = []
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        hub.vault.observers.append(told.append)
        await hub.watch.look()
        key.fault = Unreachable("away")
        for _ in range(600):
            clock.pass_(2)
            await hub.watch.look()
        assert [(one.state, one.overdue) for one in told] == [
            (KeyState.UNREACHABLE, False),
            (KeyState.UNREACHABLE, True),
        ]
        key.fault = None
        clock.pass_(61)
        await hub.watch.look()
        assert told[-1].state is KeyState.OK


async def test_what_changed_while_nothing_could_be_written_is_told_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.errors import AuditUnavailable

    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        await hub.watch.look()
        key.fault = Denied("no")
        clock.pass_(61)

        async def unavailable(*_: Any) -> None:
            raise AuditUnavailable("no disk")

        with monkeypatch.context() as broken:
            broken.setattr(hub.audit, "append", unavailable)
            with pytest.raises(AuditUnavailable):
                await hub.watch.look()
        await hub.watch.look()
        async with hub.main.reading() as connection:
            actions = [entry.event.action async for entry in rows.entries(connection)]
        assert actions[-1] == "key.state"


async def test_the_job_outlives_a_store_that_is_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    import asyncio

    from hub.errors import StoreUnreachable

    async with hub_in(tmp_path) as hub:
        rounds = 0

        async def look() -> None:
            nonlocal rounds
            rounds += 1
            if rounds == 1:
                raise StoreUnreachable("away")
            if rounds == 3:
                raise asyncio.CancelledError

        hub.watch.look = look  # type: ignore[method-assign]
        with pytest.MonkeyPatch.context() as quick:
            quick.setattr("hub.vault.watch.LOOK_EVERY", timedelta())
            with pytest.raises(asyncio.CancelledError):
                await hub.watch.run()
    assert rounds == 3
    assert "the keys cannot be looked after: away" in caplog.text


async def test_keys_are_rotated_when_they_are_a_year_old_or_worn(tmp_path: Path) -> None:
    from sqlalchemy import update

    from hub.store.tables.secrets import SEALING

    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        for owner in (OWNER, OTHER):
            await hub.vault.seal(owner, "token", "main", SECRET, actor="test")
        assert await hub.watch.rotate_due() == ()
        async with hub.main.transaction() as connection:
            await connection.execute(update(SEALING).where(SEALING.c.tenant == "contoso").values(sealings=1 << 24))
        assert await hub.watch.rotate_due() == (OWNER,)
        assert await hub.watch.rotate_due() == ()
        clock.pass_(366 * 86400)
        assert set(await hub.watch.rotate_due()) >= {OWNER, OTHER}
        assert await opened(hub) == SECRET.reveal()


async def test_a_key_that_cannot_be_rotated_waits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock, key = ToldClock(), BrittleKey()
    async with hub_in(tmp_path, clock, contoso=key) as hub:
        await hub.vault.enrol(OWNER, "contoso", actor="test")
        clock.pass_(366 * 86400)
        key.fault = Unreachable("away")
        assert OWNER not in await hub.watch.rotate_due()
        assert "cannot be rotated" in caplog.text


async def test_a_rotation_that_cannot_be_written_down_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.errors import AuditUnavailable

    clock = ToldClock()
    async with hub_in(tmp_path, clock) as hub:
        clock.pass_(366 * 86400)

        async def unavailable(*_: Any) -> None:
            raise AuditUnavailable("no disk")

        monkeypatch.setattr(hub.audit, "append", unavailable)
        with pytest.raises(AuditUnavailable):
            await hub.watch.rotate_due()


async def test_another_hubs_rotation_is_noticed(places: dict[str, Any]) -> None:
    async with hub_at(places) as one, hub_at(places) as two:
        await one.vault.seal(OWNER, "token", "main", SECRET, actor="test")
        assert await opened(two) == SECRET.reveal()
        await two.watch.look()
        held = len(two.vault.safe.custody._cache)
        await one.vault.rotate(OWNER, actor="test")
        await two.watch.look()
        assert len(two.vault.safe.custody._cache) <= held
        assert await opened(two) == SECRET.reveal()


async def test_a_job_of_the_foundation_runs(tmp_path: Path) -> None:
    import asyncio

    async with hub_in(tmp_path) as hub:
        jobs = [asyncio.ensure_future(job()) for job in hub.jobs]
        await asyncio.sleep(0.05)
        assert not any(job.done() for job in jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        assert hub.vault.status(OWNER) is None


def at(seconds: float) -> ClockReading:
    return ClockReading(now=NOON + timedelta(seconds=seconds), elapsed=timedelta(seconds=seconds))


def test_states_are_told_when_they_change_and_only_then() -> None:
    told: list[KeyStatus] = []
    states = KeyStates(random.Random(1))  # noqa: S311 - jitter
    states.observers.append(told.append)
    states.succeeded(OWNER, at(0))
    states.succeeded(OWNER, at(1))
    states.failed(OWNER, Unreachable("x"), at(2))
    states.failed(OWNER, Throttled("x"), at(3))
    states.failed(OWNER, Denied("x"), at(4))
    states.remind(at(10_000))
    states.succeeded(OWNER, at(5))
    states.shredded(OWNER, at(6))
    states.succeeded(OWNER, at(7))
    assert states.failed(OWNER, Denied("x"), at(8)).state is KeyState.SHREDDED
    states.shredded(OWNER, at(9))
    assert [one.state.value for one in told] == ["unreachable", "locked", "ok", "shredded"]
    assert [one.owner for one in states.all()] == [OWNER]
    assert states.resting(OWNER, timedelta(days=9)) is not None
    assert states.resting(OTHER, timedelta()) is None


def test_being_unreachable_is_overdue_from_five_minutes_on() -> None:
    told: list[KeyStatus] = []
    states = KeyStates(random.Random(1))  # noqa: S311 - jitter
    states.observers.append(told.append)
    states.failed(OWNER, Unreachable("x"), at(0))
    states.remind(at(OVERDUE.total_seconds() - 1))
    assert not told[-1].overdue
    states.remind(at(OVERDUE.total_seconds()))
    assert told[-1].overdue
    assert told[-1].since == NOON


@pytest.mark.parametrize("life", [timedelta(seconds=-1), timedelta(seconds=301)])
def test_a_cache_that_lives_too_long_is_refused(life: timedelta) -> None:
    with pytest.raises(SettingsError):
        KeyCache(ToldClock(), life)


def test_a_cache_lets_go() -> None:
    clock = ToldClock()
    cache = KeyCache(clock, timedelta(seconds=10))
    for owner, name in ((OWNER, "a"), (OWNER, "b"), (OTHER, "c")):
        cache.put(owner, ConnectionKey(name, bytes(32)))
    cache.drop(OWNER)
    assert cache.get("a") is None
    assert cache.get("c") is not None
    cache.put(OWNER, ConnectionKey("a", bytes(32)))
    cache.keep_only(frozenset({"a"}))
    assert cache.get("c") is None
    clock.pass_(10)
    assert len(cache) == 1
    assert cache.get("a") is None
    assert len(cache) == 0
