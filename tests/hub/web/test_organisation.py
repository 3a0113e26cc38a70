"""Signing in with the organisation's accounts, against a certified provider (`oidc-provider`) on loopback."""

import asyncio
import json
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import trustme
from browser import Browser, portal
from cryptography.hazmat.primitives.asymmetric import rsa
from hub_side import ToldClock
from jwt.algorithms import RSAAlgorithm
from node_tools import node_package
from running_hub import free_port
from seat import PATIENCE

from device.calendars.interface import ConsentAsked
from device.model.secret import Secret
from hub.administrators.organisation import Organisation, OrganisationRefused
from hub.administrators.registry import Administrators
from hub.administrators.roles import Role
from hub.server_settings import OrganisationSettings

SERVER = """
import { Provider } from "oidc-provider";
import https from "node:https";
import { readFileSync } from "node:fs";
const [port, tls, redirect] = process.argv.slice(2);
const issuer = `https://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "doorlight", client_secret: "s3cret", redirect_uris: [redirect],
              token_endpoint_auth_method: "client_secret_post" }],
  claims: { openid: ["sub", "groups", "email"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["k"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({
    sub: id, email: `${id}@office.example`, groups: { boss: ["doorlight-admins"], vera: ["staff"] }[id] ?? [] }) }),
});
https.createServer({ key: readFileSync(tls), cert: readFileSync(tls) }, provider.callback())
  .listen(Number(port), "127.0.0.1", () => console.log("listening"));
"""


@asynccontextmanager
async def provider(folder: Path, redirect: str) -> AsyncIterator[OrganisationSettings]:
    """A provider that lets in whoever types a name, until left."""
    package = node_package("oidc-provider", "9.13.3")
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    tls, ca, secret, port = folder / "tls.pem", folder / "ca.pem", folder / "secret", free_port()
    issued.private_key_and_cert_chain_pem.write_to_path(str(tls))
    authority.cert_pem.write_to_path(str(ca))
    secret.write_text("s3cret\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(shutil.which("node") or "node", "--input-type=module", "-", str(port), str(tls), redirect),
        cwd=package,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(SERVER.encode())
    process.stdin.close()
    try:
        async with asyncio.timeout(PATIENCE):
            assert b"listening" in await process.stdout.readline()
        yield OrganisationSettings(
            name="Contoso",
            issuer=f"https://127.0.0.1:{port}",
            client_id="doorlight",
            client_secret_file=str(secret),
            ca_bundle=str(ca),
            admin=("doorlight-admins",),
            viewer=("staff",),
        )
    finally:
        process.kill()
        await process.wait()


async def come_back(leaving: str, who: str, ca: str) -> str:
    """Sign in at the provider's own pages; where it sends the browser back to."""
    tls = ssl.create_default_context(cafile=ca)
    async with httpx.AsyncClient(verify=tls, trust_env=False, follow_redirects=False) as client:
        answer = await client.get(leaving)
        for _ in range(12):
            if answer.is_redirect:
                onward = str(answer.url.join(answer.headers["location"]))
                if "/sign-in/organisation/back" in onward:
                    return onward
                answer = await client.get(onward)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            assert action, answer.text
            assert prompt, answer.text
            fields = {"prompt": prompt[1], "login": who, "password": "any"}
            answer = await client.post(str(answer.url.join(action[1])), data=fields)
    raise AssertionError("the provider never sent the browser back")


async def test_somebody_the_provider_vouches_for_comes_in_with_the_role_of_their_group(tmp_path: Path) -> None:
    port = free_port()
    redirect = f"http://127.0.0.1:{port}/sign-in/organisation/back"
    async with provider(tmp_path, redirect) as told, portal(tmp_path, web=port, organisation=told) as (hub, _):
        for who, role in (("boss", Role.ADMIN), ("vera", Role.VIEWER)):
            guest = Browser(hub)
            assert "Sign in with Contoso" in (await guest.get("/sign-in")).text
            away = await guest.client.get("/sign-in/organisation?next=/rooms")
            assert "code_challenge_method=S256" in away.headers["location"], (await guest.get("/sign-in")).text
            back = await come_back(away.headers["location"], who, told.ca_bundle)
            thief = Browser(hub)
            await thief.get("/sign-in")
            assert "Nobody left from here" in (await thief.get(back)).text
            away = await guest.client.get("/sign-in/organisation?next=/rooms")
            back = await come_back(away.headers["location"], who, told.ca_bundle)
            assert (await guest.get(back)).url.path == "/rooms"
            assert (await guest.get(back)).url.path == "/sign-in"
            found = await Administrators(hub.store, hub.clock).named(f"{who}@office.example")
            assert found
            assert found.role is role
        stranger = Browser(hub)
        away = await stranger.client.get("/sign-in/organisation")
        back = await come_back(away.headers["location"], "stranger", told.ca_bundle)
        assert "none of the groups" in (await stranger.get(back)).text


class Forged(Organisation):
    """An organisation whose provider says what a test wants."""

    def __init__(self, clock: Any, key: rsa.RSAPrivateKey, token: str) -> None:
        super().__init__(
            OrganisationSettings(issuer="https://login.example", client_id="doorlight", admin=("admins",)), clock
        )
        public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "k1", "use": "sig"}
        base = "https://login.example"
        self._answers: dict[str, Any] = {
            f"{base}/.well-known/openid-configuration": {
                "issuer": base,
                "jwks_uri": f"{base}/keys",
                "token_endpoint": f"{base}/token",
                "authorization_endpoint": f"{base}/auth",
            },
            f"{base}/keys": {"keys": [public, {"kty": "oct", "k": "AAAA", "kid": "shared"}]},
            f"{base}/token": {"id_token": token},
        }

    async def _ask(self, method: str, url: str, form: Any = None) -> dict[str, Any]:
        found: dict[str, Any] = self._answers[url]
        return found


