"""Access by MSAL: what Entra may answer, and what must never interfere or leak."""

import asyncio
import base64
import datetime as dt
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from far_side import FarSide, Handler, far_side, json_answer
from graph_room import ROOM, options

from device.calendars.graph import PROVIDER
from device.calendars.graph.options import Options
from device.calendars.interface import AccessToken
from device.model.clock import ClockReading
from device.model.errors import CalendarBusy, CalendarError, CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret
from device.model.value import decode

TIME = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Standing:
    """A clock that stands."""

    def read(self) -> ClockReading:
        return ClockReading(now=TIME, elapsed=timedelta())


async def mint(side: FarSide, **changes: Any) -> AccessToken:
    assert PROVIDER.mint is not None
    return await PROVIDER.mint(options(side, **changes), ROOM.id, Standing())


async def refusal(handler: Handler, folder: Path, **changes: Any) -> CalendarError:
    async with far_side(handler, folder) as side:
        with pytest.raises(CalendarError) as caught:
            await mint(side, **changes)
    return caught.value


def entra(token: Callable[[dict[str, str]], web.StreamResponse] | Handler | None = None) -> Handler:
    """Entra as it should be, but for what its token endpoint answers."""

    async def handler(request: web.Request) -> web.StreamResponse:
        base = f"https://{request.host}{request.path.partition('/v2.0')[0].partition('/oauth2')[0]}"
        if request.path.endswith("/.well-known/openid-configuration"):
            return json_answer(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                }
            )
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        if token is None:
            return json_answer({"token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken"})
        answer = token(form) if not asyncio.iscoroutinefunction(token) else await token(request)
        assert isinstance(answer, web.StreamResponse)
        return answer

    return handler


def aadsts(code: int, name: str = "invalid_client", status: int = 401, *, coded: bool = True) -> Handler:
    body: dict[str, Any] = {"error": name, "error_description": f"AADSTS{code}: words. Trace ID: canary"}
    if coded:
        body["error_codes"] = [code]
    return entra(lambda _: json_answer(body, status))


async def test_a_good_secret_gives_access_until_it_runs_out(tmp_path: Path) -> None:
    async with far_side(entra(), tmp_path) as side:
        access = await mint(side)
    assert access.token.reveal() == "t0ken"
    assert access.expires_at == TIME + timedelta(seconds=3599)
    assert access.username == ""
    assert "t0ken" not in repr(access)
    sent = parse_qs(await side.seen[-1].text())
    assert sent["grant_type"] == ["client_credentials"]
    assert sent["client_id"] == ["client"]
    assert sent["client_secret"] == ["s3cret"]
    assert sent["scope"] == [f"{side.url}/.default"]
    assert side.paths == ["/tenant/v2.0/.well-known/openid-configuration", "/tenant/oauth2/v2.0/token"]


async def test_each_minting_is_a_new_one(tmp_path: Path) -> None:
    async with far_side(entra(), tmp_path) as side:
        await mint(side)
        await mint(side)
    assert side.paths.count("/tenant/oauth2/v2.0/token") == 2


async def test_the_environment_cannot_interfere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with far_side(entra(), tmp_path) as side:
        assert (await mint(side)).token.reveal() == "t0ken"


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (7000215, "secret is wrong"),
        (7000222, "secret has expired"),
        (700016, "no such application"),
        (700027, "not registered"),
        (90002, "no such tenant"),
        (9999999, "refused"),
    ],
)
async def test_a_refused_credential_says_which_way_it_is_wrong(
    code: int, words: str, coded: bool, tmp_path: Path
) -> None:
    found = await refusal(aadsts(code, coded=coded), tmp_path)
    assert type(found) is CredentialRefused
    assert words in str(found)
    assert f"AADSTS{code}" in str(found)
    assert "canary" not in str(found)


