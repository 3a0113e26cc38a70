"""Exchange's far side in the contract suite: the office's Exchange, over the mailboxes that Graph's has too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from graph_worlds import OfficeWorld
from story import FRIDAY, at

from device.calendars.exchange.options import Auth, Options
from device.emulator.office import Office, open_office


class ExchangeWorld(OfficeWorld):
    """A room's mailbox on a server of one's own."""

    def __init__(self, office: Office, auth: Auth) -> None:
        super().__init__(office)
        self.options = options_for(office, auth=auth)  # type: ignore[assignment]


def options_for(office: Office, **changes: object) -> Options:
    """What a door of this office must be told."""
    usual = {
        "server": office.ews,
        "username": office.exchange.username,
        "password": office.exchange.password,
        "ca_bundle": str(office.ca_bundle),
    }
    return Options(**(usual | changes))


@asynccontextmanager
async def _world(request: pytest.FixtureRequest, auth: Auth) -> AsyncIterator[ExchangeWorld]:
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("empty", folder, start=at(FRIDAY, 8)) as office:
        office.exchange.schemes = ("NTLM",) if auth is Auth.NTLM else ("Basic",)
        yield ExchangeWorld(office, auth)


@asynccontextmanager
async def basic_world(request: pytest.FixtureRequest) -> AsyncIterator[ExchangeWorld]:
    """Signed in by a password on every request."""
    async with _world(request, Auth.BASIC) as world:
        yield world


@asynccontextmanager
async def ntlm_world(request: pytest.FixtureRequest) -> AsyncIterator[ExchangeWorld]:
    """Signed in by NTLM, once for each connection."""
    async with _world(request, Auth.NTLM) as world:
        yield world
