"""The panel socket, with real kiosks' ends of it: polite, slow, rude and uninvited ones."""

import asyncio
import os
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from agent_side import NOON, PATIENCE, visit, wait_until

from device.agent import panel as panel_module
from device.agent.panel import MOST_VISITORS, Panel, Visitor
from device.model.errors import SettingsError
from device.model.requests import BookRequested, Outcome
from device.model.safetext import SafeText
from device.wire.framing import MAX_FRAME
from device.wire.panel import (
    ActEnded,
    Fault,
    FaultShown,
    FromAgent,
    FromKiosk,
    LookShown,
    Painted,
    TimeShown,
)


class Shop:
    """A panel and what it heard."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.heard: list[FromKiosk] = []
        self.panel = Panel(self.greet, self.hear)

    def greet(self) -> Iterator[FromAgent]:
        yield TimeShown(now=NOON)
        yield LookShown()
        yield FaultShown(fault=Fault.STARTING)

    def hear(self, frame: FromKiosk, visitor: Visitor) -> None:
        self.heard.append(frame)


@asynccontextmanager
async def open_shop(folder: Path) -> AsyncIterator[Shop]:
    shop = Shop(folder / "panel.sock")
    async with shop.panel.listen(shop.path):
        yield shop


async def test_whoever_connects_is_told_time_look_and_scene_in_this_order(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop, visit(shop.path) as visitor:
        frames = [type(await visitor.next()) for _ in range(3)]

    assert frames == [TimeShown, LookShown, FaultShown]


async def test_everybody_is_told_and_everybody_is_heard(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop, visit(shop.path) as one, visit(shop.path) as two:
        for visitor in (one, two):
            await visitor.until(FaultShown)
        shop.panel.tell(FaultShown(fault=Fault.CALENDAR))
        for visitor in (one, two):
            assert (await visitor.until(FaultShown)).fault is Fault.CALENDAR

        one.say(BookRequested(key="one", minutes=15))
        two.say(Painted())

        await wait_until(lambda: len(shop.heard) == 2)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\n",
        b"hello\n",
        b'{"type":"room"}\n',
        b'{"type":"book"}\n',
        b'{"type":"book","key":"k","minutes":"x"}\n',
        b'{"type":"book","key":"k","more":1}\n',
        b"\xff\xfe\n",
        b"x" * (1 << 20),
        b"[" * 50_000 + b"\n",
    ],
)
async def test_a_bad_frame_ends_that_connection_and_no_other(rubbish: bytes, tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop, visit(shop.path) as rude, visit(shop.path) as polite:
        await rude.until(FaultShown)
        await polite.until(FaultShown)

        rude.say_bytes(rubbish)

        with pytest.raises((AssertionError, ConnectionError)):
            await rude.until(FaultShown)
        polite.say(Painted())
        await wait_until(lambda: shop.heard == [Painted()])


async def test_a_kiosk_that_leaves_in_the_middle_of_a_word_costs_nothing(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop:
        async with visit(shop.path) as hasty:
            await hasty.until(FaultShown)
            hasty.say_bytes(b'{"type":"bo')
        await wait_until(lambda: not shop.panel._visitors)
        async with visit(shop.path) as next_one:
            await next_one.until(FaultShown)


async def test_a_slow_reader_gets_the_newest_word_and_every_answer(tmp_path: Path) -> None:
    detail = SafeText("x" * 150)
    async with open_shop(tmp_path) as shop, visit(shop.path) as slow:
        await slow.until(FaultShown)
        for number in range(20_000):
            shop.panel.tell(FaultShown(fault=Fault.CALENDAR, detail=detail))
            if number == 10_000:
                shop.panel.tell(ActEnded(key="k", outcome=Outcome.DONE))
            if number % 1000 == 0:
                await asyncio.sleep(0)
        shop.panel.tell(FaultShown(fault=Fault.PERMISSION))

        await slow.until(FaultShown, lambda frame: frame.fault is Fault.PERMISSION)

    assert any(isinstance(frame, ActEnded) for frame in slow.heard)
    assert len(slow.heard) < 10_000


async def test_one_who_does_not_read_at_all_is_dropped_and_the_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_module, "PATIENCE", 0.1)
    async with open_shop(tmp_path) as shop, visit(shop.path) as polite:
        silent = socket.socket(socket.AF_UNIX)
        silent.connect(str(shop.path))
        try:
            await wait_until(lambda: len(shop.panel._visitors) == 2)
            async with asyncio.timeout(PATIENCE):
                while len(shop.panel._visitors) == 2:
                    shop.panel.tell(FaultShown(fault=Fault.CALENDAR, detail=SafeText("x" * 199)))
                    await asyncio.sleep(0)
            shop.panel.tell(FaultShown(fault=Fault.PERMISSION))
            await polite.until(FaultShown, lambda frame: frame.fault is Fault.PERMISSION)
        finally:
            silent.close()


async def test_there_is_an_end_to_how_many_may_come(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop:
        ends = [socket.socket(socket.AF_UNIX) for _ in range(MOST_VISITORS + 8)]
        try:
            for end in ends:
                end.connect(str(shop.path))
            await wait_until(lambda: len(shop.panel._visitors) == MOST_VISITORS)
            for end in ends[:8]:
                end.close()
            await wait_until(lambda: len(shop.panel._visitors) <= MOST_VISITORS - 8)
            async with visit(shop.path) as visitor:
                await visitor.until(FaultShown)
        finally:
            for end in ends:
                end.close()


async def test_only_owner_and_group_may_use_the_socket(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop:
        mode = shop.path.stat().st_mode

    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660
    assert not shop.path.exists()


_KNOCK = """
import os, socket, sys
path, user, group = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
end = socket.socket(socket.AF_UNIX)
os.setgroups([]); os.setgid(group); os.setuid(user)
end.connect(path)
sys.exit(0 if end.recv(1) else 3)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize(("group", "code"), [(65533, 3), (4242, 0)])
async def test_a_stranger_is_turned_away_even_where_the_mode_lets_him_in(group: int, code: int, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    async with open_shop(tmp_path) as shop:
        os.chown(shop.path, 0, 4242)
        shop.path.chmod(0o666)

        knock = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", _KNOCK, str(shop.path), "65534", str(group)],
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )

    assert knock.returncode == code, knock.stderr


async def test_a_socket_that_a_killed_agent_left_is_taken_over(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "panel.sock"))
    left.close()

    async with open_shop(tmp_path) as shop, visit(shop.path) as visitor:
        await visitor.until(FaultShown)


async def test_a_second_agent_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async with open_shop(tmp_path) as shop:
        with pytest.raises(SettingsError, match="Another agent"):
            async with open_shop(tmp_path):
                pass
        async with visit(shop.path) as visitor:
            await visitor.until(FaultShown)


async def test_a_place_where_no_socket_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / ("long" * 40)):
        with pytest.raises(SettingsError, match="cannot be made"):
            async with open_shop(folder):
                pass


def test_a_frame_from_a_kiosk_is_smaller_than_one_to_it() -> None:
    assert panel_module.LONGEST_ASKED < MAX_FRAME
