"""The hub put together: read from top to bottom it says who talks to whom.

One TaskGroup holds all jobs; a job that ends ends the process, and whoever supervises it starts it whole.
"""

import asyncio
import logging
import os
import random
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import timedelta

import uvicorn

from device.model.clock import Clock, SystemClock
from device.wire.hub import DropAccess
from device.wire.told_clock import told_clock
from hub.connections.accounts import Accounts
from hub.connections.calendars import Calendars
from hub.connections.listening import Listening
from hub.connections.registry import Connections
from hub.connections.subscriptions import Keeper, SubscriptionBook
from hub.devices.desk import DeviceDesk
from hub.devices.keys import hub_keys
from hub.devices.listener import Listener
from hub.devices.orders import Orders
from hub.devices.registry import Devices
from hub.fanout import FanOut
from hub.foundation import Foundation, open_foundation
from hub.relay_tokens import RelayTokens
from hub.rooms.registry import Rooms
from hub.server_settings import ServerSettings, listen_at
from hub.services import Services
from hub.settings import HubSettings
from hub.switchboard import ConnectionChanged, RoomChanged, Switchboard, connect
from hub.vault.states import KeyState, KeyStatus
from hub.web.app import application
from hub.webhooks import Webhooks

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=15)
"""How long a planned restart takes, as devices are told."""
GOODBYE = 3
"""Seconds that requests have to end when the process does."""
BACKLOG = 2048
"""Connections that may wait to be accepted: a building's doors that come back at once."""


class JobEnded(Exception):
    """A job that should never end did."""


@asynccontextmanager
async def open_services(foundation: Foundation, server: ServerSettings) -> AsyncIterator[Services]:
    """The parts of one process, on their foundation."""
    clock, store, audit = foundation.clock, foundation.main, foundation.audit
    keys = await hub_keys(foundation.vault.safe)
    board = Switchboard(store)

    async def publish(room: str) -> None:
        await board.say(RoomChanged(room=room))

    fanout = FanOut(publish)
    connect(board, fanout)
    devices, rooms = Devices(store, clock), Rooms(store)
    connections = Connections(store, foundation.vault, clock)
    accounts = Accounts(connections, clock)
    calendars = Calendars(accounts, clock)
    try:
        yield Services(
            foundation=foundation,
            server=server,
            keys=keys,
            board=board,
            fanout=fanout,
            devices=devices,
            orders=Orders(store, board, devices, keys, audit, clock),
            rooms=rooms,
            connections=connections,
            accounts=accounts,
            calendars=calendars,
            tokens=RelayTokens(keys.relay),
        )
    finally:
        await calendars.close()
        await accounts.close()


Job = Callable[[], Awaitable[object]]


@asynccontextmanager
async def open_hub(
    settings: HubSettings, server: ServerSettings, clock: Clock | None = None
) -> AsyncIterator[tuple[Services, tuple[Job, ...]]]:
    """One hub process with its device endpoint open, and the jobs that have to run in it.

    Raises:
        HubError: something cannot be opened.
        SettingsError: something in the settings cannot be used on this machine.
    """
    tls, holder = server.tls(), f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        if clock is None:
            clock = SystemClock() if settings.told_clock is None else await enter(told_clock(settings.told_clock))
        foundation = await enter(open_foundation(settings, clock))
        hub = await enter(open_services(foundation, server))
        rng = random.Random()  # noqa: S311 - jitter
        book = SubscriptionBook(hub)
        keeper, listening = Keeper(hub, book, holder, rng), Listening(hub, holder, rng)
        webhooks = Webhooks(hub, book, keeper)
        listener = Listener(
            DeviceDesk(hub, book),
            hub.fanout,
            hub.keys.public,
            server.origins,
            hub.clock,
            proxies=server.trusted_proxies,
        )
        _watch_keys(hub)
        _watch_connections(hub, keeper, listening)
        place = listen_at(server.listen_devices, "server.listen_devices")
        await enter(listener.listening(place.host, place.port, ssl=tls))
        stack.callback(listener.pause, PAUSE)
        web = _web(hub, webhooks, server, stack.enter_context(_bound(server)))
        yield hub, (*foundation.jobs, hub.board.run, keeper.run, listening.run, webhooks.run, web.serve_until_cancelled)


