"""One device's line to its hub: dialled again and again, proved anew each time, and kept as long as it holds.

Waiting is spread by full jitter, so that a house full of devices does not come back at one moment. Whatever comes in is
told to an `Ear`; nothing that comes in can do more than one of its methods says.
"""

import asyncio
import base64
import hashlib
import logging
import random
import secrets
import ssl
from datetime import timedelta
from typing import Any, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from device.agent.clock import Timekeeper
from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.identity import Identity
from device.agent.hub.settings import HubSettings
from device.calendars.http import trust
from device.model.backoff import full_jitter
from device.model.errors import AccessDenied, CredentialLocked, CredentialRefused, HubUnreachable
from device.model.value import decode, encode
from device.wire.hub import (
    LONGEST,
    PROTOCOL,
    AccessGiven,
    AccessRefused,
    AccessWanted,
    Assigned,
    Challenge,
    ComeBack,
    DropAccess,
    FromDevice,
    FromHub,
    Hello,
    LookAgain,
    Notified,
    Order,
    TurnedAway,
    Waiting,
)
from device.wire.proof import spelled, statement

log = logging.getLogger(__name__)

FIRST_WORDS = 15.0
"""Seconds for each word of the greeting."""
SPREAD = timedelta(seconds=10)
"""Over how long the devices come back after a planned pause."""
TURNED_AWAY = timedelta(minutes=2)
"""How long a device that was refused waits before it asks again."""


class Distrusted(Exception):
    """Whoever answered is not the hub that this device was given to."""


class Ear(Protocol):
    """Whoever is told what the hub says."""

    def turned(self, *, up: bool) -> None:
        """The line is there, or is not."""
        ...

    def assigned(self, frame: Assigned) -> None:
        """This is the device's door."""
        ...

    def waiting(self, frame: Waiting) -> None:
        """Nobody has claimed the device."""
        ...

    def turned_away(self, reason: str) -> None:
        """The hub refuses this device."""
        ...

    def look_again(self) -> None:
        """Something may have changed."""
        ...

    def notified(self, *, healthy: bool) -> None:
        """The hub hears of changes, or does not."""
        ...

    def drop(self, reason: str) -> None:
        """All access is to be forgotten now."""
        ...

    def ordered(self, order: Order) -> None:
        """An administrator asks for something."""
        ...


