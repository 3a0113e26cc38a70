"""The agent as a process: a file on one side, a kiosk's end of the socket on the other, and what may happen to it."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from agent_side import (
    NOON,
    PATIENCE,
    Hand,
    agent_in_here,
    agent_process,
    at,
    clock_at,
    document,
    event,
    settings,
    visit,
    wait_until,
    write_calendar,
)

from device.agent.announcer import essence
from device.agent.cache_file import read_cache
from device.emulator.settings_file import write_settings
from device.model.availability import DoorState, Reason
from device.model.clock import ClockTrust
from device.model.door import Theme
from device.model.requests import BookRequested, Outcome
from device.model.state import Dim, RoomState
from device.model.value import decode
from device.wire.panel import ActEnded, Fault, FaultShown, LastShown, LookShown, RoomShown, TimeShown


@pytest.fixture
async def hand(tmp_path: Path) -> AsyncIterator[Hand]:
    write_calendar(tmp_path / "room.ics", event("1", "13:00", "14:00", title="Budget"))
    async with clock_at(tmp_path / "clock") as opened:
        yield opened


def written(folder: Path, **tables: object) -> Path:
    file = folder / "agent.toml"
    write_settings(file, document(folder, **tables))
    return file


def is_free(state: RoomState) -> bool:
    return state.availability.state is DoorState.FREE


async def test_a_change_of_the_file_is_on_the_glass_within_the_poll(tmp_path: Path, hand: Hand) -> None:
    socket = tmp_path / "run" / "panel.sock"
    async with agent_process(written(tmp_path)) as agent, visit(socket) as kiosk:
        time = await kiosk.until(TimeShown)
        assert abs(time.now - NOON) < timedelta(minutes=5)
        assert (await kiosk.until(LookShown)).zone == "Europe/Berlin"
        state = await kiosk.until_state(is_free)
        assert state.availability.until == at("13:00")
        assert [one.title for one in state.day] == ["Budget"]

        write_calendar(tmp_path / "room.ics", event("2", "11:30", "12:30", title="Right now"))

        state = await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)
        assert state.availability.current is not None
        assert state.availability.current.title == "Right now"
        assert [notice.kind.value for notice in state.notices] == ["added", "cancelled"]

        agent.send_signal(signal.SIGTERM)
        assert await kiosk.next() is None or not kiosk.heard[-1]
        assert await agent.wait() == 0
    assert not socket.exists()


async def test_a_calendar_that_can_only_be_read_refuses_bookings(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        state = await kiosk.until_state(is_free)
        assert state.offers == ()

        kiosk.say(BookRequested(key="press", minutes=15))

        assert (await kiosk.until(ActEnded)).outcome is Outcome.NOT_NOW


async def test_nothing_is_sent_while_nothing_changes(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)

        assert await kiosk.silence(2.5) == []


async def test_an_answer_that_is_confirmed_again_is_good_for_longer(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        first = await kiosk.until_state(is_free)
        hand.forward(timedelta(minutes=4, seconds=40))
        renewed = await kiosk.until_state(lambda state: state.confirmed_at != first.confirmed_at)

    assert renewed.availability.state is DoorState.FREE
    assert renewed.good_for > timedelta(minutes=4)


async def test_a_kiosk_that_comes_later_is_told_how_long_it_is_still_good(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        first = await kiosk.until_state(is_free)
        await asyncio.sleep(0.2)
        async with visit(tmp_path / "run" / "panel.sock") as late:
            state = await late.until_state(is_free)

    assert state.good_for < first.good_for - timedelta(seconds=0.1)


async def test_a_step_of_the_clock_changes_the_answer_at_once(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path, polling={"every": "10m"})) as kiosk:
        await kiosk.until_state(is_free)

        hand.set(now=at("13:30"))

        assert (await kiosk.until(TimeShown)).now >= at("13:30")
        state = await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)
        assert state.availability.current is not None


async def test_a_clock_that_is_not_believed_any_more_makes_it_unknown(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)

        hand.set(trust=ClockTrust.INVALID)

        assert not (await kiosk.until(TimeShown)).trusted
        state = await kiosk.until_state(lambda state: state.availability.reason is Reason.CLOCK_UNTRUSTED)
        assert state.availability.state is DoorState.UNKNOWN


async def test_when_the_calendar_goes_the_door_doubts_in_time_and_comes_back_by_itself(
    tmp_path: Path, hand: Hand
) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)
        (tmp_path / "room.ics").unlink()
        state = await kiosk.until_state(lambda state: state.broken is not None)
        assert state.availability.state is DoorState.FREE, "five minutes are still proved"

        hand.forward(timedelta(minutes=6))
        state = await kiosk.until_state(lambda state: state.availability.state is DoorState.UNKNOWN)
        assert state.last_known is not None
        assert state.last_known.state is DoorState.FREE

        write_calendar(tmp_path / "room.ics")
        hand.forward(timedelta(minutes=2))
        state = await kiosk.until_state(is_free)
        assert state.broken is None


async def test_a_door_that_was_never_told_anything_says_why(tmp_path: Path) -> None:
    async with clock_at(tmp_path / "clock"), agent_in_here(settings(tmp_path)) as kiosk:
        fault = await kiosk.until(FaultShown, lambda frame: frame.fault is not Fault.STARTING)

        assert fault.fault is Fault.CALENDAR
        write_calendar(tmp_path / "room.ics")
        await kiosk.until_state(is_free)


async def test_a_room_that_is_out_of_service_says_so_before_anything_was_read(tmp_path: Path) -> None:
    closed = {**document(tmp_path)["room"], "policy": {"out_of_service": "Painters until Friday"}}
    async with clock_at(tmp_path / "clock"), agent_in_here(settings(tmp_path, room=closed)) as kiosk:
        state = await kiosk.until_state()

    assert state.availability.state is DoorState.CLOSED
    assert state.room.policy.out_of_service == "Painters until Friday"


async def test_look_and_night_come_from_the_settings(tmp_path: Path, hand: Hand) -> None:
    told = settings(
        tmp_path,
        look={"theme": "colour-blind", "language": "ja", "hour24": False},
        night={"dim_from": "11:00", "dim_until": "12:30"},
    )
    async with agent_in_here(told) as kiosk:
        look = await kiosk.until(LookShown)
        state = await kiosk.until_state(is_free)

    assert (look.theme, look.language, look.hour24) == (Theme.COLOUR_BLIND, "ja", False)
    assert state.dim is Dim.NIGHT


async def test_a_clock_that_is_not_believed_is_told_to_the_log_once_down_and_once_up(
    tmp_path: Path, hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)
        hand.set(trust=ClockTrust.INVALID)
        await kiosk.until_state(lambda state: state.availability.reason is Reason.CLOCK_UNTRUSTED)
        hand.forward(timedelta(minutes=1))
        await kiosk.until(TimeShown)
        hand.set(trust=ClockTrust.TRUSTED)
        await kiosk.until_state(is_free)

    told = [record.message for record in caplog.records if "believed" in record.message]
    assert [message.split(" (")[0] for message in told] == [
        "the clock is not to be believed",
        "the clock is to be believed again",
    ]


async def test_what_was_shown_last_lies_beside_the_socket(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        shown = await kiosk.until_state(is_free)
    file = tmp_path / "run" / "state.json"

    last: LastShown = decode(file.read_bytes(), LastShown)

    assert essence(RoomShown(state=last.state)) == essence(RoomShown(state=shown))
    assert last.look.zone == "Europe/Berlin"
    assert file.stat().st_mode & 0o007 == 0


async def test_an_agent_that_is_started_again_in_an_outage_still_knows_its_room(tmp_path: Path, hand: Hand) -> None:
    write_calendar(tmp_path / "room.ics", event("1", "11:30", "13:30"))
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)
        await wait_until((tmp_path / "run" / "confirmed.json").exists)
    (tmp_path / "room.ics").unlink()

    async with agent_in_here(settings(tmp_path)) as kiosk:
        state = await kiosk.until_state(lambda state: state.broken is not None)
        assert state.availability.state is DoorState.IN_USE
        hand.forward(timedelta(minutes=30))
        state = await kiosk.until_state(lambda state: not state.fresh)
        assert state.availability.reason is Reason.OCCUPIED_UNCONFIRMED


async def test_after_a_loss_of_power_in_an_outage_the_day_is_there_and_the_answer_is_unknown(
    tmp_path: Path, hand: Hand
) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)
        await wait_until((tmp_path / "run" / "confirmed.json").exists)
    for file in (tmp_path / "run").iterdir():  # what is in memory is lost
        file.unlink()
    (tmp_path / "room.ics").unlink()

    async with agent_in_here(settings(tmp_path)) as kiosk:
        state = await kiosk.until_state()

    assert state.availability.reason is Reason.NEVER_READ
    assert [one.title for one in state.day] == ["Budget"]


async def test_a_record_of_another_clock_or_another_content_proves_nothing(tmp_path: Path, hand: Hand) -> None:
    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)
        await wait_until((tmp_path / "run" / "confirmed.json").exists)
    (tmp_path / "room.ics").unlink()
    hand.set(now=NOON + timedelta(hours=1))

    async with agent_in_here(settings(tmp_path)) as kiosk:
        assert (await kiosk.until_state()).availability.reason is Reason.NEVER_READ


async def test_retention_drops_ended_days_and_the_words_of_ended_meetings_even_offline(
    tmp_path: Path, hand: Hand
) -> None:
    write_calendar(
        tmp_path / "room.ics",
        event("1", "12:20", "12:30", title="Over soon"),
        event("2", "09:00", "10:00", title="Tomorrow", day=24),
    )
    cache = tmp_path / "state" / "cache.db"

    def titles() -> list[str] | None:
        cached = read_cache(cache)
        return None if cached is None else sorted(one.title for one in cached.occurrences)

    async with agent_in_here(settings(tmp_path)) as kiosk:
        await kiosk.until_state(is_free)
        await wait_until(lambda: titles() == ["Over soon", "Tomorrow"])
        (tmp_path / "room.ics").unlink()

        hand.forward(timedelta(minutes=46))
        await wait_until(lambda: titles() == ["", "Tomorrow"])
        hand.forward(timedelta(hours=12))
        await wait_until(lambda: titles() == ["Tomorrow"])


async def test_a_full_card_is_reported_and_the_door_goes_on(tmp_path: Path, hand: Hand) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cache.db").mkdir()  # stands for any card that cannot be written
    async with agent_in_here(settings(tmp_path)) as kiosk:
        state = await kiosk.until_state(lambda state: bool(state.broken))
        assert is_free(state)
        assert state.hops[-1].fault == "CardFault"

        (tmp_path / "state" / "cache.db").rmdir()
        write_calendar(tmp_path / "room.ics", event("2", "15:00", "16:00"))
        await kiosk.until_state(lambda state: state.broken is None)


async def finished(file: Path, *arguments: str) -> tuple[int, str]:
    async with agent_process(file, *arguments) as agent:
        async with asyncio.timeout(PATIENCE):
            _, said = await agent.communicate()
        assert agent.returncode is not None
        return agent.returncode, said.decode()


async def test_settings_that_cannot_be_right_are_one_sentence_a_hint_and_78(tmp_path: Path) -> None:
    code, said = await finished(written(tmp_path, room={"id": "x", "name": "X", "zone": "Mars/Base"}))

    assert code == 78
    assert said == 'room.zone is no time zone. Write an IANA name such as "Europe/Berlin".\n'


async def test_what_only_the_provider_can_see_wrong_is_78_too(tmp_path: Path, hand: Hand) -> None:
    code, said = await finished(written(tmp_path, calendar={"provider": "ics"}))

    assert code == 78
    assert "either a url or a path" in said


async def test_without_a_hub_it_says_that_there_is_none_yet(tmp_path: Path, hand: Hand) -> None:
    code, said = await finished(written(tmp_path, standalone=False))

    assert code == 78
    assert "hub" in said
    assert "standalone = true" in said
    async with agent_process(tmp_path / "agent.toml", "--standalone") as agent:
        async with visit(tmp_path / "run" / "panel.sock") as kiosk:
            await kiosk.until_state(is_free)
        agent.terminate()
        assert await agent.wait() == 0


async def test_a_clock_that_nobody_tells_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    code, said = await finished(written(tmp_path))

    assert code == 78
    assert "clock.source" in said


async def test_the_log_holds_neither_secrets_nor_words_and_knows_the_journal(tmp_path: Path, hand: Hand) -> None:
    calendar = {"provider": "ics", "url": "http://127.0.0.1:9/s3cret-feed.ics", "username": "u", "password": "pa55word"}
    file = written(tmp_path, calendar=calendar)
    file.chmod(0o644)
    async with agent_process(file, environment={"JOURNAL_STREAM": "1:2"}) as agent:
        async with visit(tmp_path / "run" / "panel.sock") as kiosk:
            await kiosk.until(FaultShown, lambda frame: frame.fault is not Fault.STARTING)
        agent.terminate()
        _, said = await agent.communicate()
    text = said.decode()

    assert all(line.startswith(("<3>", "<4>", "<6>")) for line in text.splitlines())
    assert "everybody may read it" in text
    assert "CalendarUnreachable" in text
    for secret in ("pa55word", "s3cret-feed", "Budget"):
        assert secret not in text


async def test_sigint_ends_it_as_cleanly_as_sigterm(tmp_path: Path, hand: Hand) -> None:
    async with agent_process(written(tmp_path)) as agent:
        async with visit(tmp_path / "run" / "panel.sock") as kiosk:
            await kiosk.until_state(is_free)
        agent.send_signal(signal.SIGINT)
        _, said = await agent.communicate()

    assert agent.returncode == 0
    assert "Traceback" not in said.decode()


async def test_only_the_chosen_provider_is_imported(tmp_path: Path) -> None:
    probe = (
        "import sys; from device.agent import assembly, __main__; from device.calendars import Providers; "
        "Providers.ICS.load(); "
        "print(*(name for name in sys.modules if name.startswith(('msal', 'device.calendars.graph', 'exchangelib', "
        "'textual', 'device.calendars.caldav', 'aiohttp', 'click', 'rich', 'device.emulator'))))"
    )
    import sys

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", probe, stdout=asyncio.subprocess.PIPE)
    imported = (await process.communicate())[0].decode().split()

    assert [name for name in imported if not name.startswith(("click", "rich"))] == []


async def kill_and_look(tmp_path: Path, hand: Hand, cycles: int) -> None:
    """Kill the agent while it writes, again and again; after each start the door is right and the file is sound."""
    file = written(tmp_path, polling={"every": "1s"})
    socket = tmp_path / "run" / "panel.sock"
    rng = random.Random(11)  # noqa: S311 - when to kill
    for cycle in range(cycles):
        titles = [f"Meeting {cycle}-{number}" for number in range(12)]
        write_calendar(
            tmp_path / "room.ics",
            *(event(str(n), "11:30", "13:30", title=title) for n, title in enumerate(titles)),
        )
        hand.set()
        async with agent_process(file) as agent:
            async with visit(socket, agent) as kiosk:
                state = await kiosk.until_state(
                    lambda state, title=titles[0]: any(one.title == title for one in state.day)
                )
                assert state.availability.state is DoorState.IN_USE
                assert len([one for one in state.day if one.title in titles]) == 12
                await asyncio.sleep(rng.random() * 0.03)
            agent.kill()
            await agent.wait()
        check_sound(tmp_path / "state" / "cache.db")
    assert not list((tmp_path / "state").glob("*.damaged*"))


def check_sound(path: Path) -> None:
    if path.exists() and path.stat().st_size:
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    cached = read_cache(path)
    assert cached is None or len({one.title.split("-")[0] for one in cached.occurrences}) <= 1, "half a window"


async def test_killed_while_writing_it_finds_back_each_time(tmp_path: Path, hand: Hand) -> None:
    await kill_and_look(tmp_path, hand, cycles=20)


@pytest.mark.prove
async def test_killed_a_thousand_times_it_finds_back_each_time(tmp_path: Path, hand: Hand) -> None:
    await kill_and_look(tmp_path, hand, cycles=1000)
