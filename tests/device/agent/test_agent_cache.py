"""The cache: nothing written when nothing changed, nothing lost that matters, and no card that stops a door."""
# ruff: noqa: ASYNC240 - the tests look at small files

import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from agent_side import NOON, ROOM, at

from device.agent.cache import Cache, open_cache
from device.agent.cache_file import Cached, read_cache
from device.model.occurrence import Occurrence
from device.model.requests import Hold
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import Window, window_around
from device.wire.panel import LookShown

WINDOW = window_around(NOON, ROOM.zone)
OTHER = Room(id="borealis@office.example", name=SafeText("Borealis"), zone="Europe/Berlin")


def meeting(key: str, begins: str = "13:00", ends: str = "14:00", title: str = "Budget") -> Occurrence:
    return Occurrence(id=key, when=Window(start=at(begins), end=at(ends)), title=SafeText(title))


@asynccontextmanager
async def cache_at(path: Path, room: Room = ROOM) -> AsyncIterator[Cache]:
    async with open_cache(path, room, LookShown()) as cache:
        yield cache


async def filled(path: Path, *meetings: Occurrence) -> None:
    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, meetings or (meeting("1"), meeting("2")))


async def loaded(path: Path) -> Cached:
    async with cache_at(path) as cache:
        return await cache.load()


async def test_what_was_kept_is_there_after_a_new_start(tmp_path: Path) -> None:
    await filled(tmp_path / "cache.db", meeting("1"), meeting("2", title="Séance – 会議"))

    cached = await loaded(tmp_path / "cache.db")

    assert cached.window == WINDOW
    assert {one.id: one.title for one in cached.occurrences} == {"1": "Budget", "2": "Séance – 会議"}


async def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, (meeting("1"), meeting("2")))
        assert cache._database is not None
        changes = cache._database.conn.total_changes
        files = {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in tmp_path.iterdir()}

        for _ in range(1440):
            await cache.keep(WINDOW, (meeting("2"), meeting("1")))

        assert cache._database.conn.total_changes == changes
        assert {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in tmp_path.iterdir()} == files


async def test_only_the_meeting_that_changed_is_written(tmp_path: Path) -> None:
    async with cache_at(tmp_path / "cache.db") as cache:
        await cache.load()
        await cache.keep(WINDOW, [meeting(str(key)) for key in range(50)])
        assert cache._database is not None
        before = cache._database.conn.total_changes

        await cache.keep(WINDOW, [meeting(str(key), title="New" if key == 7 else "Budget") for key in range(50)])

        assert cache._database.conn.total_changes == before + 1


async def test_a_successful_empty_answer_empties_it(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path)

    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, ())

    assert (await loaded(path)).occurrences == ()


async def test_words_that_are_gone_are_gone_from_the_card(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path, meeting("1", title="Layoffs in Aurora"), meeting("2"))

    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, (meeting("2"),))

    assert b"Layoffs" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


async def test_a_new_room_never_sees_the_meetings_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path)

    async with cache_at(path, OTHER) as cache:
        assert await cache.load() == Cached(room=OTHER.id)

    cached = read_cache(path)
    assert cached == Cached(room=OTHER.id)