async def run(settings: HubSettings, server: ServerSettings, ready: Callable[[Services], Awaitable[object]]) -> None:
    """One hub process, until it is cancelled; `ready` is called once its ports are taken.

    Raises:
        HubError, SettingsError, OSError: as `open_hub` does.
    """
    async with open_hub(settings, server) as (hub, jobs), asyncio.TaskGroup() as group:
        await ready(hub)
        for job in jobs:
            group.create_task(unending(job))


def _bound(server: ServerSettings) -> socket.socket:
    """The portal's port, taken before anybody is told of it: uvicorn would end the process where it is somebody else's.

    Raises:
        OSError: it is.
    """
    place = listen_at(server.listen, "server.listen")
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family, backlog=BACKLOG)


def _web(hub: Services, webhooks: Webhooks, server: ServerSettings, bound: socket.socket) -> "_Web":
    config = uvicorn.Config(
        application(hub, webhooks),
        ssl_certfile=server.certificate or None,
        ssl_keyfile=server.private_key or None,
        proxy_headers=bool(server.trusted_proxies),
        forwarded_allow_ips=list(server.trusted_proxies) or None,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GOODBYE,
        lifespan="off",
    )
    return _Web(config, bound)


class _Web(uvicorn.Server):
    """uvicorn without its own hold on signals, which are this process's."""

    def __init__(self, config: uvicorn.Config, bound: socket.socket) -> None:
        super().__init__(config)
        self._bound = bound

    async def serve_until_cancelled(self) -> None:
        """Serve until cancelled, and let what is under way be answered."""
        serving = asyncio.ensure_future(self.serve([self._bound]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self.should_exit = True
            await asyncio.wait((serving,), timeout=2 * GOODBYE)
            serving.cancel()
            raise

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process has its own."""
        yield


def _watch_keys(hub: Services) -> None:
    """When a connection's key is locked or gone, nobody keeps what it gave: not this process, not a device."""
    pending: set[asyncio.Task[None]] = set()

    def changed(status: KeyStatus) -> None:
        if status.state in (KeyState.LOCKED, KeyState.SHREDDED, KeyState.OK):
            locked = status.state is not KeyState.OK
            word = ConnectionChanged(connection=status.owner.connection, locked=locked)
            task = asyncio.ensure_future(hub.board.say(word))
            pending.add(task)
            task.add_done_callback(pending.discard)

    hub.vault.observers.append(changed)


def _watch_connections(hub: Services, keeper: Keeper, listening: Listening) -> None:
    async def changed(word: ConnectionChanged) -> None:
        rooms = await hub.rooms.of_connection(word.connection)
        await hub.calendars.drop(word.connection, tuple(row.id for row in rooms))
        await hub.accounts.drop(word.connection)
        here = {row.id for row in rooms}
        for device in await hub.devices.all():
            if device.room in here:
                if word.locked:
                    await hub.fanout.tell(device.id, DropAccess(reason="locked"))
                else:
                    await hub.fanout.cut(device.id, 4408, "greet me again")
        keeper.look_soon()
        listening.look_soon()

    hub.board.on(ConnectionChanged, changed)


async def unending(job: Job) -> None:
    """Run a job.

    Raises:
        JobEnded: it ended.
    """
    await job()
    raise JobEnded(getattr(job, "__qualname__", repr(job)))


async def run_until_told(
    settings: HubSettings, server: ServerSettings, ready: Callable[[Services], Awaitable[object]]
) -> None:
    """The same, ended cleanly by SIGTERM or SIGINT."""
    hub = asyncio.ensure_future(run(settings, server, ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, hub.cancel)
    with suppress(asyncio.CancelledError):
        await hub
