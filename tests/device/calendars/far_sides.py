"""What stands on the far side of each provider in the contract suite.

A provider is tested when it is a member of `device.calendars.Providers`. It needs an entry in `FAR_SIDES` here: the
worlds it is tested in, each an async context manager that gives a `World`. A member without an entry fails the suite.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, Protocol

import pytest
from account_worlds import AccountWorld, dav_account, exchange_account, feed_account, office_account, workspace_account
from dav_worlds import radicale_world, xandikos_world
from desks import Desk, dav_desk, exchange_desk, google_desk, graph_desk
from exchange_worlds import basic_world, ntlm_world
from far_side import Handler
from feed_worlds import file_world, url_world
from google_worlds import invited_world, shared_world
from google_worlds import signing_in as google_signing_in
from graph_room import signing_in
from graph_worlds import office_world
from story import FRIDAY, ROOM, Meeting, at

from device.calendars import Providers
from device.calendars.interface import AccessToken, Connection, Provider, RoomCalendar
from device.model.clock import Clock, ClockReading
from device.model.secret import Secret
from device.model.window import Window


class World(Protocol):
    """A far side that holds the calendar of `story.ROOM`, and other people who use it by other means than ours."""

    options: Connection
    """What the provider must be told to reach it."""

    async def enter(self, meeting: Meeting) -> None:
        """Somebody enters a meeting."""

    async def withdraw(self, meeting: Meeting) -> None:
        """Somebody takes a meeting out, a whole series with it."""

    async def spoil(self) -> None:
        """Somebody's broken software leaves a meeting on the Friday that nobody can read."""

    async def seen(self, window: Window) -> list[tuple[str, Window]]:
        """Titles and times of the single meetings that other people see; not asked of what is read only."""


@dataclass(frozen=True)
class FarSides:
    """How one provider is tested."""

    worlds: Mapping[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[World]]]
    against: Callable[[str, str], Connection]
    """Options for a server at a URL, trusted by a CA bundle: for faults, which are the same for everybody."""
    complaint: tuple[str, str] = ("<html><body>No.</body></html>", "text/html")
    """Body and type of this vendor's own errors, where a status alone could be anybody's."""
    accounts: Mapping[str, Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[AccountWorld]]] = field(
        default_factory=dict
    )
    """The worlds that its hub half is tested in, if it has one."""
    signing_in: Callable[[Handler], Handler] = lambda handler: handler
    """A far side on which signing in succeeds, so that its other answers are met."""
    gives_access: bool = False
    """Whether it gives out access that runs out and has to be renewed."""
    networked: str = ""
    """Which of `worlds` can be cut off; empty: the first."""
    desk: Callable[[Any], AbstractAsyncContextManager[Desk]] | None = None
    """Somebody who books there by a program that is not ours, in one of `worlds`; where bookings can be made."""


def _caldav_at(url: str, ca_bundle: str) -> Connection:
    from device.calendars.caldav import Options

    return Options(url=f"{url}/aurora/", username="door", password=Secret("secret"), ca_bundle=ca_bundle)


def _ics_at(url: str, ca_bundle: str) -> Connection:
    from device.calendars.ics import Options

    return Options(url=Secret(f"{url}/aurora.ics"), username="door", password=Secret("secret"), ca_bundle=ca_bundle)


def _graph_at(url: str, ca_bundle: str) -> Connection:
    from device.calendars.graph import Options

    return Options(
        tenant="tenant",
        client_id="door",
        client_secret=Secret("secret"),
        endpoint=f"{url}/v1.0",
        authority=url,
        ca_bundle=ca_bundle,
    )


def _exchange_at(url: str, ca_bundle: str) -> Connection:
    from device.calendars.exchange.options import Auth, Options

    return Options(
        server=f"{url}/EWS/Exchange.asmx",
        username="door",
        password=Secret("secret"),
        auth=Auth.BASIC,
        ca_bundle=ca_bundle,
    )


def _google_at(url: str, ca_bundle: str) -> Connection:
    from device.calendars.google import Options
    from device.emulator.google.routes import google_endpoints

    client = {"client_id": "door", "client_secret": Secret("secret")}
    return Options(refresh_token=Secret("secret"), ca_bundle=ca_bundle, **client, **google_endpoints(url))


FAR_SIDES: Mapping[Providers, FarSides] = {
    Providers.CALDAV: FarSides(
        worlds={"radicale": radicale_world, "xandikos": xandikos_world},
        against=_caldav_at,
        accounts={"radicale": dav_account},
        desk=dav_desk,
    ),
    Providers.EXCHANGE: FarSides(
        worlds={"basic": basic_world, "ntlm": ntlm_world},
        against=_exchange_at,
        accounts={"office": exchange_account},
        desk=exchange_desk,
    ),
    Providers.GOOGLE: FarSides(
        worlds={"shared": shared_world, "invited": invited_world},
        against=_google_at,
        complaint=('{"error": {"code": 0, "errors": [{"reason": "no"}]}}', "application/json"),
        accounts={"workspace": workspace_account},
        signing_in=google_signing_in,
        gives_access=True,
        desk=google_desk,
    ),
    Providers.GRAPH: FarSides(
        worlds={"office": office_world},
        against=_graph_at,
        complaint=('{"error": {"code": "No"}}', "application/json"),
        accounts={"office": office_account},
        signing_in=signing_in,
        gives_access=True,
        desk=graph_desk,
    ),
    Providers.ICS: FarSides(
        worlds={"file": file_world, "url": url_world}, against=_ics_at, accounts={"url": feed_account}, networked="url"
    ),
}


BEHIND_A_HUB = frozenset({Providers.RELAYED})
"""Calendars of other providers that a hub reads and writes for its doors; proved with a hub, in `tests/hub`."""
ASKED = tuple(member for member in Providers if member not in BEHIND_A_HUB)
"""The providers that the contract suite asks; whoever joins the enum is among them."""


def require_far_side(member: Providers) -> None:
    """A provider without a far side must not pass unseen."""
    if member not in FAR_SIDES:
        pytest.fail(f"{member.value} has no far side: add one to FAR_SIDES in far_sides.py")


class FridayMorning:
    """A clock that stands on the Friday morning of the story."""

    def read(self) -> ClockReading:
        return ClockReading(now=at(FRIDAY, 8).astimezone(UTC), elapsed=timedelta())


@asynccontextmanager
async def door_with(provider: Provider, options: Connection) -> AsyncIterator[RoomCalendar]:
    """A door that was given its access by somebody else."""

    async def access() -> AccessToken:
        return AccessToken(token=Secret("token"), username="door")

    async with provider.open_room(ROOM, options, access, FridayMorning()) as calendar:
        yield calendar


@asynccontextmanager
async def door_of(provider: Provider, options: Connection, clock: Clock | None = None) -> AsyncIterator[RoomCalendar]:
    """A door's view of the calendar, standing alone with the settings' own credential."""
    now, mint = clock or FridayMorning(), provider.mint
    assert mint is not None

    async def access() -> AccessToken:
        return await mint(options, ROOM.id, now)

    async with provider.open_room(ROOM, options, access, now) as calendar:
        yield calendar