KEY = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
ASKED = ConsentAsked(redirect_uri="https://hub.example/back", state=Secret("s"), verifier=Secret("v" * 43))


def claims(clock: ToldClock, **more: Any) -> dict[str, Any]:
    now = int(clock.now.timestamp())
    told = {"iss": "https://login.example", "aud": "doorlight", "sub": "u1", "nonce": "n", "groups": ["admins"]}
    return {**told, "iat": now, "exp": now + 300, **more}


def signed(told: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str = "k1") -> str:
    return jwt.encode(told, key, algorithm=algorithm, headers={"kid": kid})


async def test_a_good_token_is_believed() -> None:
    clock = ToldClock()
    vouched = await Forged(clock, KEY, signed(claims(clock))).vouched(ASKED, "n", {"code": "c"})
    assert (vouched.subject, vouched.role) == ("u1", Role.ADMIN)


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "kid",
        "none",
        "shared",
        "aud",
        "iss",
        "nonce",
        "no nonce",
        "exp",
        "future",
        "old",
        "azp",
        "groups",
        "rubbish",
    ],
)
async def test_what_is_forged_stale_or_for_somebody_else_is_refused(name: str) -> None:
    clock = ToldClock()
    now = int(clock.now.timestamp())
    day = int(timedelta(days=2).total_seconds())
    tokens = {
        "key": lambda: signed(claims(clock), OTHER),
        "kid": lambda: signed(claims(clock), kid="k2"),
        "none": lambda: jwt.encode(claims(clock), None, algorithm="none", headers={"kid": "k1"}),
        "shared": lambda: signed(claims(clock), b"\0" * 64, "HS256", "shared"),
        "aud": lambda: signed(claims(clock, aud="another")),
        "iss": lambda: signed(claims(clock, iss="https://evil.example")),
        "nonce": lambda: signed(claims(clock, nonce="m")),
        "no nonce": lambda: signed({k: v for k, v in claims(clock).items() if k != "nonce"}),
        "exp": lambda: signed(claims(clock, iat=now - 900, exp=now - 600)),
        "future": lambda: signed(claims(clock, iat=now + 600)),
        "old": lambda: signed(claims(clock, iat=now - day)),
        "azp": lambda: signed(claims(clock, aud=["doorlight", "another"], azp="another")),
        "groups": lambda: signed(claims(clock, groups=["others"])),
        "rubbish": lambda: "a.b.c",
    }
    with pytest.raises(OrganisationRefused):
        await Forged(clock, KEY, tokens[name]()).vouched(ASKED, "n", {"code": "c"})


async def test_an_answer_of_another_provider_or_without_a_code_is_refused() -> None:
    clock = ToldClock()
    for answer in ({}, {"error": "access_denied"}, {"code": "c", "iss": "https://evil.example"}):
        with pytest.raises(OrganisationRefused):
            await Forged(clock, KEY, signed(claims(clock))).vouched(ASKED, "n", answer)
