"""Signing in with the organisation's own accounts: OpenID Connect Core 1.0, authorization code with PKCE and a nonce.

What comes back is believed only after its signature was checked with the provider's published keys. What somebody may
is told by the groups that the provider names, at each sign-in anew.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from jwt import PyJWK

from device.calendars.http import open_client
from device.calendars.interface import Connection, ConsentAsked
from device.model.clock import Clock
from device.model.errors import CalendarError
from device.model.secret import Secret
from device.model.value import Value
from hub.administrators.roles import Role
from hub.server_settings import OrganisationSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures alone: never `none`, and no secret that is shared."""
KEYS_KEPT = timedelta(hours=1)
ASKED_AGAIN = timedelta(minutes=1)
LEEWAY = timedelta(minutes=2)
LONGEST_LIFE = timedelta(hours=24)


class OrganisationRefused(Exception):
    """Nobody is let in by this answer; the text is a sentence for people."""


class Vouched(Value):
    """Somebody whom the provider knows."""

    subject: str
    name: str
    role: Role


class Organisation:
    """The provider of one organisation."""

    def __init__(self, settings: OrganisationSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._line = Connection(ca_bundle=settings.ca_bundle, proxy=settings.proxy, timeout=10.0)
        self._told: dict[str, Any] = {}
        self._keys: dict[str, PyJWK] = {}
        self._asked_at: timedelta | None = None

    async def address(self, asked: ConsentAsked, nonce: str) -> str:
        """Where to send the browser.

        Raises:
            OrganisationRefused: the provider does not answer as one.
        """
        await self._learn(KEYS_KEPT)
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": asked.redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": asked.state.reveal(),
            "nonce": nonce,
            "code_challenge": _challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        where = self._endpoint("authorization_endpoint")
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    async def vouched(self, asked: ConsentAsked, nonce: str, answer: Mapping[str, str]) -> Vouched:
        """Whom the provider vouches for, by the answer that the browser brought.

        Raises:
            OrganisationRefused: for nobody, or for somebody who may not come in.
        """
        if answer.get("error") or not answer.get("code"):
            raise OrganisationRefused("The sign-in was broken off. Try again.")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise OrganisationRefused("The answer comes from another provider than the one that was asked.")
        await self._learn(KEYS_KEPT)
        token = await self._redeem(asked, answer["code"])
        claims = await self._read(token)
        self._check(claims, nonce)
        return Vouched(subject=str(claims["sub"]), name=_name(claims), role=self._role(claims))

    async def _redeem(self, asked: ConsentAsked, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": asked.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": asked.verifier.reveal(),
        }
        if secret := self.settings.secret():
            form["client_secret"] = secret.reveal()
        told = await self._ask("POST", self._endpoint("token_endpoint"), form)
        token = told.get("id_token")
        if not isinstance(token, str):
            raise OrganisationRefused("The provider does not accept this hub's credential, or the code has run out.")
        return token

    async def _read(self, token: str) -> dict[str, Any]:
        """The claims of a token that the provider has signed."""
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
            if key_id not in self._keys:
                await self._learn(ASKED_AGAIN)
            key = self._keys[key_id]
            options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat", "sub"]}
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self.settings.client_id,
                issuer=self.settings.issuer,
                options=options,  # type: ignore[arg-type]
            )
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise OrganisationRefused("What came back is not signed by the provider for this hub.") from error
        return claims

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """What the library leaves to us: the nonce, for whom it was made, and the hub's own time."""
        now = self._clock.read().now.timestamp()
        told = claims.get("nonce")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
            raise OrganisationRefused("What came back belongs to another sign-in. Try again.")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.settings.client_id:
            raise OrganisationRefused("What came back was made for another application.")
        slack = LEEWAY.total_seconds()
        try:
            good = float(claims["iat"]) - slack <= now <= float(claims["exp"]) + slack
            good = good and now - float(claims["iat"]) <= LONGEST_LIFE.total_seconds()
        except (TypeError, ValueError):
            good = False
        if not good:
            raise OrganisationRefused("What came back has run out, or the clocks of hub and provider differ.")

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """The most that somebody's groups allow."""
        told = claims.get(self.settings.claim, ())
        groups = {told} if isinstance(told, str) else {one for one in told if isinstance(one, str)} if told else set()
        for role in reversed(Role):
            if groups & set(getattr(self.settings, role.value)):
                return role
        raise OrganisationRefused("Your account may not use this hub: it is in none of the groups that may.")

    async def _learn(self, at_most_every: timedelta) -> None:
        """The provider's endpoints and keys, asked for at most so often."""
        elapsed = self._clock.read().elapsed
        if self._asked_at is not None and elapsed - self._asked_at < at_most_every and self._keys:
            return
        self._asked_at = elapsed
        told = await self._ask("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self.settings.issuer:
            raise OrganisationRefused("server.organisation.issuer is not what the provider calls itself.")
        self._told = told
        listed = (await self._ask("GET", self._endpoint("jwks_uri"))).get("keys")
        self._keys = dict(_keys(listed if isinstance(listed, list) else []))
        if not self._keys:
            raise OrganisationRefused("The provider publishes no key that this hub can use.")

    def _endpoint(self, name: str) -> str:
        address = self._told.get(name)
        if not isinstance(address, str) or urlsplit(address).scheme != "https":
            raise OrganisationRefused(f"The provider tells no usable {name}.")
        return address

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with open_client(self._line, headers) as client:
                content = urlencode(form).encode() if form is not None else None
                answer = await client.request(method, url, content=content)
                told = json.loads(answer.body)  # of either kind: a set of keys has a media type of its own
        except (CalendarError, ValueError) as error:
            raise OrganisationRefused("The organisation's sign-in does not answer. Try again in a moment.") from error
        if not isinstance(told, dict):
            raise OrganisationRefused("The organisation's sign-in does not answer as one.")
        return told


def _challenge(verifier: Secret) -> str:
    """What a verifier is asked about with (RFC 7636, S256)."""
    return urlsafe_b64encode(sha256(verifier.reveal().encode()).digest()).decode().rstrip("=")


def _keys(listed: list[Any]) -> Any:
    for plain in listed:
        if isinstance(plain, dict) and plain.get("use", "sig") == "sig" and plain.get("kty") in ("RSA", "EC", "OKP"):
            try:
                yield str(plain.get("kid", "")), PyJWK(plain)
            except jwt.PyJWTError:
                continue


def _name(claims: Mapping[str, Any]) -> str:
    """What somebody is called here: their mail address, or what they sign in with."""
    for name in ("preferred_username", "email", "sub"):
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value
    return ""
