"""The xAPI's connection: JSON-RPC 2.0, one object a frame, over `wss://host/ws`.

    → {"jsonrpc":"2.0","id":4,"method":"xCommand/Dial","params":{"Number":"1.2@zoomcrc.com"}}
    ← {"jsonrpc":"2.0","id":4,"result":{"status":"OK","CallId":2}}
    ← {"jsonrpc":"2.0","method":"xFeedback/Event","params":{"Id":0,"Status":{"Call":[{"id":2,"Status":"Connected"}]}}}

It is opened when it is needed. A device that refuses the sign-in twice is not asked again until the settings are other
ones: the fifth wrong login locks its administrator out as well.
"""

import asyncio
import base64
import ssl
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from device.join.interface import ANSWER_WITHIN, CannotJoin
from device.join.trust import Reached, trust
from device.model.joining import Cause
from device.model.secret import Secret

LONGEST = 1 << 20
MOST_REFUSALS = 2
MOST_NEWS = 1000
"""Events that wait to be looked at; a device that tells more has the oldest dropped."""
NO_SUCH = -32601
"""The device has no such command."""
_STATUS = {
    401: Cause.SIGN_IN,
    403: Cause.SIGN_IN,
    404: Cause.APP_MODE,
    429: Cause.RATE_LIMITED,
    503: Cause.RATE_LIMITED,
}


class Refusal(Exception):
    """The device answered with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"xAPI error {code}")
        self.code = code
        self.message = message


class Xapi:
    """One device's xAPI."""

    def __init__(self, reached: Reached, username: str, password: Secret) -> None:
        self._reached, self._username, self._password = reached, username, password
        self._connection: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._refusals = 0
        self._subscribed: set[tuple[str, ...]] = set()
        self.news: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue(MOST_NEWS)
        """What the device tells by itself; None: the connection went, and something may have been missed."""

    async def command(self, path: str, **parameters: object) -> dict[str, Any]:
        """Have something done: `command("Call/Disconnect", CallId=2)`.

        Raises:
            Refusal: the device has no such command, or refuses it.
            CannotJoin: it cannot be reached.
        """
        told = await self.ask(f"xCommand/{path}", {name: value for name, value in parameters.items() if value != ""})
        return told if isinstance(told, dict) else {}

    async def status(self, *path: str) -> Any:
        """A part of the device's status.

        Raises:
            Refusal: the device has no such status.
            CannotJoin: it cannot be reached.
        """
        return await self.ask("xGet", {"Path": ["Status", *path]})

    async def subscribe(self, *path: str) -> None:
        """Be told of a part of the status, or of an event, in `news` from now on; once a connection, for a device has
        only so many subscriptions.

        Raises:
            Refusal, CannotJoin: as `status`.
        """
        await self._connected()
        if path not in self._subscribed:
            await self.ask("xFeedback/Subscribe", {"Query": list(path), "NotifyCurrentValue": False})
            self._subscribed.add(path)

    async def ask(self, method: str, params: dict[str, Any]) -> Any:
        """One question and its answer.

        Raises:
            Refusal, CannotJoin: as `command`.
        """
        connection = await self._connected()
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                await connection.send(msgspec.json.encode(frame).decode())
                return await answer
        except TimeoutError as error:
            raise CannotJoin(Cause.UNREACHABLE, "no answer") from error
        except ConnectionClosed as error:
            raise CannotJoin(Cause.UNREACHABLE, "the connection was closed") from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> ClientConnection:
        async with self._opening:
            if self._connection is None or self._reading is None or self._reading.done():
                self._connection = await self._open()
                self._reading = asyncio.create_task(self._read(self._connection))
            return self._connection

    async def _open(self) -> ClientConnection:
        if self._refusals >= MOST_REFUSALS:
            raise CannotJoin(Cause.SIGN_IN, "refused twice; not asked again with these settings")
        pair = base64.b64encode(f"{self._username}:{self._password.reveal()}".encode()).decode()
        try:
            opened = await connect(
                f"wss://{self._reached.host}:{self._reached.port}/ws",
                ssl=trust(self._reached),
                additional_headers={"Authorization": f"Basic {pair}"},
                proxy=None,
                compression=None,
                max_size=LONGEST,
                open_timeout=ANSWER_WITHIN.total_seconds(),
            )
        except InvalidStatus as error:
            cause = _STATUS.get(error.response.status_code, Cause.UNREACHABLE)
            self._refusals += cause is Cause.SIGN_IN
            raise CannotJoin(cause, f"HTTP {error.response.status_code}") from error
        except OSError as error:
            raise CannotJoin(_why(error), type(error).__name__) from error
        except InvalidHandshake as error:
            raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error
        self._refusals = 0
        self._subscribed.clear()
        return opened

    async def _read(self, connection: ClientConnection) -> None:
        """Give every answer to whoever asked, and everything else to `news`, until the connection goes."""
        try:
            async for frame in connection:
                self._take(frame)
        except ConnectionClosed:
            pass  # told below, like an orderly end
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(CannotJoin(Cause.UNREACHABLE, "the connection was closed"))
            self._tell(None)

    def _take(self, frame: str | bytes) -> None:
        try:
            told = msgspec.json.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        if not isinstance(told, dict):
            return
        if told.get("method") == "xFeedback/Event" and isinstance(told.get("params"), dict):
            self._tell(told["params"])
            return
        answer = self._waiting.get(told["id"]) if isinstance(told.get("id"), int) else None
        if answer is None or answer.done():
            return
        error = told.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            answer.set_exception(Refusal(code if isinstance(code, int) else 0, str(error.get("message", ""))))
        else:
            answer.set_result(told.get("result"))

    def _tell(self, news: dict[str, Any] | None) -> None:
        if self.news.full():
            self.news.get_nowait()
        self.news.put_nowait(news)


def _why(error: OSError) -> Cause:
    """A handshake refused for its certificate is another matter than a device that is off."""
    return Cause.CERTIFICATE if isinstance(error, ssl.SSLError) else Cause.UNREACHABLE
