"""Cisco's room devices (RoomOS, CE 9.15 and newer), by their own xAPI over a WebSocket on the room's network.

* `xapi`: the connection: JSON-RPC 2.0, one session, signed in once, never a third time with a wrong password.
* `system`: which of the device's commands joins what, and what its call status means.

Sources: roomos.cisco.com, xAPI over WebSocket, HttpApi and the schemas of 9.15 to 26.4.1.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device.join.interface import Driver
from device.join.roomos.system import Options, RoomOS
from device.join.roomos.xapi import Xapi


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[RoomOS]:
    xapi = Xapi(options, options.username, options.password)
    try:
        yield RoomOS(options, xapi)
    finally:
        await xapi.close()


DRIVER = Driver(options=Options, open=_open)
