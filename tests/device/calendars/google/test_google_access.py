"""Access by google-auth: what Google may answer, and what must never interfere or leak."""

import asyncio
import json
import logging
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from far_side import FarSide, Handler, far_side, json_answer
from google_room import ROOM, always, options

from device.agent.mint import mint_apart
from device.calendars import Providers
from device.calendars.google import PROVIDER
from device.calendars.google.access import obtain
from device.calendars.google.scopes import READ, WRITE
from device.calendars.interface import AccessToken
from device.model.clock import ClockReading
from device.model.errors import CalendarBusy, CalendarError, CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret
from device.model.value import encode

TIME = datetime(2026, 11, 23, 9, tzinfo=UTC)
GRANTED = {"access_token": "ya29.t0ken", "expires_in": 3599, "token_type": "Bearer"}
ROOT = Path(__file__).parents[4]


class Standing:
    """A clock that stands."""

    def read(self) -> ClockReading:
        return ClockReading(now=TIME, elapsed=timedelta())


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(private: Any) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def key_file(**changes: Any) -> Secret:
    usual = {
        "type": "service_account",
        "private_key": pem(key()),
        "private_key_id": "k1",
        "client_email": "doors@project.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.elsewhere.example/token",
    }
    return Secret(json.dumps({name: value for name, value in (usual | changes).items() if value is not None}))


def of_service_account(side: FarSide, **changes: Any) -> Any:
    usual = {"service_account": key_file(), "refresh_token": Secret(""), "client_id": "", "client_secret": Secret("")}
    return options(side, **(usual | changes))


async def refusal(handler: Handler, folder: Path, **changes: Any) -> CalendarError:
    async with far_side(handler, folder) as side:
        mint = PROVIDER.mint
        assert mint is not None
        with pytest.raises(CalendarError) as caught:
            await mint(of_service_account(side, **changes), ROOM.id, Standing())
    return caught.value


def answering(error: str, description: str | None = None, status: int = 400, **more: str) -> Handler:
    told = {"error": error, **({"error_description": description} if description is not None else {}), **more}
    return always(told, status)


