"""A web service of one's own that makes the room join: told by signed calls (Standard Webhooks 1.0.0).

`POST` of `{"type": "room.join", "timestamp", "data": {"attempt", "room", "target": {…}}}`, and `room.leave` and
`room.probe` likewise; the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` (`v1,` and the base64 of
HMAC-SHA256 over `id.timestamp.body`) prove who calls. An answer of `{"call": "connected"}` is the service's word that
the room is in the meeting; `{"call": "failed", "cause": "…"}` that it is not, in the words of `device.model.joining`;
any other 2xx only that the order was taken. `room.probe` may be answered with `{"in_call": true}`.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from device.join.interface import CannotJoin, Condition, Driver, Progress, Target
from device.join.rest import Rest, open_rest
from device.join.trust import Reached
from device.model.clock import SystemClock
from device.model.errors import SettingsError
from device.model.joining import Call, Cause
from device.model.secret import Secret
from device.model.value import Value

_STATUS = {401: Cause.SIGN_IN, 403: Cause.SIGN_IN, 404: Cause.NOT_FOUND, 409: Cause.IN_CALL, 429: Cause.RATE_LIMITED}


class Options(Value):
    """Where to call, and what to sign with."""

    url: str
    secret: Secret
    """`whsec_` and base64, 24 to 64 bytes."""
    room: str = ""
    """What the service calls this room."""
    fingerprint: str = ""
    ca_bundle: str = ""


class _Answer(msgspec.Struct):
    call: Call | None = None
    cause: Cause | None = None
    in_call: bool = False


class Webhook:
    """The service that one room is told by."""

    def __init__(self, options: Options, rest: Rest) -> None:
        self._options, self._rest = options, rest
        self._key = key_of(options.secret)
        self._attempt = ""
        self._answer = _Answer()
        self._left = asyncio.Event()

    def check(self, target: Target) -> None:
        """Whatever there is, the service is told of."""

    async def probe(self) -> Condition:
        """As the service says."""
        return Condition(in_call=(await self._call("room.probe", {})).in_call)

    async def prepare(self) -> None:
        """The service wakes what it needs."""

    async def join(self, target: Target) -> str:
        """Tell it."""
        attempt, self._left = secrets.token_hex(8), asyncio.Event()
        told = {key: value for key, value in msgspec.to_builtins(target).items() if value}
        self._answer = await self._call("room.join", {"attempt": attempt, "target": told})
        self._attempt = attempt
        return attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What it answered."""
        if attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        answer, left = self._answer, self._left
        yield Progress(call=Call.DIALING)
        if answer.call is Call.CONNECTED:
            yield Progress(call=Call.CONNECTED)
            await left.wait()
            yield Progress(call=Call.ENDED)
        elif answer.call is Call.FAILED:
            yield Progress(call=Call.FAILED, cause=answer.cause or Cause.REFUSED)
        else:
            yield Progress(call=Call.TOLD)

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """It never asks."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Tell it."""
        if attempt == self._attempt and not self._left.is_set():
            self._left.set()
            await self._call("room.leave", {"attempt": attempt})

    async def _call(self, kind: str, data: dict[str, Any]) -> _Answer:
        now = SystemClock().read().now
        body = msgspec.json.encode({"type": kind, "timestamp": now, "data": {"room": self._options.room, **data}})
        headers = signature(self._key, f"msg_{secrets.token_hex(12)}", now, body)
        answer = await self._rest.ask("POST", self._options.url, msgspec.Raw(body), headers)
        if not answer.good:
            raise CannotJoin(_STATUS.get(answer.status, Cause.REFUSED), f"HTTP {answer.status}")
        try:
            return msgspec.convert(answer.body, type=_Answer)
        except msgspec.ValidationError:
            return _Answer()


def key_of(secret: Secret) -> bytes:
    """The key that a secret stands for.

    Raises:
        SettingsError: it is none.
    """
    try:
        key = base64.b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError("room_system.secret is not base64.", 'Write "whsec_" and base64 of 24 bytes.') from error
    if not 24 <= len(key) <= 64:
        raise SettingsError("room_system.secret is too short or too long.", 'Write "whsec_" and base64 of 24 bytes.')
    return key


def signature(key: bytes, identity: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    seconds = str(int(at.astimezone(UTC).timestamp()))
    signed = hmac.new(key, f"{identity}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": identity,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Webhook]:
    url = urlsplit(options.url)
    if url.scheme != "https" or not url.hostname:
        raise SettingsError("room_system.url is no https address.", "Write https:// and where the service is.")
    reached = Reached(host=url.hostname, fingerprint=options.fingerprint, ca_bundle=options.ca_bundle)
    async with open_rest(reached) as rest:
        yield Webhook(options, rest)


DRIVER = Driver(options=Options, open=_open)
