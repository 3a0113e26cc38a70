"""A hub's front door, for tests: takes a provider's calls on loopback; an account's `hear` says what they mean."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer
from seat import PATIENCE

from device.calendars.interface import Heard, Notification, NotificationTarget


@dataclass
class Receiver:
    """Where a provider may call."""

    target: NotificationTarget = field(default_factory=lambda: NotificationTarget(url=""))
    hear: Callable[[Notification], Heard] = field(default=lambda _: Heard())
    calls: list[Notification] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        call = Notification(
            headers={name.lower(): value for name, value in request.headers.items()},
            query=dict(request.query),
            body=await request.read(),
        )
        heard = self.hear(call)
        self.calls.append(call)
        self.heard.append(heard)
        self.news.set()
        if heard.reply is not None:
            return web.Response(text=heard.reply, content_type="text/plain")
        return web.Response(status=202)

    async def until(self, condition: Callable[[Heard], bool]) -> Heard:
        """The first call that means this, waited for."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = next((heard for heard in self.heard if condition(heard)), None)
                if found is not None:
                    return found
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that can be called."""
    receiver = Receiver()
    app = web.Application(client_max_size=1 << 22)
    app.router.add_post("/{tail:.*}", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        receiver.target = NotificationTarget(
            url=str(server.make_url("/notify?key=k")), lifecycle_url=str(server.make_url("/lifecycle"))
        )
        yield receiver
