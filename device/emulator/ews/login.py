"""Signing in to Exchange: Basic on every request, NTLM once for each connection, or a token of the office's Entra."""

import base64
import binascii
import os
import tempfile
from asyncio import BaseTransport
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import spnego
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_der_x509_certificate
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from device.emulator.ews.exchange import ACCOUNT, NT_DOMAIN, Exchange, account_address

_USERS = "NTLM_USER_FILE"
_OFFERS = {"Basic": 'Basic realm="mail.office.example"'}
_NTLM = b"NTLMSSP\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody whom the server knows."""

    account: str
    scope: frozenset[str]
    """The mailboxes that may be impersonated."""


class Login:
    """Knows who is at the other end of each connection."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._contexts: WeakKeyDictionary[BaseTransport, spnego.ContextProxy] = WeakKeyDictionary()
        self._known: WeakKeyDictionary[BaseTransport, SignedIn] = WeakKeyDictionary()
        self.handshakes = 0
        """How many connections signed in by NTLM."""

    def sign_in(self, request: web.BaseRequest) -> SignedIn | web.Response:
        """Who asks, or the answer that lets them say so."""
        scheme, _, told = request.headers.get("Authorization", "").partition(" ")
        transport = request.transport
        if (
            transport is not None
            and not scheme
            and transport in self._known
            and not self._exchange.tenant.secret_expired
        ):
            return self._known[transport]
        if scheme.lower() == "bearer":
            return self._by_token(told.strip()) or self.refused()
        token = _decoded(told)
        if scheme in ("NTLM", "Negotiate") and "NTLM" in self._exchange.schemes and transport and token:
            return self._ntlm(transport, scheme, token)
        if (
            scheme == "Basic"
            and "Basic" in self._exchange.schemes
            and self._is_password(token.decode(errors="replace"))
        ):
            return self._service_account()
        if scheme:
            self._exchange.failed_logins += 1
        return self.refused()

    def refused(self, challenge: str = "") -> web.Response:
        """401, with the ways to sign in, or the next step of one."""
        offers = [challenge] if challenge else [_OFFERS.get(scheme, scheme) for scheme in self._exchange.schemes]
        response = web.Response(status=401, reason="Unauthorized")
        for offer in offers:
            response.headers.add("WWW-Authenticate", offer)
        return response

    def _ntlm(self, transport: BaseTransport, scheme: str, token: bytes) -> SignedIn | web.Response:
        if not token.startswith(_NTLM):
            return self.refused()
        self._known.pop(transport, None)
        try:
            with self._users():
                context = self._contexts.pop(transport, None) or spnego.server(protocol="ntlm")
                reply = context.step(token, channel_bindings=self._bindings())
        except (SpnegoError, ValueError, IndexError, KeyError):
            self._exchange.failed_logins += 1
            return self.refused()
        if not context.complete:
            self._contexts[transport] = context
            return self.refused(f"{scheme} {base64.b64encode(reply or b'').decode()}")
        self.handshakes += 1
        self._known[transport] = self._service_account()
        return self._known[transport]

    @contextmanager
    def _users(self) -> Iterator[None]:
        """The one way in which pyspnego is told of users: a file that the environment names, for as long as a step."""
        password = "" if self._exchange.tenant.secret_expired else self._exchange.password.reveal()
        with tempfile.NamedTemporaryFile("w", prefix="doorlight-") as users:
            users.write(f"{NT_DOMAIN}:{ACCOUNT}:{password or os.urandom(9).hex()}\n")
            users.write(f":{account_address()}:{password or os.urandom(9).hex()}\n")
            users.flush()
            before = os.environ.get(_USERS)
            os.environ[_USERS] = users.name
            try:
                yield
            finally:
                del os.environ[_USERS]
                if before is not None:
                    os.environ[_USERS] = before

    def _bindings(self) -> GssChannelBindings | None:
        """What the client must have bound its answer to: our certificate (RFC 5929 §4)."""
        if not self._exchange.extended_protection:
            return None
        digest = hashes.Hash(load_der_x509_certificate(self._exchange.certificate).signature_hash_algorithm or _SHA256)
        digest.update(self._exchange.certificate)
        return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())

    def _is_password(self, told: str) -> bool:
        name, _, password = told.partition(":")
        right = password == self._exchange.password.reveal() and not self._exchange.tenant.secret_expired
        return right and name.lower() in (self._exchange.username.lower(), account_address(), ACCOUNT)

    def _by_token(self, token: str) -> SignedIn | None:
        tenant = self._exchange.tenant
        app = tenant.apps.get(tenant.tokens.client_of(token) or "")
        return SignedIn(account=app.client_id, scope=app.mailboxes) if app else None

    def _service_account(self) -> SignedIn:
        return SignedIn(account=ACCOUNT, scope=frozenset(self._exchange.impersonates))


_SHA256 = hashes.SHA256()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