async def test_a_service_accounts_key_gives_access_until_it_runs_out(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        access = await obtain(of_service_account(side), WRITE, Standing())
    assert access.token.reveal() == "ya29.t0ken"
    assert access.expires_at == TIME + timedelta(seconds=3599)
    assert side.paths == ["/token"]  # where the settings say, whatever the key says
    sent = parse_qs(await side.seen[0].text())
    assert sent["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(
        sent["assertion"][0], key().public_key(), algorithms=["RS256"], audience="https://oauth2.googleapis.com/token"
    )
    assert claims["iss"] == "doors@project.iam.gserviceaccount.com"
    assert claims["scope"].split() == list(WRITE)
    assert claims["exp"] - claims["iat"] == 3600
    assert "sub" not in claims


async def test_a_service_account_may_stand_for_somebody(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        assert PROVIDER.mint is not None
        await PROVIDER.mint(of_service_account(side, subject="rooms@office.example"), ROOM.id, Standing())
    assertion = parse_qs(await side.seen[0].text())["assertion"][0]
    assert jwt.decode(assertion, options={"verify_signature": False})["sub"] == "rooms@office.example"


async def test_a_refresh_token_gives_access_and_no_more_than_is_wanted(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        access = await obtain(options(side), READ, Standing())
    assert access.token.reveal() == "ya29.t0ken"
    sent = parse_qs(await side.seen[0].text())
    assert sent == {
        "grant_type": ["refresh_token"],
        "client_id": ["client"],
        "client_secret": ["s3cret"],
        "refresh_token": ["r3fresh"],
        "scope": [" ".join(READ)],
    }


@pytest.mark.parametrize(
    ("lifetime", "life"),
    [(60, 60), (0, 0), (-5, 0), (10**9, 86_400), (None, None), ("3599", None), (True, None)],
)
async def test_a_lifetime_is_believed_within_reason(lifetime: Any, life: int | None, tmp_path: Path) -> None:
    told = {name: value for name, value in (GRANTED | {"expires_in": lifetime}).items() if value is not None}
    async with far_side(always(told), tmp_path) as side:
        access = await obtain(options(side), READ, Standing())
    assert access.expires_at == (None if life is None else TIME + timedelta(seconds=life))


async def test_each_minting_is_a_new_one(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        for _ in range(2):
            await obtain(options(side), READ, Standing())
    assert side.paths == ["/token", "/token"]


async def test_the_environment_cannot_interfere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "another")
    monkeypatch.setenv("GOOGLE_SDK_EXPERIMENTAL_PYTHON_REGIONAL_ACCESS_BOUNDARY_LOOKUP_ENABLED", "true")
    async with far_side(always(GRANTED), tmp_path) as side:
        assert (await obtain(of_service_account(side), WRITE, Standing())).token.reveal() == "ya29.t0ken"
    assert side.paths == ["/token"]


@pytest.mark.parametrize(
    ("error", "description", "words"),
    [
        ("invalid_grant", "Invalid JWT Signature.", "not the service account's"),
        ("invalid_grant", "Invalid grant: account not found", "no such service account"),
        ("invalid_grant", "Invalid email or User ID", "no such subject"),
        ("invalid_grant", "Token has been expired or revoked.", "revoked"),
        ("invalid_grant", "Bad Request", "not good"),
        ("invalid_grant", None, "not good"),
        ("unauthorized_client", "Client is unauthorized to retrieve access tokens", "domain-wide delegation"),
        ("access_denied", "Requested client not authorized.", "may not have"),
        ("invalid_client", "Unauthorized", "secret is wrong"),
        ("deleted_client", "The OAuth client was deleted.", "deleted"),
        ("disabled_client", "The OAuth client was disabled.", "disabled"),
        ("invalid_scope", "Bad Request", "scopes"),
        ("admin_policy_enforced", "", "policy"),
        ("some<script>thing_new", "words", "refused"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refusal_says_what_an_administrator_must_do(
    error: str, description: str | None, words: str, status: int, tmp_path: Path
) -> None:
    caught = await refusal(answering(error, description, status), tmp_path)
    assert isinstance(caught, CredentialRefused)
    assert words in str(caught)
    assert "<" not in str(caught)


async def test_somebody_who_must_sign_in_again_is_refused_and_not_asked(tmp_path: Path) -> None:
    handler = answering("invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt")
    async with far_side(handler, tmp_path) as side:
        with pytest.raises(CredentialRefused, match="sign in again"):
            await obtain(options(side), READ, Standing())
    assert len(side.seen) == 1


async def test_a_wrong_clock_is_no_wrong_key(tmp_path: Path) -> None:
    text = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
    caught = await refusal(answering("invalid_grant", text), tmp_path)
    assert isinstance(caught, CalendarUnreachable)
    assert caught.cause == "server"
    assert "clock" in str(caught)


@pytest.mark.parametrize("error", ["server_error", "temporarily_unavailable", "internal_failure"])
async def test_googles_own_trouble_is_tried_again_by_the_poller_and_not_here(error: str, tmp_path: Path) -> None:
    async with far_side(answering(error), tmp_path) as side:
        with pytest.raises(CalendarUnreachable) as caught:
            await obtain(options(side), READ, Standing())
    assert caught.value.cause == "server"
    assert len(side.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, CalendarBusy), (500, CalendarUnreachable), (502, CalendarUnreachable), (503, CalendarUnreachable)],
)
async def test_a_server_that_fails_is_asked_once(status: int, kind: type[CalendarError], tmp_path: Path) -> None:
    async with far_side(answering("x", status=status), tmp_path) as side:
        with pytest.raises(kind):
            await obtain(options(side), READ, Standing())
    assert len(side.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "5",
        "{}",
        '"no"',
        "",
        "{",
        '{"error": {"code": 400}}',
        '{"error": ""}',
        '{"access_token": 5}',
        '{"access_token": ""}',
        '{"access_token": "t", "expires_in": "soon"}',
        '{"access_token": "t", "expires_in": 1e400}',
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_rubbish_is_no_access(body: str, status: int, tmp_path: Path) -> None:
    for changes in ({}, {"service_account": Secret(""), "refresh_token": Secret("r"), "client_id": "c"}):
        more = {"client_secret": Secret("s")} if changes else {}
        if "access_token" in body and status == 400:
            continue
        assert isinstance(await refusal(always(body, status), tmp_path, **changes, **more), MalformedAnswer)


async def test_a_portals_page_is_no_access(tmp_path: Path) -> None:
    async def portal(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Sign in</html>", content_type="text/html")

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "https://portal.example/"})

    for handler in (portal, elsewhere):
        assert isinstance(await refusal(handler, tmp_path), MalformedAnswer)


@pytest.mark.parametrize(
    "service_account",
    [
        Secret("no json"),
        Secret("[]"),
        Secret('"text"'),
        Secret("{}"),
        Secret("[" * 100_000),
        key_file(private_key=None),
        key_file(client_email=None),
        key_file(client_email=5),
        key_file(private_key="-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n"),
        key_file(private_key="canary-key"),
        key_file(private_key=pem(ec.generate_private_key(ec.SECP256R1()))),
    ],
    ids=map(str, range(11)),
)
async def test_what_is_no_key_is_refused_before_anybody_is_asked(service_account: Secret, tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        with pytest.raises(CredentialRefused) as caught:
            await obtain(of_service_account(side, service_account=service_account), WRITE, Standing())
    assert side.seen == []
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"service_account": Secret("")},
        {"service_account": Secret(""), "refresh_token": Secret("r")},
        {"service_account": Secret(""), "refresh_token": Secret("r"), "client_id": "c"},
    ],
)
async def test_half_a_credential_is_none(changes: dict[str, Any], tmp_path: Path) -> None:
    assert isinstance(await refusal(always(GRANTED), tmp_path, **changes), CredentialRefused)


async def test_a_token_endpoint_that_is_away_is_a_network_fault(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        away = of_service_account(side, token_endpoint="https://127.0.0.1:1/token")
        with pytest.raises(CalendarUnreachable) as caught:
            await obtain(away, WRITE, Standing())
    assert caught.value.cause == "network"


async def test_a_token_endpoint_that_says_nothing_meets_the_deadline(tmp_path: Path) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return json_answer(GRANTED)

    caught = await refusal(silent, tmp_path, timeout=0.3)
    assert isinstance(caught, CalendarUnreachable)
    assert caught.cause == "timeout"


CANARIES = ("canary-key", "canary-secret", "canary-refresh", "canary-access", "canary-subject", "canary-words")


@pytest.mark.parametrize(
    "told",
    [
        {"error": "invalid_grant", "error_description": "canary-words", "access_token": "canary-access"},
        {"access_token": {"token": "canary-access"}, "refresh_token": "canary-refresh"},
        {"id_token": "canary-access"},
    ],
)
async def test_nothing_secret_is_in_a_log_a_repr_or_a_traceback(
    told: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    status = 400 if "error" in told else 200
    async with far_side(always(told, status), tmp_path) as side:
        secrets = {"client_secret": Secret("canary-secret"), "refresh_token": Secret("canary-refresh")}
        for given in (
            options(side, **secrets),
            of_service_account(side, service_account=key_file(private_key="canary-key"), subject="canary-subject"),
            of_service_account(side, subject="canary-subject"),
        ):
            try:
                await obtain(given, READ, Standing(), subject=given.subject)
            except CalendarError as error:
                shown = "".join(traceback.format_exception(error)) + str(error) + repr(error)
            else:
                shown = ""
            for canary in CANARIES:
                assert canary not in shown
                if canary != "canary-subject":
                    assert canary not in repr(given)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")]
    assert not [line for line in ours if any(canary in line for canary in CANARIES)]


async def test_access_can_be_minted_in_a_process_of_its_own(tmp_path: Path) -> None:
    async with far_side(always(GRANTED), tmp_path) as side:
        given = of_service_account(side, credential_expires=TIME)
        access = await mint_apart(Providers.GOOGLE, given, ROOM.id, Standing().read())
        assert access.token.reveal() == "ya29.t0ken"
        assert access.expires_at is not None
    async with far_side(answering("invalid_grant", "Invalid JWT Signature."), tmp_path) as side:
        with pytest.raises(CredentialRefused, match="service account"):
            await mint_apart(Providers.GOOGLE, of_service_account(side), ROOM.id, Standing().read())


def test_the_provider_loads_neither_google_auth_nor_its_own_hub_half() -> None:
    program = "import sys, json, device.calendars.google; print(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(told.stdout))
    for name in ("google.auth", "google.oauth2", "cryptography", "requests", "googleapiclient"):
        assert name not in loaded
    for name in ("account", "audit", "channels", "directory", "purse"):
        assert f"device.calendars.google.{name}" not in loaded


def test_access_loads_no_requests() -> None:
    program = (
        "import sys, json, google.oauth2.service_account, google.oauth2.credentials;"
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"requests", "urllib3", "httplib2", "googleapiclient"} & set(json.loads(told.stdout))


def test_the_settings_may_hold_secrets_in_files(tmp_path: Path) -> None:
    from device.agent.settings import build

    (tmp_path / "key.json").write_text(key_file().reveal(), encoding="utf-8")
    (tmp_path / "refresh").write_text("r3fresh\n", encoding="utf-8")
    room = {"id": ROOM.id, "name": "Aurora", "zone": "Europe/Berlin"}
    kept = {"provider": "google", "service_account_file": str(tmp_path / "key.json"), "subject": "a@office.example"}
    settings = build({"room": room, "calendar": kept}, tmp_path / "agent.toml")
    assert settings.options.service_account.reveal() == key_file().reveal()  # type: ignore[attr-defined]
    consented = {
        "provider": "google",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token_file": str(tmp_path / "refresh"),
    }
    settings = build({"room": room, "calendar": consented}, tmp_path / "agent.toml")
    assert settings.options.refresh_token.reveal() == "r3fresh"  # type: ignore[attr-defined]
    assert "r3fresh" not in repr(settings)


def test_an_access_token_says_nothing_of_itself() -> None:
    token = AccessToken(token=Secret("ya29.t0ken"))
    assert "ya29" not in repr(token)
    with pytest.raises(NotImplementedError):
        encode(token)
