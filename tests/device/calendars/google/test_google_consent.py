"""Consent in the browser: Google's page, the way back, and what the code is good for."""

import base64
import hashlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from far_side import far_side
from google_room import always, options
from test_google_access import Standing

from device.calendars.google import PROVIDER, Options
from device.calendars.google.scopes import CONSENTED, READ, WRITE
from device.calendars.interface import ConsentAsked, WebFlow
from device.emulator.google.routes import google_endpoints
from device.emulator.google.workspace import WEB_CLIENT
from device.emulator.office import Office, open_office
from device.model.errors import CalendarError, CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret

VERIFIER = "v" * 64
ASKED = ConsentAsked(redirect_uri="http://127.0.0.1:9/back?room=1", state=Secret("st4te"), verifier=Secret(VERIFIER))
TIME = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOLD = {"access_token": "t", "refresh_token": "1//r", "scope": " ".join(CONSENTED), "expires_in": 3599}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("empty", tmp_path) as office:
        yield office


def flow() -> WebFlow:
    assert PROVIDER.web_flow is not None
    return PROVIDER.web_flow


def client_options(office: Office, **changes: Any) -> Options:
    usual: dict[str, Any] = {
        "client_id": WEB_CLIENT,
        "client_secret": office.workspace.web_secret,
        "ca_bundle": str(office.ca_bundle),
        **google_endpoints(office.authority),
    }
    return Options(**(usual | changes))


async def visit(office: Office, address: str) -> dict[str, str]:
    """Go where the browser is sent, and come back with what Google says."""
    trust = ssl.create_default_context(cafile=str(office.ca_bundle))
    async with httpx.AsyncClient(verify=trust, trust_env=False) as browser:
        page = await browser.get(address)
    assert page.status_code == 302, page.text
    back = urlsplit(page.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "http://127.0.0.1:9/back"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def test_the_browser_is_sent_to_googles_page_with_everything_in_it() -> None:
    address = flow().address(Options(client_id="c&1"), ASKED)
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://accounts.google.com/o/oauth2/v2/auth"
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "client_id": "c&1",
        "redirect_uri": "http://127.0.0.1:9/back?room=1",
        "response_type": "code",
        "scope": " ".join(CONSENTED),
        "state": "st4te",
        "code_challenge": digest,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }
    assert VERIFIER not in address


async def test_consent_becomes_a_refresh_token_that_reads_writes_and_lists(office: Office) -> None:
    given = client_options(office)
    answer = await visit(office, flow().address(given, ASKED))
    assert answer["state"] == "st4te"
    assert answer["room"] == "1"
    granted = await flow().redeem(given, ASKED, answer, office.clock)
    assert granted.refresh_token.reveal().startswith("1//")
    assert granted.refresh_token.reveal() not in repr(granted)
    assert granted.credential_expires is None
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(granted, office.clock) as account:
        assert await account.rooms()
        await account.mint("aurora@office.example")
        await account.people("x")


async def test_a_code_is_good_once_for_whoever_asked_and_not_for_long(office: Office) -> None:
    given = client_options(office)
    answer = await visit(office, flow().address(given, ASKED))
    await flow().redeem(given, ASKED, answer, office.clock)
    for changes in ({}, {"verifier": Secret("w" * 64)}, {"redirect_uri": "http://127.0.0.1:9/elsewhere"}):
        if changes:
            answer = await visit(office, flow().address(given, ASKED))
        with pytest.raises(CredentialRefused):
            await flow().redeem(given, msgspec.structs.replace(ASKED, **changes), answer, office.clock)
    answer = await visit(office, flow().address(given, ASKED))
    office.clock.jump(timedelta(minutes=11))
    with pytest.raises(CredentialRefused):
        await flow().redeem(given, ASKED, answer, office.clock)


async def test_a_wrong_client_secret_redeems_nothing(office: Office) -> None:
    answer = await visit(office, flow().address(client_options(office), ASKED))
    with pytest.raises(CredentialRefused, match="secret is wrong"):
        await flow().redeem(client_options(office, client_secret=Secret("x")), ASKED, answer, office.clock)


async def test_an_administrator_may_decline(office: Office) -> None:
    office.workspace.consenting = ""
    given = client_options(office)
    answer = await visit(office, flow().address(given, ASKED))
    with pytest.raises(CredentialRefused, match="declined"):
        await flow().redeem(given, ASKED, answer, office.clock)


@pytest.mark.parametrize(
    "answer", [{}, {"code": ""}, {"error": "server_error"}, {"error": "admin_policy_enforced\n<b>", "code": "4/x"}]
)
async def test_a_way_back_without_a_code_asks_nobody(answer: dict[str, str], tmp_path: Path) -> None:
    async with far_side(always(TOLD), tmp_path) as side:
        with pytest.raises(CredentialRefused) as caught:
            await flow().redeem(options(side), ASKED, answer, Standing())
    assert side.seen == []
    assert "<" not in str(caught.value)


async def test_the_code_is_redeemed_with_the_verifier(tmp_path: Path) -> None:
    async with far_side(always(TOLD), tmp_path) as side:
        granted = await flow().redeem(options(side, refresh_token=Secret("")), ASKED, {"code": "4/c"}, Standing())
    assert granted.refresh_token.reveal() == "1//r"
    assert parse_qs(await side.seen[0].text()) == {
        "grant_type": ["authorization_code"],
        "code": ["4/c"],
        "client_id": ["client"],
        "client_secret": ["s3cret"],
        "redirect_uri": [ASKED.redirect_uri],
        "code_verifier": [VERIFIER],
    }


async def test_a_grant_with_a_term_says_when_it_ends(tmp_path: Path) -> None:
    for seconds, expires in ((604_800, TIME + timedelta(days=7)), ("604800", None), (-1, None), (10**12, None)):
        async with far_side(always(TOLD | {"refresh_token_expires_in": seconds}), tmp_path) as side:
            granted = await flow().redeem(options(side), ASKED, {"code": "c"}, Standing())
        assert PROVIDER.expires is not None
        assert PROVIDER.expires(granted) == expires


@pytest.mark.parametrize(
    ("told", "status", "kind"),
    [
        (TOLD | {"refresh_token": None}, 200, CredentialRefused),
        (TOLD | {"refresh_token": ""}, 200, CredentialRefused),
        (TOLD | {"scope": " ".join(READ)}, 200, CredentialRefused),
        (TOLD | {"scope": WRITE[0]}, 200, CredentialRefused),
        (TOLD | {"scope": 5}, 200, CredentialRefused),
        ({"error": "invalid_grant", "error_description": "Malformed auth code."}, 400, CredentialRefused),
        ({"error": "invalid_client"}, 401, CredentialRefused),
        ({}, 400, MalformedAnswer),
        ([], 200, MalformedAnswer),
        ({"error": "x"}, 503, CalendarUnreachable),
    ],
)
async def test_what_was_not_granted_is_no_credential(
    told: Any, status: int, kind: type[CalendarError], tmp_path: Path
) -> None:
    async with far_side(always(told, status), tmp_path) as side:
        with pytest.raises(kind):
            await flow().redeem(options(side), ASKED, {"code": "c"}, Standing())


async def test_a_key_of_before_makes_room_for_the_consent(office: Office) -> None:
    given = client_options(office, service_account=Secret("{}"), subject="a@office.example")
    answer = await visit(office, flow().address(given, ASKED))
    granted = await flow().redeem(given, ASKED, answer, office.clock)
    assert (granted.service_account, granted.subject) == ("", "")