async def test_a_hold_survives(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    hold = Hold(key="press-1", start=at("12:00"), end=at("12:30"), made_at=NOON)
    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep_holds([hold])
    assert (await loaded(path)).holds == (hold,)

    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep_holds([])
    assert (await loaded(path)).holds == ()


async def test_a_hold_is_on_the_card_before_it_is_promised_and_meetings_need_not_be(tmp_path: Path) -> None:
    said: list[str] = []
    async with cache_at(tmp_path / "cache.db") as cache:
        await cache.load()
        assert cache._database is not None
        cache._database.conn.set_trace_callback(said.append)

        await cache.keep(WINDOW, (meeting("1"),))
        await cache.keep_holds([Hold(key="press-1", start=at("12:00"), end=at("12:30"), made_at=NOON)])
        await cache.keep(WINDOW, (meeting("2"),))

    assert [one for one in said if "synchronous" in one] == [
        "PRAGMA synchronous = NORMAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = NORMAL",
    ]


async def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    async with cache_at(tmp_path / "cache.db") as cache:
        await cache.load()
        await cache.keep(WINDOW, (meeting("1"),))

        assert {file.stat().st_mode & 0o007 for file in tmp_path.iterdir()} == {0}


async def test_a_reader_finds_it_while_the_agent_runs_and_after(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, (meeting("1"),))
        running = read_cache(path)
    ended = read_cache(path)

    assert running == ended
    assert running is not None
    assert [one.id for one in running.occurrences] == ["1"]
    assert read_cache(tmp_path / "none.db") is None


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _rubbish(path: Path) -> None:
    path.write_bytes(os.urandom(4096))


def _html(path: Path) -> None:
    path.write_text("<html>", encoding="utf-8")


def _scratched(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(1024)
        file.write(b"\xa5" * 2048)


def _free_list(path: Path) -> None:
    """A header that names a free page which is not there: every row can still be read."""
    with path.open("r+b") as file:
        file.seek(32)
        file.write((9_999).to_bytes(4, "big") + (1).to_bytes(4, "big"))


def _sql(*statements: str) -> Callable[[Path], None]:
    def do(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return do


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], None]] = {
    "truncated": _truncated,
    "zero length": _empty,
    "rubbish": _rubbish,
    "somebody else's file": _html,
    "scratched pages": _scratched,
    "free pages that are not there": _free_list,
    "schema of the future": _sql("PRAGMA user_version = 99"),
    "schema of the past": _sql("PRAGMA user_version = 0"),
    "a table is missing": _sql("DROP TABLE occurrences"),
    "a table too many": _sql("CREATE TABLE other (x)"),
    "other columns": _sql("ALTER TABLE occurrences ADD COLUMN more TEXT"),
    "a row that is no meeting": _sql("UPDATE occurrences SET body = '{\"id\": 5}' WHERE id = '1'"),
    "a row that is no JSON": _sql("UPDATE occurrences SET body = 'x'"),
    "a row of bytes": _sql("UPDATE meta SET body = x'ff00' WHERE key = 'room'"),
    "a room that is a list": _sql("UPDATE meta SET body = '[]' WHERE key = 'room'"),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_file_is_moved_aside_and_rebuilt(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path)
    DAMAGE[damage](path)

    async with cache_at(path) as cache:
        cached = await cache.load()
        assert cached.occurrences == ()
        await cache.keep(WINDOW, (meeting("3"),))
        assert cache.fault == ""

    assert [one.id for one in (await loaded(path)).occurrences] == ["3"]
    aside = sorted(file.name for file in tmp_path.glob("cache.db.damaged?"))
    assert aside == ([] if damage == "zero length" else ["cache.db.damaged1"])


async def test_a_file_that_breaks_while_it_is_open_is_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    async with cache_at(path) as cache:
        await cache.load()
        await cache.keep(WINDOW, [meeting(str(key), title="x" * 150) for key in range(60)])
        assert cache._database is not None
        cache._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _rubbish(path)
        cache._database.execute("PRAGMA cache_size = 0")

        await cache.keep(WINDOW, (meeting("3"),))

        assert cache.fault == ""
    assert [one.id for one in (await loaded(path)).occurrences] == ["3"]


async def test_two_damaged_files_are_kept_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    for damage in (b"first", b"second", b"third"):
        path.write_bytes(damage * 100)
        await loaded(path)

    kept = {file.name: file.read_bytes()[:5] for file in tmp_path.glob("cache.db.damaged?")}

    assert kept == {"cache.db.damaged1": b"third", "cache.db.damaged2": b"secon"}


async def test_damaged_files_are_forgotten_after_a_week(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.write_bytes(b"damaged" * 100)
    async with cache_at(path) as cache:
        await cache.load()
        written = (tmp_path / "cache.db.damaged1").stat().st_mtime
        os.utime(tmp_path / "cache.db.damaged1", (NOON.timestamp(),) * 2)
        assert written

        await cache.forget(NOON + timedelta(days=6))
        assert (tmp_path / "cache.db.damaged1").exists()
        await cache.forget(NOON + timedelta(days=8))
        assert not (tmp_path / "cache.db.damaged1").exists()


async def test_a_folder_in_its_place_is_a_fault_and_no_end(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    path.mkdir()

    async with cache_at(path) as cache:
        assert (await cache.load()).occurrences == ()
        await cache.keep(WINDOW, (meeting("1"),))
        assert cache.fault

        path.rmdir()
        await cache.keep(WINDOW, (meeting("1"),))
        assert cache.fault == ""


@pytest.fixture
def small_card(tmp_path: Path) -> Iterator[Path]:
    """A card of 192 KiB, where this user may mount one."""
    card = tmp_path / "card"
    card.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192k", "tmpfs", str(card)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small card")
    yield card
    subprocess.run(["umount", "-l", str(card)], check=True)


async def test_a_full_card_is_said_and_written_again_once_there_is_room(small_card: Path) -> None:
    many = [meeting(str(key), title="x" * 190) for key in range(300)]
    async with cache_at(small_card / "cache.db") as cache:
        await cache.load()
        await cache.keep(WINDOW, (meeting("1"),))
        (small_card / "filler").write_bytes(b"x" * 90_000)

        await cache.keep(WINDOW, many)
        assert cache.fault == "CardFull"

        (small_card / "filler").unlink()
        await cache.keep(WINDOW, many[:20])
        assert cache.fault == ""
    assert len((await loaded(small_card / "cache.db")).occurrences) == 20


async def test_a_card_that_is_full_from_the_start_stops_nothing(small_card: Path) -> None:
    filler = small_card / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    async with cache_at(small_card / "cache.db") as cache:
        assert (await cache.load()).occurrences == ()
        await cache.keep(WINDOW, (meeting("1"),))
        assert cache.fault

        filler.unlink()
        await cache.keep(WINDOW, (meeting("1"),))
        assert cache.fault == ""


async def test_a_card_that_turns_read_only_is_said_and_comes_back(small_card: Path) -> None:
    path = small_card / "cache.db"
    await filled(path)

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_card)], check=True)

    remount("ro")
    try:
        async with cache_at(path) as cache:
            assert len((await cache.load()).occurrences) == 2
            await cache.keep(WINDOW, (meeting("3"),))
            assert cache.fault in ("CardReadOnly", "CardFault")
            remount("rw")
            await cache.keep(WINDOW, (meeting("3"),))
            assert cache.fault == ""
    finally:
        remount("rw")
    assert [one.id for one in (await loaded(path)).occurrences] == ["3"]


async def test_a_file_beyond_the_limit_of_its_user_is_a_fault_and_no_end(tmp_path: Path) -> None:
    """EFBIG from RLIMIT_FSIZE stands for the errors of a card that need no root to provoke."""
    import resource

    many = [meeting(str(key), title="x" * 190) for key in range(200)]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with cache_at(tmp_path / "cache.db") as cache:
        await cache.load()
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        try:
            await cache.keep(WINDOW, many)
            assert cache.fault in ("CardFull", "CardFault")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await cache.keep(WINDOW, many)
        assert cache.fault == ""
    assert len((await loaded(tmp_path / "cache.db")).occurrences) == 200
