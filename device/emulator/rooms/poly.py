"""A Poly VideoOS system: sessions, conferences and connections as its REST interface has them."""

import asyncio
import secrets
from typing import Any

from aiohttp import web

from device.emulator.ending import end
from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.web_system import WebSystem


class PolySystem:
    """One system."""

    def __init__(self, far_side: FarSide | None = None) -> None:
        self.far_side = far_side or FarSide()
        self.web = WebSystem(self._handle)
        self.username, self.password = "admin", secrets.token_urlsafe(12)
        self.wrong_logins = 0
        self.state = "ASLEEP"
        self.app_mode = False
        """Another vendor's app has it."""
        self.placeholder = True
        """Group Series keep a conference without connections in the list while they idle."""
        self.dialled: list[dict[str, Any]] = []
        self.connections: dict[str, dict[str, Any]] = {}
        self._sessions: set[str] = set()
        self._next = 1
        self._ringing: set[asyncio.Task[None]] = set()

    def call_in(self) -> None:
        """A call that nobody here asked for."""
        self._begin("somebody@example.org", "CONNECTED")

    def forget_sessions(self) -> None:
        """Everybody has to sign in again."""
        self._sessions.clear()

    async def close(self) -> None:
        """Nothing rings any more."""
        await end(tuple(self._ringing))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if (request.method, request.path) == ("POST", "/rest/session"):
            return self._sign_in(await request.json())
        if request.cookies.get("session_id") not in self._sessions:
            return web.json_response({"reason": "Unauthorized"}, status=401)
        match request.method, request.path.removeprefix("/rest").split("/")[1:]:
            case "GET", ["system"]:
                return web.json_response(
                    {"state": "IN_CALL" if self.connections else self.state, "model": "Studio X30"}
                )
            case "GET", ["system", "apps"]:
                return web.json_response([{"personaName": "Poly", "polyCallFeaturesEnabled": not self.app_mode}])
            case "GET", ["conferences"]:
                return web.json_response(self._conferences())
            case "POST", ["conferences"]:
                return self._dial(await request.json())
            case "POST", ["conferences", _, "connections", number] if number in self.connections:
                del self.connections[number]
                return web.json_response({"success": True})
            case _:
                return web.json_response({"reason": "NotFound"}, status=404)

    def _sign_in(self, told: dict[str, Any]) -> web.Response:
        if (told.get("user"), told.get("password")) != (self.username, self.password):
            self.wrong_logins += 1
            return web.json_response({"success": False, "loginStatus": {"failedLogins": self.wrong_logins}})
        session = secrets.token_hex(16)
        self._sessions.add(session)
        answer = web.json_response({"success": True, "session": {"role": "ADMIN"}})
        answer.set_cookie("session_id", session)
        return answer

    def _conferences(self) -> list[dict[str, Any]]:
        if self.connections:
            return [{"id": "0", "isActive": True, "connections": list(self.connections.values())}]
        return [{"id": "PENDING", "isActive": False, "connections": []}] if self.placeholder else []

    def _dial(self, told: dict[str, Any]) -> web.Response:
        self.dialled.append(told)
        number = self._begin(str(told["address"]), "DIALING")
        ringing = asyncio.create_task(self._ring(number, str(told["address"])))
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)
        return web.json_response([{"href": f"/rest/conferences/0/connections/{number}"}])

    def _begin(self, address: str, state: str) -> str:
        number, self._next = str(self._next), self._next + 1
        self.connections[number] = {"id": number, "address": address, "state": state, "callType": "SIP"}
        return number

    async def _ring(self, number: str, address: str) -> None:
        manner, seconds = self.far_side.manner_of(address), self.far_side.rings_for.total_seconds() / 2
        for state in ("RINGING", "CONNECTED"):
            await asyncio.sleep(seconds)
            if number in self.connections:
                self.connections[number]["state"] = state
            if manner is Manner.SILENT:
                return
            if manner is not Manner.ANSWERS:
                self.connections.pop(number, None)
                return