async def test_a_refusal_without_a_number_is_one_all_the_same(tmp_path: Path) -> None:
    found = await refusal(entra(lambda _: json_answer({"error": "invalid_client\x1b[2J"}, 400)), tmp_path)
    assert type(found) is CredentialRefused
    assert "invalid_client" in str(found)
    assert "\x1b" not in str(found)


async def test_a_tenant_that_there_is_not_is_refused(tmp_path: Path) -> None:
    async def nobody(request: web.Request) -> web.StreamResponse:
        return json_answer({"error": "invalid_tenant", "error_description": "AADSTS90002: no"}, 400)

    assert type(await refusal(nobody, tmp_path)) is CredentialRefused


async def test_a_clock_that_is_wrong_is_no_refusal_for_good(tmp_path: Path) -> None:
    found = await refusal(aadsts(700024), tmp_path)
    assert type(found) is CalendarUnreachable
    assert "clock" in str(found)


@pytest.mark.parametrize("name", ["temporarily_unavailable", "server_error"])
async def test_trouble_of_entras_own_is_tried_again(name: str, tmp_path: Path) -> None:
    found = await refusal(aadsts(90033, name, 400), tmp_path)
    assert type(found) is CalendarUnreachable
    assert found.cause == "server"


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>Log in</html>", content_type="text/html")


async def throttle(request: web.Request) -> web.StreamResponse:
    return json_answer({"error": "slow_down"}, 429, **{"Retry-After": "9"})


async def broken(request: web.Request) -> web.StreamResponse:
    return json_answer("{", 200)


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def silence(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def fail(request: web.Request) -> web.StreamResponse:
    return web.Response(status=500)


async def redirect(request: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://portal.example/"})


FAULTS: list[tuple[Handler, type[CalendarError], str]] = [
    (page, MalformedAnswer, "malformed"),
    (throttle, CalendarBusy, "throttled"),
    (broken, MalformedAnswer, "malformed"),
    (hang_up, CalendarUnreachable, "network"),
    (silence, CalendarUnreachable, "timeout"),
    (fail, CalendarUnreachable, "server"),
    (redirect, MalformedAnswer, "malformed"),
]


@pytest.mark.parametrize("place", ["the tenant's endpoints", "the token"])
@pytest.mark.parametrize(("fault", "kind", "cause"), FAULTS)
async def test_every_fault_of_the_way_there_has_its_error(
    fault: Handler, kind: type[CalendarError], cause: str, place: str, tmp_path: Path
) -> None:
    handler = entra(fault) if place == "the token" else fault
    found = await refusal(handler, tmp_path, timeout=0.5 if cause == "timeout" else 10.0)
    assert type(found) is kind
    assert getattr(found, "cause", "") == cause


async def test_an_authority_that_is_not_trusted_is_told_as_tls(tmp_path: Path) -> None:
    found = await refusal(entra(), tmp_path, ca_bundle="")
    assert isinstance(found, CalendarUnreachable)
    assert found.cause == "tls"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"access_token": 7},
        {"access_token": ""},
        {"token_type": "Bearer"},
        "text",
        {"error": {"code": "x"}},
        {"error": "invalid_client", "error_codes": 7, "error_description": ["AADSTS"]},
    ],
)
async def test_an_answer_without_access_is_none(body: Any, tmp_path: Path) -> None:
    found = await refusal(entra(lambda _: json_answer(json.dumps(body))), tmp_path)
    assert isinstance(found, CredentialRefused | MalformedAnswer)


