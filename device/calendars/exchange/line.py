"""Connections to one Exchange server, each with one request at a time and signed in as the server wants it.

NTLM signs in a connection and not a request: the answer to a challenge must go over the connection that the challenge
came over, and what follows there carries no signature. So every line is a `Client` of its own with one connection.
"""

import asyncio
import base64
import binascii
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from device.calendars.exchange.credential import Spared
from device.calendars.exchange.options import Auth, Options
from device.calendars.http import Answer, Client, trust
from device.calendars.interface import AccessToken
from device.model.errors import AccessDenied, AccessExpired, CalendarUnreachable, MalformedAnswer, RoomNotFound

XML = "text/xml"
_HEADERS = {"Content-Type": f"{XML}; charset=utf-8", "Accept": XML}
_CHALLENGE = re.compile(r"^\s*NTLM\s+([A-Za-z0-9+/=]+)\s*$", re.IGNORECASE)


class Line:
    """One connection."""

    def __init__(self, client: Client, options: Options, access: Spared) -> None:
        self._client = client
        self._url = options.endpoint
        self._auth = options.auth
        self._access = access
        self._signed: Any = None
        """The connection that NTLM has signed in."""

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one envelope; the envelope that came, whether it is an answer or a fault.

        Raises:
            AccessExpired: what signs in was not accepted.
            CalendarError: as `judged` says.
        """

        async def send(signature: Mapping[str, str], content: bytes = body) -> Answer:
            return await self._client.request("POST", self._url, headers={**headers, **signature}, content=content)

        access = await self._access()
        if self._auth is not Auth.NTLM:
            return judged(self._accepted(await send(_signature(self._auth, access)), access))
        if self._signed is not None:
            answer = await send({})
            if answer.status != 401:
                return judged(answer)
            self._signed = None  # it was another connection
        signature, challenge = await self._challenged(access, send)
        answer = await send(signature) if signature else challenge
        self._check_connection(challenge, answer.status, answer.line)
        self._signed = self._accepted(answer, access).line
        return judged(answer)

    @asynccontextmanager
    async def streaming(
        self, body: bytes, headers: Mapping[str, str], patience: float
    ) -> AsyncIterator[httpx.Response]:
        """Send one envelope whose answer goes on; it is signed in anew, and given as soon as it begins.

        Raises:
            AccessExpired: what signs in was not accepted.
            CalendarError: as `judged` says.
        """

        async def send(signature: Mapping[str, str], content: bytes) -> Answer:
            return await self._client.request("POST", self._url, headers={**headers, **signature}, content=content)

        access, self._signed, challenge = await self._access(), None, None
        signature: Mapping[str, str] = {}
        if self._auth is Auth.NTLM:
            signature, challenge = await self._challenged(access, send)
            if not signature:
                judged(self._accepted(challenge, access))
                raise MalformedAnswer("no challenge and no refusal")
        else:
            signature = _signature(self._auth, access)
        whole = {**headers, **signature, "Accept-Encoding": "identity"}
        asked = self._client.answering("POST", self._url, headers=whole, content=body, patience=patience)
        async with asked as response:
            if challenge is not None:
                line = response.extensions.get("network_stream")
                self._check_connection(challenge, response.status_code, line)
            head = Answer(response.status_code, response.headers, b"")
            if not _is_fault(head):
                judged(self._accepted(head, access))
            yield response

    async def _challenged(
        self, access: AccessToken, send: Callable[[Mapping[str, str], bytes], Awaitable[Answer]]
    ) -> tuple[Mapping[str, str], Answer]:
        """The signature that answers the server's challenge, and the challenge; none where there was no challenge.

        Raises:
            CalendarUnreachable: the challenge is none.
        """
        user, secret = access.username, access.token.reveal()
        context = spnego.client(user, secret, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        challenge = await send(_ntlm(context.step()), b"")
        token = _challenge_in(challenge) if challenge.status == 401 else None
        if token is None:
            return {}, challenge
        try:
            return _ntlm(context.step(token, channel_bindings=_bindings(challenge.line))), challenge
        except (SpnegoError, ValueError, IndexError, KeyError, OverflowError) as error:
            raise MalformedAnswer("the challenge to sign in is none") from error

    def _accepted(self, answer: Answer, access: AccessToken) -> Answer:
        """The answer, unless it is that nobody has signed in."""
        if answer.status == 401:
            self._access.refuse(access)
            unknown = self._auth is Auth.NTLM and "ntlm" not in answer.headers.get("www-authenticate", "").lower()
            raise AccessExpired("HTTP 401, and no NTLM is offered" if unknown else "HTTP 401")
        return answer

    def _check_connection(self, challenge: Answer, status: int, line: Any) -> None:
        """Tell a connection that was replaced between challenge and answer from a password that was refused."""
        if status == 401 and line is not challenge.line and _challenge_in(challenge) is not None:
            raise CalendarUnreachable("the connection was replaced while signing in")


class Lines:
    """A few lines, of which a free one is taken, the last used first."""

    def __init__(self, lines: list[Line]) -> None:
        self._free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for line in lines:
            self._free.put_nowait(line)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """As `Line.post`, once one is free."""
        line = await self._free.get()
        try:
            return await line.post(body, headers)
        finally:
            self._free.put_nowait(line)


@asynccontextmanager
async def open_lines(options: Options, access: Spared, count: int) -> AsyncIterator[Lines]:
    """Lines with what the settings trust.

    Raises:
        SettingsError: the CA bundle or the proxy cannot be used.
    """
    async with AsyncExitStack() as stack:
        tls = trust(options)
        lines = [await stack.enter_async_context(open_line(options, access, tls)) for _ in range(count)]
        yield Lines(lines)


@asynccontextmanager
async def open_line(options: Options, access: Spared, tls: ssl.SSLContext | None = None) -> AsyncIterator[Line]:
    """One line of its own."""
    async with Client(options, _HEADERS, connections=1, tls=tls) as client:
        yield Line(client, options, access)


def judged(answer: Answer) -> Answer:
    """The answer, if it holds an envelope. A fault of SOAP comes with status 500 and is one too.

    Raises:
        AccessDenied: 403: the account may not use these services.
        RoomNotFound: 404: there are none at this address.
        CalendarUnreachable: the server, or what stands before it, fails or has no time.
        MalformedAnswer: it is no envelope.
    """
    if _is_fault(answer) and answer.body:
        return answer
    answer.raise_for_server()
    if answer.status == 403:
        raise AccessDenied("HTTP 403")
    if answer.status in (404, 410):
        raise RoomNotFound(f"HTTP {answer.status}: no web services at this address")
    if answer.status >= 400:
        raise CalendarUnreachable(f"HTTP {answer.status}", cause="server")
    if answer.status != 200:
        raise MalformedAnswer(f"not what Exchange answers (HTTP {answer.status})")
    answer.require(XML)
    return answer


def _is_fault(answer: Answer) -> bool:
    return answer.status == 500 and answer.media_type == XML


def _signature(auth: Auth, access: AccessToken) -> Mapping[str, str]:
    secret = access.token.reveal()
    if auth is Auth.OAUTH:
        return {"Authorization": f"Bearer {secret}"}
    told = base64.b64encode(f"{access.username}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {told}"}


def _ntlm(token: bytes | None) -> Mapping[str, str]:
    return {"Authorization": f"NTLM {base64.b64encode(token or b'').decode()}"}


def _challenge_in(answer: Answer) -> bytes | None:
    """What the server wants answered; None where it does not know NTLM, or knows no such account."""
    for offer in answer.headers.get_list("www-authenticate"):
        for one in offer.split(","):
            found = _CHALLENGE.match(one)
            if found:
                try:
                    return base64.b64decode(found[1], validate=True)
                except binascii.Error:
                    return None
    return None


def _bindings(line: Any) -> GssChannelBindings | None:
    """What binds a signature to this very TLS connection: the server's certificate (RFC 5929 §4)."""
    tls = line.get_extra_info("ssl_object") if line is not None else None
    certificate = tls.getpeercert(binary_form=True) if tls is not None else None
    if not certificate:
        return None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import load_der_x509_certificate

    try:
        signed = load_der_x509_certificate(certificate).signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return None
    weak = signed is None or signed.name in ("md5", "sha1")
    digest = hashes.Hash(hashes.SHA256() if weak or signed is None else signed)
    digest.update(certificate)
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())
