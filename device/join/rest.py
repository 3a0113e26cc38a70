"""Questions to a room system over HTTPS: bounded in time and size, errors as causes, JSON or nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec

from device.join.interface import ANSWER_WITHIN, CannotJoin
from device.join.trust import Reached, trust
from device.model.joining import Cause
from device.model.value import Value

LONGEST = 256 << 10
"""Bytes of an answer that are read."""


class Answer(Value):
    """What came back."""

    status: int
    body: Any = None
    """The JSON in it; None where it is none, or too much of it."""

    @property
    def good(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300


class Rest:
    """One system's web interface."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, method: str, url: str, told: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask; whatever its status, the answer.

        Raises:
            CannotJoin: nothing came back in time, or from somebody who is not believed.
        """
        content = b"" if told is None else msgspec.json.encode(told)
        sent = {"content-type": "application/json", **(headers or {})} if content else dict(headers or {})
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN.total_seconds()),
                self._client.stream(method, url, content=content, headers=sent) as answer,
            ):
                return Answer(status=answer.status_code, body=await _json(answer))
        except TimeoutError as error:
            raise CannotJoin(Cause.TIMED_OUT, "no answer") from error
        except httpx.HTTPError as error:
            untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error) or "certificate is another" in str(error)
            raise CannotJoin(Cause.CERTIFICATE if untrusted else Cause.UNREACHABLE, type(error).__name__) from error


async def _json(answer: httpx.Response) -> Any:
    raw = b""
    async for chunk in answer.aiter_bytes(1 << 14):
        raw += chunk
        if len(raw) > LONGEST:
            return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@asynccontextmanager
async def open_rest(reached: Reached) -> AsyncIterator[Rest]:
    """A way to one system, its cookies kept until left.

    Raises:
        CannotJoin: the authorities cannot be read.
    """
    seconds = ANSWER_WITHIN.total_seconds()
    async with httpx.AsyncClient(verify=trust(reached), trust_env=False, timeout=seconds) as client:
        yield Rest(client)