@pytest.mark.parametrize("config", [{}, [], {"issuer": "x"}, {"token_endpoint": 7, "authorization_endpoint": "x"}])
async def test_endpoints_that_are_none_are_malformed(config: Any, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(config)

    assert isinstance(await refusal(handler, tmp_path), CredentialRefused | MalformedAnswer)


@pytest.mark.parametrize("lifetime", [None, "soon", -1, [], 10**30, 1.5])
async def test_a_lifetime_that_is_none_is_not_believed(lifetime: Any, tmp_path: Path) -> None:
    token = {"token_type": "Bearer", "access_token": "t0ken", "expires_in": lifetime}
    async with far_side(entra(lambda _: json_answer(token)), tmp_path) as side:
        try:
            access = await mint(side)
        except CalendarError:
            return
    assert access.expires_at is None or access.expires_at <= TIME + timedelta(days=2)


@pytest.mark.parametrize(
    "changes", [{"client_secret": Secret("")}, {"tenant": ""}, {"client_id": ""}], ids=["secret", "tenant", "client"]
)
async def test_without_a_credential_nobody_is_asked(changes: dict[str, Any], tmp_path: Path) -> None:
    async with far_side(entra(), tmp_path) as side:
        with pytest.raises(CredentialRefused):
            await mint(side, **changes)
    assert not side.seen


def certificate() -> tuple[str, str, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(dt.datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return built.public_bytes(serialization.Encoding.PEM).decode(), private.decode(), key


async def test_a_certificate_signs_for_us_and_its_key_stays_here(tmp_path: Path) -> None:
    public, private, key = certificate()
    async with far_side(entra(), tmp_path) as side:
        access = await mint(side, client_secret=Secret(""), certificate=public, private_key=Secret(private))
    assert access.token.reveal() == "t0ken"
    sent = parse_qs(await side.seen[-1].text())
    assert "client_secret" not in sent
    head, claims, signature = sent["client_assertion"][0].split(".")
    told = json.loads(unpacked(claims))
    assert told["iss"] == told["sub"] == "client"
    assert told["aud"] == f"{side.url}/tenant/oauth2/v2.0/token"
    algorithm = json.loads(unpacked(head))["alg"]
    scheme = padding.PKCS1v15() if algorithm == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    key.public_key().verify(unpacked(signature), f"{head}.{claims}".encode(), scheme, hashes.SHA256())


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("private", ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
async def test_a_key_that_is_none_is_refused_before_it_is_sent(private: str, tmp_path: Path) -> None:
    public, _, _ = certificate()
    changes = {"client_secret": Secret(""), "certificate": public, "private_key": Secret(private)}
    found = await refusal(entra(), tmp_path, **changes)
    assert type(found) is CredentialRefused


async def test_a_key_of_another_certificate_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    (public, _, _), (_, private, _) = certificate(), certificate()
    async with far_side(entra(), tmp_path) as side:
        with pytest.raises(CredentialRefused):
            await mint(side, client_secret=Secret(""), certificate=public, private_key=Secret(private))
    assert not side.seen


async def test_neither_secret_nor_token_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with far_side(entra(), tmp_path) as side:
        await mint(side)
    await refusal(aadsts(7000215), tmp_path)
    for secret in ("s3cret", "t0ken"):
        assert secret not in caplog.text


async def test_the_loop_goes_on_while_entra_thinks(tmp_path: Path) -> None:
    thinking, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        thinking.set()
        await go_on.wait()
        return json_answer({"token_type": "Bearer", "expires_in": 60, "access_token": "t0ken"})

    async with far_side(entra(slow), tmp_path) as side:
        minting = asyncio.create_task(mint(side))
        await thinking.wait()
        go_on.set()
        assert (await minting).token.reveal() == "t0ken"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('{"endpoint": "http://graph.example/v1.0"}', "endpoint"),
        ('{"endpoint": "graph.example"}', "endpoint"),
        ('{"authority": "https://"}', "authority"),
        ('{"tenant": "a/b"}', "tenant"),
        ('{"certificate": "x"}', "private_key"),
        ('{"private_key": "x"}', "certificate"),
        ('{"certificate": "x", "private_key": "y", "client_secret": "z"}', "not both"),
        ('{"tennant": "x"}', "tennant"),
        ('{"timeout": "soon"}', "timeout"),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=word):
        decode(text, Options)


def test_the_scope_belongs_to_the_endpoint() -> None:
    assert Options().scope == "https://graph.microsoft.com/.default"
    assert Options(endpoint="https://graph.microsoft.us/v1.0").scope == "https://graph.microsoft.us/.default"
