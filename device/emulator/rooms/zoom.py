"""Zoom's cloud as an account's app sees it: tokens, and Zoom Rooms that are told and asked."""

import asyncio
import base64
import secrets
from typing import Any

from aiohttp import web

from device.emulator.ending import end
from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.web_system import WebSystem

ACCOUNT, CLIENT, ROOM = "acc-1", "client-1", "room-1"


class ZoomRoomCloud:
    """One account with one room. An order is always answered with 202, whatever becomes of it."""

    def __init__(self, far_side: FarSide | None = None) -> None:
        self.far_side = far_side or FarSide()
        self.web = WebSystem(self._handle)
        self.secret = secrets.token_urlsafe(16)
        self.status = "Available"
        self.rate_limited = False
        self.orders: list[dict[str, Any]] = []
        self._tokens: set[str] = set()
        self._going: set[asyncio.Task[None]] = set()

    def expire(self) -> None:
        """Every token has run out."""
        self._tokens.clear()

    async def close(self) -> None:
        """Nobody is on the way any more."""
        await end(tuple(self._going))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.rate_limited:
            return web.json_response({"code": 429}, status=429)
        if request.path == "/oauth/token":
            return self._grant(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            return web.json_response({"code": 124, "message": "Access token is expired."}, status=401)
        match request.method, request.path:
            case "GET", "/v2/rooms/room-1":
                return web.json_response({"basic": {"name": "Aurora", "status": self.status}})
            case "PATCH", "/v2/rooms/room-1/events":
                self._order(await request.json())
                return web.Response(status=202)
            case _:
                return web.json_response({"code": 1001}, status=404)

    def _grant(self, request: web.BaseRequest) -> web.Response:
        pair = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        right = request.headers.get("Authorization") == f"Basic {pair}"
        asked = (request.query.get("grant_type"), request.query.get("account_id"))
        if request.method != "POST" or not right or asked != ("account_credentials", ACCOUNT):
            return web.json_response(
                {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, status=401
            )
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _order(self, told: dict[str, Any]) -> None:
        self.orders.append(told)
        if told.get("method") == "zoomroom.meeting_leave":
            self.status = "Available"
        elif str(told.get("method", "")).endswith("meeting_join"):
            number = str(told["params"].get("meeting_number") or told["params"].get("join_url"))
            going = asyncio.create_task(self._go(number))
            self._going.add(going)
            going.add_done_callback(self._going.discard)

    async def _go(self, number: str) -> None:
        await asyncio.sleep(self.far_side.rings_for.total_seconds())
        if self.far_side.manner_of(number) is Manner.ANSWERS:
            self.status = "InMeeting"