class Line:
    """The line of one device.

    Args:
        about: version, model and serial number, for the hub's pages.
    """

    def __init__(
        self,
        settings: HubSettings,
        identity: Identity,
        file: AssignmentFile,
        clock: Timekeeper,
        about: tuple[str, str, str],
        rng: random.Random,
    ) -> None:
        self._settings, self._identity, self._file, self._clock = settings, identity, file, clock
        self._about, self._rng = about, rng
        self._socket: ClientConnection | None = None
        self._asked: asyncio.Future[AccessGiven] | None = None
        self._failures = 0
        self._pause: timedelta | None = None
        self.ear: Ear | None = None
        self.fault = ""
        """What is wrong with the line, a word; empty while nothing is."""

    @property
    def up(self) -> bool:
        """Whether the hub has accepted this device on a line that stands."""
        return self._socket is not None

    async def run(self) -> None:
        """Dial and listen, until cancelled."""
        while True:
            try:
                await self._once()
            except (OSError, TimeoutError, WebSocketException, Distrusted, msgspec.DecodeError) as error:
                self._down(error)
            pause = self._pause or full_jitter(self._failures, self._rng)
            self._pause = None
            await asyncio.sleep(pause.total_seconds())

    async def send(self, frame: FromDevice) -> None:
        """Say something.

        Raises:
            HubUnreachable: there is no line.
        """
        if self._socket is None:
            raise HubUnreachable(self.fault or "no line to the hub")
        try:
            await self._socket.send(encode(frame).decode())
        except (OSError, WebSocketException) as error:
            raise HubUnreachable("the line broke") from error

    async def access(self) -> AccessGiven:
        """Fresh access, asked for once however many want it.

        Raises:
            HubUnreachable: nobody answers.
            CredentialLocked: the key to the credential was withdrawn.
            CredentialRefused: the provider does not accept the hub's credential.
            AccessDenied: the hub will not hand this access out.
        """
        if self._asked is None or self._asked.done():
            self._asked = asyncio.get_running_loop().create_future()
            self._asked.add_done_callback(_seen)
            await self.send(AccessWanted())
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await asyncio.shield(self._asked)
        except TimeoutError as error:
            raise HubUnreachable("the hub gave no access in time") from error

    async def _once(self) -> None:
        async with connect(self._settings.dialled, **self._how()) as socket:
            _check_pins(socket, self._settings.pins)
            first = await self._greeted(socket)
            self._failures, self.fault = 0, ""
            if isinstance(first, TurnedAway):
                self._refused(first)
                return
            self._socket = socket
            try:
                self._turn(up=True)
                self._hear(first)
                async for message in socket:
                    self._hear(decode(message, FromHub))
            finally:
                self._socket = None
                self._fail_asked(HubUnreachable("the line broke"))
                self._turn(up=False)
            raise WebSocketException("the hub closed the line")

    def _how(self) -> dict[str, Any]:
        """Our own limits and nobody else's; the library's reconnecting is not used, since it does not jitter."""
        encrypted = self._settings.dialled.startswith("wss:")
        return {
            "ssl": trust(self._settings) if encrypted else None,
            "proxy": self._settings.proxy or None,
            "compression": None,
            "max_size": LONGEST,
            "max_queue": 8,
            "open_timeout": self._settings.timeout,
            "close_timeout": 2,
            "user_agent_header": None,
        }

    async def _greeted(self, socket: ClientConnection) -> Any:
        """The hub's first answer, once it has challenged us and we have proved our key."""
        challenge = await _word(socket)
        if not isinstance(challenge, Challenge) or challenge.protocol != PROTOCOL:
            raise Distrusted("the hub speaks another protocol")
        if self._file.kept.assignment is not None and challenge.hub != self._file.kept.hub:
            raise Distrusted("this is not the hub that the device was given to")
        self._file.keep(hub=challenge.hub)
        self._clock.heard(challenge.now)
        nonce, kept = spelled(secrets.token_bytes(32)), self._file.kept
        claim = "" if kept.claim_used else self._settings.claim.reveal()
        signed = statement(
            hub=challenge.hub,
            origin=self._settings.origin,
            key=self._identity.key,
            hub_nonce=challenge.nonce,
            device_nonce=nonce,
            claim=claim,
        )
        version, model, serial = self._about
        hello = Hello(
            key=self._identity.key,
            nonce=nonce,
            signature=self._identity.sign(signed),
            version=version,
            model=model,
            serial=serial,
            claim=claim,
            generation=kept.generation,
        )
        await socket.send(encode(hello).decode())
        return await _word(socket)

    def _hear(self, frame: Any) -> None:
        if isinstance(frame, AccessGiven):
            if self._asked is not None and not self._asked.done():
                self._asked.set_result(frame)
        elif isinstance(frame, AccessRefused):
            self._fail_asked(_refusal(frame))
        elif isinstance(frame, ComeBack):
            self._pause = frame.after + SPREAD * self._rng.random()
        elif isinstance(frame, TurnedAway):
            self._refused(frame)
        elif self.ear is not None:
            self._tell(self.ear, frame)

    def _tell(self, ear: Ear, frame: Any) -> None:
        match frame:
            case Assigned():
                ear.assigned(frame)
            case Waiting():
                ear.waiting(frame)
            case LookAgain():
                ear.look_again()
            case Notified():
                ear.notified(healthy=frame.healthy)
            case DropAccess():
                self._fail_asked(CredentialLocked(frame.reason))
                ear.drop(frame.reason)
            case Order():
                ear.ordered(frame)

    def _turn(self, *, up: bool) -> None:
        if self.ear is not None:
            self.ear.turned(up=up)

    def _refused(self, frame: TurnedAway) -> None:
        log.warning("the hub turned this device away: %s", frame.reason)
        self.fault, self._pause = frame.reason, TURNED_AWAY
        if self.ear is not None:
            self.ear.turned_away(frame.reason)

    def _fail_asked(self, error: Exception) -> None:
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(error)

    def _down(self, error: Exception) -> None:
        """Said once, until the line stands again."""
        self._failures += 1
        if not self.fault:
            log.warning("no line to the hub: %s", type(error).__name__)
        self.fault = "tls" if isinstance(error, ssl.SSLError | Distrusted) else "network"


async def _word(socket: ClientConnection) -> Any:
    async with asyncio.timeout(FIRST_WORDS):
        return decode(await socket.recv(), FromHub)


def _refusal(frame: AccessRefused) -> Exception:
    if frame.reason == "locked":
        return CredentialLocked(frame.reason)
    if frame.reason == "credential":
        return CredentialRefused(str(frame.detail) or frame.reason)
    if frame.reason in ("reach", "revoked"):
        return AccessDenied(str(frame.detail) or frame.reason)
    return HubUnreachable(str(frame.detail) or frame.reason, retry_after=frame.retry_after)


def _seen(future: asyncio.Future[AccessGiven]) -> None:
    """An answer that nobody waits for any longer is no fault."""
    if not future.cancelled():
        future.exception()


def _check_pins(socket: ClientConnection, pins: tuple[str, ...]) -> None:
    """The certificate's key is one of those that the device was given, if it was given any.

    Raises:
        Distrusted: it is not.
    """
    if not pins:
        return
    tls = socket.transport.get_extra_info("ssl_object")
    raw = tls.getpeercert(binary_form=True) if tls else None
    if not raw or spki_pin(raw) not in pins:
        raise Distrusted("the certificate's key is not one of hub.pins")


def spki_pin(certificate: bytes) -> str:
    """The pin of a certificate in DER: SHA-256 of its public key (RFC 7469), base64."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
