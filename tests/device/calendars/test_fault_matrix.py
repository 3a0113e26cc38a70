"""Every fault of a provider, in every phase of a door's life, has its state, written down and judged cell by cell.

The matrix is `fault_matrix.txt`. Its cells are tried on a real agent, whose calendar is spoilt on the way to it.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from far_sides import ASKED, FAR_SIDES, World, require_far_side
from fault_door import POLL, SpoiltDoor, mark, never_wrongly_free, spoilt_door
from fault_proxy import FaultProxy, Resolver, fault_proxy
from fault_rows import ENTRIES, LINES, SLOW, Place
from story import FRIDAY, at

from device.agent import access as access_module
from device.calendars import Providers
from device.calendars.interface import AccessToken, Connection
from device.emulator.world_clock import WorldClock
from device.model.clock import ClockReading
from device.wire.told_clock import ToldClock

TABLE = Path(__file__).with_name("fault_matrix.txt")
PHASES = ("first", "steady", "refresh", "act")
SMOKE = (
    "401 for ever",
    "403 no permission",
    "429 wait for a day",
    "a portal's page",
    "the grant is revoked",
    "TLS expired",
)
"""Rows that the suite tries; `prove` tries all."""
AGAIN = {"refused": 0, "not-found": 0, "sign-in": 0, "no-such-room": 0, "denied": 15, "busy": 60}
"""Requests that a door may make in ten minutes of a fault; anything else: as one poll a minute makes."""
MOST = 100
QUIET = 0.1
"""Seconds without a request after which a door has no more to ask for now."""
PATIENT, HURRIED = 4.0, 0.7
"""Seconds that a call may take: enough for any machine, and little where every call takes them."""


def expected() -> dict[tuple[str, str, str], str]:
    """The table: `(row, provider, phase)` to what the door says. A line of a provider goes before that of `all`."""
    found: dict[tuple[str, str, str], str] = {}
    row = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            row = line.strip()
            continue
        who, *words = line.split()
        for member in ASKED:
            if who in ("all", member.value):
                told = dict(zip(PHASES, words, strict=True))
                found |= {(row, member.value, phase): _possible(member, phase, told[phase]) for phase in PHASES}
    return found


def _possible(member: Providers, phase: str, word: str) -> str:
    """A cell of `all` for a provider that gives out no access, or cannot be written."""
    if phase == "refresh" and not FAR_SIDES[member].gives_access:
        return "-"
    return "not-now" if phase == "act" and word != "-" and not member.load().writable else word


CELLS = expected()


def test_the_table_has_every_row_and_every_provider() -> None:
    assert {row for row, _, _ in CELLS} == {*LINES, *ENTRIES}
    assert {who for _, who, _ in CELLS} == {member.value for member in ASKED}


def cells(rows: dict[str, object]) -> Iterator[object]:
    for row in rows:
        for member in ASKED:
            marks = () if row in SMOKE else pytest.mark.prove
            yield pytest.param(member, row, id=f"{member.value}-{row}", marks=marks)


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """What is loaded late takes longer than a hurried call may."""
    for name in ("msal", "google.oauth2.service_account", "google.auth.crypt"):
        import_module(name)


@pytest.fixture(autouse=True)
def mint_in_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access is minted in this process, for its way to be spoilt too."""

    async def mint(member: Providers, options: Connection, room: str, reading: ClockReading) -> AccessToken:
        made = member.load().mint
        assert made is not None
        return await made(options, room, ToldClock(reading))

    monkeypatch.setattr(access_module, "mint_apart", mint)


@asynccontextmanager
async def spoilt_world(
    member: Providers, request: pytest.FixtureRequest, seconds: float = PATIENT
) -> AsyncIterator[tuple[World, FaultProxy, Connection, WorldClock]]:
    require_far_side(member)
    side = FAR_SIDES[member]
    async with side.worlds[side.networked or next(iter(side.worlds))](request) as world:
        office = getattr(world, "office", None)
        clock = office.clock if office else WorldClock(at(FRIDAY, 8).astimezone(UTC))
        folder: Path = request.getfixturevalue("tmp_path")
        async with fault_proxy(world.options, folder, seconds) as (proxy, options):
            yield world, proxy, options, clock


