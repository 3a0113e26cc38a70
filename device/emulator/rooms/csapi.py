"""A Zoom Room's control API over SSH, in its JSON form: one connection, meetings that may want a passcode."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncssh

from device.emulator.ending import end
from device.emulator.rooms.far_side import FarSide, Manner

_JOIN = re.compile(r"zCommand Dial Join meetingNumber: (\d+)(?: password: (\S+))?")


class CsapiRoom:
    """One Zoom Room."""

    def __init__(self, far_side: FarSide | None = None) -> None:
        self.far_side = far_side or FarSide()
        self.username, self.password = "zoom", secrets.token_urlsafe(8)
        self.passcodes: dict[str, str] = {}
        """What a meeting's host set, by its number."""
        self.status = "NOT_IN_MEETING"
        self.lines: list[str] = []
        """All that was said to it."""
        self.wrong_logins = 0
        self.port = 0
        self.host_key = ""
        """Its fingerprint."""
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._processes: set[asyncssh.SSHServerProcess[str]] = set()
        self._going: set[asyncio.Task[None]] = set()

    async def drop(self) -> None:
        """Every connection ends."""
        for connection in tuple(self._connections):
            connection.abort()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer until left."""
        key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = key.get_fingerprint()
        server = await asyncssh.create_server(
            lambda: _Door(self),
            "127.0.0.1",
            0,
            server_host_keys=[key],
            process_factory=self._attend,
        )
        self.port = server.get_port()
        try:
            yield
        finally:
            server.close()
            await self.drop()
            await server.wait_closed()
            await end(tuple(self._going))

    def entered(self, connection: asyncssh.SSHServerConnection) -> None:
        """Somebody connected."""
        self._connections.add(connection)

    def left(self, connection: asyncssh.SSHServerConnection | None) -> None:
        """Somebody went."""
        self._connections.discard(connection)

    async def _attend(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._processes.add(process)
        process.stdout.write("Welcome to Zoom Rooms\r\n*** OK\r\n")
        with suppress(asyncssh.Error, OSError):
            async for line in process.stdin:
                self._hear(line.strip())
        self._processes.discard(process)
        process.exit(0)

    def _hear(self, line: str) -> None:
        self.lines.append(line)
        if line == "zStatus Call Status":
            self._say("zStatus", "Call", {"Status": self.status})
        elif line == "zCommand Call Leave":
            self._say("zCommand", "CallLeaveResult", {})
            self._turn("NOT_IN_MEETING")
            self._say("zEvent", "CallDisconnect", {"success": "on"})
        elif found := _JOIN.fullmatch(line):
            self._say("zCommand", "DialJoinResult", {})
            going = asyncio.create_task(self._go(found[1], found[2] or ""))
            self._going.add(going)
            going.add_done_callback(self._going.discard)

    async def _go(self, number: str, passcode: str) -> None:
        self.status = "CONNECTING_MEETING"
        await asyncio.sleep(self.far_side.rings_for.total_seconds())
        wanted = self.passcodes.get(number, "")
        if wanted and passcode != wanted:
            self._say("zEvent", "MeetingNeedsPassword", {"needsPassword": True, "wrongAndRetry": bool(passcode)})
        elif self.far_side.manner_of(number) is Manner.ANSWERS:
            self._turn("IN_MEETING")
        elif self.far_side.manner_of(number) is not Manner.SILENT:
            self.status = "NOT_IN_MEETING"
            self._say("zEvent", "CallConnectError", {"error_code": 3, "error_message": ""})

    def _turn(self, status: str) -> None:
        self.status = status
        self._say("zStatus", "Call", {"Status": status})

    def _say(self, kind: str, key: str, body: dict[str, Any]) -> None:
        told = {
            key: body,
            "Status": {"message": "", "state": "OK"},
            "Sync": kind != "zEvent",
            "topKey": key,
            "type": kind,
        }
        for process in tuple(self._processes):
            process.stdout.write(json.dumps(told, indent=2).replace("\n", "\r\n") + "\r\n")


class _Door(asyncssh.SSHServer):
    def __init__(self, room: CsapiRoom) -> None:
        self._room = room
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._room.entered(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._room.left(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        right = (username, password) == (self._room.username, self._room.password)
        self._room.wrong_logins += not right
        return right
