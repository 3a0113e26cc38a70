"""Where the agent's time comes from, and how far it is believed: the stories of a machine without a battery clock."""

import asyncio
import ctypes
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from agent_side import NOON, PATIENCE, clock_at, wait_until

from device.agent import evidence as evidence_module
from device.agent import steps as steps_module
from device.agent.clock import open_clock
from device.agent.evidence import Evidence, kernel_synchronised
from device.agent.steps import watch_steps
from device.model.clock import ClockReading, ClockTrust
from device.model.errors import SettingsError
from device.wire import told_clock as clock_module

DAY = timedelta(days=1)
LATER = datetime(2099, 5, 1, 12, tzinfo=UTC)
"""Later than any build of this package."""


def reading(now: datetime, elapsed: timedelta = timedelta()) -> ClockReading:
    return ClockReading(now=now, elapsed=elapsed)


@pytest.fixture
def synchronised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nobody vouches for the clock before this file is made, as timesyncd makes it."""
    file = tmp_path / "synchronized"
    monkeypatch.setattr(evidence_module, "TIMESYNCD", file)
    monkeypatch.setattr(evidence_module, "BATTERY", tmp_path / "hctosys")
    monkeypatch.setattr(evidence_module, "_adjtimex", lambda: None)
    return file


def test_a_cold_boot_in_1970_is_not_believed(synchronised: Path, tmp_path: Path) -> None:
    assert Evidence(tmp_path / "stamp").trust(reading(datetime(1970, 1, 1, tzinfo=UTC))) is ClockTrust.INVALID


def test_a_clock_that_nobody_confirmed_proves_nothing(synchronised: Path, tmp_path: Path) -> None:
    trust = Evidence(tmp_path / "stamp").trust(reading(LATER))

    assert trust is ClockTrust.FLOOR
    assert not trust.proves


def test_the_kernels_word_is_believed(synchronised: Path, tmp_path: Path) -> None:
    synchronised.touch()

    assert Evidence(tmp_path / "stamp").trust(reading(LATER)) is ClockTrust.TRUSTED


def test_a_battery_clock_is_believed_above_the_floor(synchronised: Path, tmp_path: Path) -> None:
    (tmp_path / "hctosys").write_text("1\n", encoding="ascii")
    evidence = Evidence(tmp_path / "stamp")

    assert evidence.trust(reading(LATER)) is ClockTrust.TRUSTED
    assert Evidence(tmp_path / "stamp").trust(reading(datetime(1970, 1, 1, tzinfo=UTC))) is ClockTrust.INVALID


def test_a_battery_clock_that_set_nothing_says_nothing(synchronised: Path, tmp_path: Path) -> None:
    (tmp_path / "hctosys").write_text("0\n", encoding="ascii")

    assert kernel_synchronised() is None


def test_a_server_that_agrees_is_believed(synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")

    evidence.heard(LATER + timedelta(seconds=90), reading(LATER))

    assert evidence.trust(reading(LATER)) is ClockTrust.TRUSTED


def test_a_server_that_disagrees_makes_it_invalid(synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")

    evidence.heard(LATER + timedelta(minutes=10), reading(LATER))

    assert evidence.trust(reading(LATER)) is ClockTrust.INVALID


def test_a_clock_set_right_after_the_server_spoke_is_believed(synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")
    evidence.heard(LATER + timedelta(hours=5), reading(LATER))

    assert evidence.trust(reading(LATER + timedelta(hours=5), timedelta(seconds=1))) is ClockTrust.TRUSTED


def test_once_trusted_it_holds_over_for_a_week(synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")
    synchronised.touch()
    evidence.trust(reading(LATER))
    synchronised.unlink()

    assert evidence.trust(reading(LATER + DAY, DAY)) is ClockTrust.HOLDOVER
    assert evidence.trust(reading(LATER + 8 * DAY, 8 * DAY)) is ClockTrust.FLOOR


def test_a_servers_word_wears_off_into_holdover(synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")
    evidence.heard(LATER, reading(LATER))
    evidence.trust(reading(LATER))

    assert evidence.trust(reading(LATER + DAY, DAY)) is ClockTrust.HOLDOVER


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1), timedelta(minutes=-3)])
def test_a_jump_that_nobody_explains_is_not_believed(jump: timedelta, synchronised: Path, tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "stamp")
    synchronised.touch()
    evidence.trust(reading(LATER))
    synchronised.unlink()

    assert evidence.trust(reading(LATER + jump + DAY, DAY)) is ClockTrust.INVALID


def test_the_time_seen_last_is_a_floor_for_the_next_boot(synchronised: Path, tmp_path: Path) -> None:
    synchronised.touch()
    Evidence(tmp_path / "stamp").trust(reading(LATER))
    synchronised.unlink()

    next_boot = Evidence(tmp_path / "stamp")

    assert next_boot.trust(reading(LATER - DAY)) is ClockTrust.INVALID
    assert next_boot.trust(reading(LATER + DAY)) is ClockTrust.FLOOR


def test_the_floor_is_written_at_most_once_a_day(synchronised: Path, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    synchronised.touch()
    evidence = Evidence(stamp)
    evidence.trust(reading(LATER))
    written = stamp.stat().st_mtime_ns

    for minute in range(0, 1439, 7):
        evidence.trust(reading(LATER + timedelta(minutes=minute), timedelta(minutes=minute)))
    assert stamp.stat().st_mtime_ns == written

    evidence.trust(reading(LATER + DAY, DAY))
    assert stamp.stat().st_mtime_ns > written


def test_a_floor_from_a_wrong_future_is_put_right_by_kernel_and_server(synchronised: Path, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp"
    stamp.touch()
    os.utime(stamp, ((LATER + 365 * DAY).timestamp(),) * 2)
    synchronised.touch()
    evidence = Evidence(stamp)
    assert evidence.trust(reading(LATER)) is ClockTrust.INVALID

    evidence.heard(LATER, reading(LATER))

    assert evidence.trust(reading(LATER)) is ClockTrust.TRUSTED
    assert Evidence(stamp).trust(reading(LATER)) is ClockTrust.TRUSTED


def test_the_floor_is_written_where_no_folder_was_yet(synchronised: Path, tmp_path: Path) -> None:
    synchronised.touch()
    Evidence(tmp_path / "state" / "stamp").trust(reading(LATER))

    assert (tmp_path / "state" / "stamp").stat().st_mtime == LATER.timestamp()


def test_a_card_that_cannot_be_written_only_costs_the_floor(synchronised: Path, tmp_path: Path) -> None:
    synchronised.touch()

    assert Evidence(synchronised / "no folder" / "stamp").trust(reading(LATER)) is ClockTrust.TRUSTED


def test_the_kernel_is_asked_without_harm() -> None:
    assert kernel_synchronised() in (True, False, None)


async def test_the_machines_clock_tells_when_a_server_changed_its_trust(synchronised: Path, tmp_path: Path) -> None:
    async with open_clock("system", tmp_path / "stamp") as clock:
        assert clock.read().trust is ClockTrust.FLOOR
        changed = asyncio.ensure_future(clock.changed())

        clock.heard(clock.read().now)

        async with asyncio.timeout(PATIENCE):
            await changed
        assert clock.read().trust is ClockTrust.TRUSTED


async def test_a_told_clock_counts_on_at_its_pace(tmp_path: Path) -> None:
    async with clock_at(tmp_path / "clock", rate=3600.0), open_clock(f"unix:{tmp_path / 'clock'}", tmp_path) as clock:
        before = clock.read()
        await wait_until(lambda: clock.read().now > before.now + timedelta(minutes=1))

        after = clock.read()

    assert abs((after.now - before.now) - (after.elapsed - before.elapsed)) < timedelta(microseconds=2)


async def test_a_told_clock_follows_each_word_and_tells_of_it(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    async with clock_at(path) as hand, open_clock(f"unix:{path}", tmp_path) as clock:
        changed = asyncio.ensure_future(clock.changed())

        hand.set(now=LATER, trust=ClockTrust.INVALID)

        async with asyncio.timeout(PATIENCE):
            await changed
        assert LATER <= clock.read().now < LATER + timedelta(minutes=1)
        assert clock.read().trust is ClockTrust.INVALID


async def test_a_told_clock_survives_a_silence_and_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock_module, "RETRY", 0.01)
    path = tmp_path / "clock"
    async with clock_at(path) as hand:
        following = open_clock(f"unix:{path}", tmp_path)
        clock = await following.__aenter__()
        for writer in tuple(hand._writers):
            writer.write(b'{"now": "yesterday"}\n')
        await wait_until(lambda: "is back" in caplog.text or "no time" in caplog.text)
    try:
        assert clock.read().now >= NOON
        async with clock_at(path, LATER):
            await wait_until(lambda: clock.read().now >= LATER)
    finally:
        await following.__aexit__(None, None, None)


async def test_without_anybody_who_tells_the_time_there_is_no_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Nobody tells the time"):
        async with open_clock(f"unix:{tmp_path / 'nobody'}", tmp_path):
            pass


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_the_watch_over_the_wall_clock_costs_one_descriptor_and_no_wakeups() -> None:
    told: list[bool] = []
    before = _descriptors()

    with watch_steps(lambda: told.append(True)):
        assert _descriptors() == before + 1
        await asyncio.sleep(0.05)

    assert _descriptors() == before
    assert told == []


async def test_where_the_kernel_does_not_tell_the_clocks_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr(steps_module, "_armed", lambda: ctypes.CDLL(None).there_is_no_such_function)
    monkeypatch.setattr(steps_module, "LOOK_EVERY", 0.01)

    with watch_steps(lambda: told.append(True)):
        await asyncio.sleep(0.1)

    assert told == []
    assert len(asyncio.all_tasks()) <= 2


@pytest.mark.prove
async def test_setting_the_wall_clock_is_noticed_at_once() -> None:
    import time

    told = asyncio.Event()
    with watch_steps(told.set):
        try:
            time.clock_settime(time.CLOCK_REALTIME, time.time())
        except OSError:
            pytest.skip("this user may not set the clock")
        async with asyncio.timeout(PATIENCE):
            await told.wait()
