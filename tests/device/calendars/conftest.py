"""Real servers for the providers, started once for a run, and the worlds of the contract suite."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import pytest
from account_worlds import AccountWorld
from dav_worlds import radicale, xandikos
from far_sides import ASKED, FAR_SIDES, World, door_of, require_far_side

from device.calendars.interface import CalendarAccount, Provider, RoomCalendar


@pytest.fixture(scope="session")
def radicale_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Radicale."""
    yield from radicale(tmp_path_factory.mktemp("radicale"))


@pytest.fixture(scope="session")
def xandikos_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Xandikos."""
    yield from xandikos(tmp_path_factory.mktemp("xandikos"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every world of every provider, asked of the enum, so that nobody is forgotten."""
    if "account_world_of" in metafunc.fixturenames:
        hubs = [
            pytest.param((member, name), id=f"{member.value}-{name}")
            for member in ASKED
            if member.load().open_account is not None
            for name in (FAR_SIDES[member].accounts if member in FAR_SIDES else ()) or ("far side",)
        ]
        metafunc.parametrize("account_world_of", hubs, indirect=True)
    if "world_of" not in metafunc.fixturenames:
        return
    asked = [
        pytest.param((member, name), id=f"{member.value}-{name}")
        for member in ASKED
        for name in (FAR_SIDES[member].worlds if member in FAR_SIDES else ("far side",))
        if "writable" not in metafunc.fixturenames or member.load().writable
    ]
    metafunc.parametrize("world_of", asked, indirect=True)


@pytest.fixture
def world_of(request: pytest.FixtureRequest) -> tuple[Provider, Callable[[], AbstractAsyncContextManager[World]]]:
    """A provider and the way into one of its worlds."""
    member, name = request.param
    require_far_side(member)
    return member.load(), lambda: FAR_SIDES[member].worlds[name](request)


@pytest.fixture
def writable() -> None:
    """Asked for by tests of calendars that can be written."""


@pytest.fixture
async def world(
    world_of: tuple[Provider, Callable[[], AbstractAsyncContextManager[World]]],
) -> AsyncIterator[World]:
    """One of the worlds, empty."""
    async with world_of[1]() as world:
        yield world


@pytest.fixture
def provider(world_of: tuple[Provider, object]) -> Provider:
    """The provider that belongs to `world`."""
    return world_of[0]


@pytest.fixture
async def door(provider: Provider, world: World) -> AsyncIterator[RoomCalendar]:
    """A door of the room."""
    async with door_of(provider, world.options) as calendar:
        yield calendar


@pytest.fixture
def account_world_of(
    request: pytest.FixtureRequest,
) -> tuple[Provider, Callable[[], AbstractAsyncContextManager[AccountWorld]]]:
    """A provider that has a hub half, and the way into one of its worlds."""
    member, name = request.param
    require_far_side(member)
    if name not in FAR_SIDES[member].accounts:
        pytest.fail(f"{member.value} has a hub half and no world for it: add one to `accounts` in far_sides.py")
    return member.load(), lambda: FAR_SIDES[member].accounts[name](request)


@pytest.fixture
def hub(account_world_of: tuple[Provider, object]) -> Provider:
    """The provider of `account_world`."""
    return account_world_of[0]


@pytest.fixture
async def account_world(
    account_world_of: tuple[Provider, Callable[[], AbstractAsyncContextManager[AccountWorld]]],
) -> AsyncIterator[AccountWorld]:
    """One of its worlds."""
    async with account_world_of[1]() as world:
        yield world


@pytest.fixture
async def account(hub: Provider, account_world: AccountWorld) -> AsyncIterator[CalendarAccount]:
    """The hub half in that world."""
    assert hub.open_account is not None
    async with hub.open_account(account_world.options, account_world.clock) as account:
        yield account