class Trial:
    """One row, tried on one provider."""

    def __init__(self, member: Providers, row: str, proxy: FaultProxy, resolver: Resolver) -> None:
        self._member, self._row = member, row
        self._proxy, self._resolver = proxy, resolver
        self._undo = ExitStack()

    def want(self, phase: str) -> str:
        return CELLS[self._row, self._member.value, phase]

    def spoil(self, *, tokens: bool = False) -> None:
        place = Place(FAR_SIDES[self._member], self._proxy, self._resolver, self._undo, tokens)
        LINES[self._row](place)

    def heal(self) -> None:
        self._proxy.heal()
        self._resolver.heal()
        self._undo.close()
        self._proxy.hang_up()

    async def recover(self, door: SpoiltDoor) -> None:
        """It is put right, and the door tells the truth again, and has no more to ask."""
        self.heal()
        await door.heal()
        before = -1
        while before != self._proxy.asked:
            before = self._proxy.asked
            await asyncio.sleep(QUIET)

    async def first(self, door: SpoiltDoor, title: str) -> None:
        assert await door.first_word(title) == self.want("first")
        await self.recover(door)

    async def steady(self, door: SpoiltDoor) -> None:
        """The next poll meets it, and ten minutes more of them; then it is gone."""
        title = await mark(door.world)
        self.spoil()
        door.clock.jump(POLL)
        said = await door.word(title)
        assert said == self.want("steady")
        if said != "true":
            before = self._proxy.asked
            never_wrongly_free(await door.hold_out(10))
            assert self._proxy.asked - before <= AGAIN.get(said, MOST)
        await self.recover(door)

    async def refresh(self, door: SpoiltDoor) -> None:
        """It hits where access is given out, when that has to be renewed."""
        title = await mark(door.world)
        self.spoil(tokens=True)
        door.clock.jump(timedelta(minutes=57))
        said = await door.word(title)
        assert said == self.want("refresh")
        before = self._proxy.asked
        if said != "true" and not self._row.endswith("once"):
            never_wrongly_free(await door.hold_out(10))
            assert self._proxy.asked - before <= AGAIN.get(said, MOST)
        await self.recover(door)

    async def act(self, door: SpoiltDoor) -> None:
        """Somebody books while it lasts."""
        self.spoil()
        assert await door.book() == self.want("act")
        await self.recover(door)


@pytest.mark.parametrize(("member", "row"), cells(LINES))
async def test_a_fault_on_the_way(
    member: Providers,
    row: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if row.startswith("IPv6") and not socket.has_ipv6:
        pytest.skip("there is no IPv6 here")
    caplog.set_level(logging.INFO)
    async with spoilt_world(member, request, HURRIED if row in SLOW else PATIENT) as (world, proxy, options, clock):
        trial = Trial(member, row, proxy, Resolver(monkeypatch))
        try:
            if trial.want("first") != "-":
                title = await mark(world)
                trial.spoil()
                async with spoilt_door(member, world, options, tmp_path / "first", clock) as door:
                    await trial.first(door, title)
            title = await mark(world)
            async with spoilt_door(member, world, options, tmp_path / "then", clock) as door:
                await door.read(title)
                for phase in (trial.steady, trial.refresh, trial.act):
                    if trial.want(phase.__name__) != "-":
                        await phase(door)
        finally:
            trial.heal()
    assert "went wrong" not in caplog.text


@pytest.mark.parametrize(("member", "row"), cells(ENTRIES))
async def test_what_stands_in_the_calendar(
    member: Providers, row: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with spoilt_world(member, request) as (world, _, options, clock):
        await ENTRIES[row](world, "It")
        title = await mark(world)
        async with spoilt_door(member, world, options, tmp_path / "first", clock) as door:
            state = await door.read(title)
            said = f"{state.availability.state.value}{'+skipped' * state.skipped}"
            assert said == CELLS[row, member.value, "first"]
