"""Google's OAuth at the office: what a credential must be, and what a refusal says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google_office import AURORA, access_token, plain, reason

from device.emulator.google.grants import AUTH
from device.emulator.google.oauth import JWT_BEARER
from device.emulator.google.workspace import ADMINISTRATOR, SERVICE_ACCOUNT, WEB_CLIENT
from device.emulator.office import Office

EVENTS = f"{AUTH}calendar.events"


def assertion(office: Office, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> dict[str, str]:
    now = datetime.now(UTC)
    usual = {
        "iss": SERVICE_ACCOUNT,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": EVENTS,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }
    claims = {name: value for name, value in (usual | changes).items() if value is not None}
    return {"grant_type": JWT_BEARER, "assertion": jwt.encode(claims, key or office.workspace.key, algorithm="RS256")}


async def ask(office: Office, form: dict[str, str], path: str = "/token") -> httpx.Response:
    async with plain(office, "") as client:
        return await client.post(f"{office.authority}{path}", data=form)


async def refused(office: Office, form: dict[str, str]) -> tuple[int, str, str]:
    answer = await ask(office, form)
    told = answer.json()
    return answer.status_code, told["error"], told["error_description"]


async def test_a_good_assertion_is_worth_an_hour(office: Office) -> None:
    for audience in ("https://oauth2.googleapis.com/token", f"{office.authority}/token"):
        answer = await ask(office, assertion(office, aud=audience))
        assert answer.status_code == 200
        told = answer.json()
        assert (told["expires_in"], told["token_type"], told["scope"]) == (3599, "Bearer", EVENTS)
        async with plain(office, told["access_token"]) as client:
            assert (await client.get(f"calendars/{AURORA}/events")).status_code == 200
            office.clock.jump(timedelta(hours=1))
            assert reason(await client.get(f"calendars/{AURORA}/events")) == (401, "authError")


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"iss": "other@project.iam.gserviceaccount.com"}, "invalid_grant", "account not found"),
        ({"aud": "https://elsewhere.example/token"}, "invalid_grant", "Bad Request"),
        ({"exp": None}, "invalid_grant", "Bad Request"),
        ({"scope": ""}, "invalid_scope", "scope"),
        ({"sub": "nobody@office.example"}, "invalid_grant", "Invalid email"),
        ({"sub": ADMINISTRATOR, "scope": f"{AUTH}drive"}, "unauthorized_client", "unauthorized"),
    ],
)
async def test_an_assertion_that_says_something_else_is_refused(
    changes: dict[str, Any], error: str, said: str, office: Office
) -> None:
    _, code, description = await refused(office, assertion(office, **changes))
    assert code == error
    assert said in description


async def test_an_assertion_is_about_now(office: Office) -> None:
    now = int(datetime.now(UTC).timestamp())
    for times in (
        {"iat": now - 7200, "exp": now - 3600},
        {"iat": now + 3600, "exp": now + 7200},
        {"iat": now, "exp": now + 7200},
    ):
        assert "reasonable timeframe" in (await refused(office, assertion(office, **times)))[2]
    office.workspace.clock_ahead = timedelta(hours=3)
    assert "reasonable timeframe" in (await refused(office, assertion(office)))[2]


async def test_an_assertion_is_signed_by_the_service_account(office: Office) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert (await refused(office, assertion(office, key=other)))[2] == "Invalid JWT Signature."
    for nonsense in ("", "a.b.c", "x" * 10_000):
        told = {"grant_type": JWT_BEARER, "assertion": nonsense}
        assert (await refused(office, told))[1] == "invalid_grant"
    unsigned = jwt.encode({"iss": SERVICE_ACCOUNT, "iat": 1, "exp": 2}, "", algorithm="none")
    assert (await refused(office, {"grant_type": JWT_BEARER, "assertion": unsigned}))[1] == "invalid_grant"


async def test_other_grants_and_methods_are_none(office: Office) -> None:
    assert (await refused(office, {"grant_type": "password"}))[1] == "unsupported_grant_type"
    async with plain(office, "") as client:
        assert (await client.get(f"{office.authority}/token")).status_code == 405


async def visit(office: Office, **changes: str | None) -> httpx.Response:
    usual: dict[str, str | None] = {
        "client_id": WEB_CLIENT,
        "redirect_uri": "http://127.0.0.1:9/back",
        "response_type": "code",
        "scope": EVENTS,
        "state": "s",
        "access_type": "offline",
        "prompt": "consent",
    }
    query = {name: value for name, value in (usual | changes).items() if value is not None}
    async with plain(office, "") as client:
        return await client.get(f"{office.authority}/o/oauth2/v2/auth", params=query)


def brought(answer: httpx.Response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def redeeming(office: Office, code: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": WEB_CLIENT,
        "client_secret": office.workspace.web_secret.reveal(),
        "redirect_uri": "http://127.0.0.1:9/back",
    }


async def test_a_refresh_token_comes_only_with_offline_access_and_new_consent(office: Office) -> None:
    for changes, lasting in (({}, True), ({"access_type": "online"}, False), ({"prompt": None}, False)):
        answer = await ask(office, redeeming(office, brought(await visit(office, **changes))["code"]))
        assert ("refresh_token" in answer.json()) is lasting


async def test_the_browser_comes_back_with_what_went_wrong(office: Office) -> None:
    for changes in (
        {"response_type": "token"},
        {"scope": ""},
        {"code_challenge": "c", "code_challenge_method": "plain"},
    ):
        assert brought(await visit(office, **changes)) == {"state": "s", "error": "invalid_request"}
    office.workspace.consenting = ""
    assert brought(await visit(office, state=None)) == {"error": "access_denied"}


async def test_nobody_is_sent_off_this_machine(office: Office) -> None:
    for address in (
        "https://elsewhere.example/back",
        "//elsewhere.example",
        "javascript:alert(1)",
        "",
        "http://127.0.0.1/#x",
    ):
        answer = await visit(office, redirect_uri=address)
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert (await visit(office, client_id="other")).status_code == 401


async def test_a_refresh_token_can_be_narrowed_and_taken_back(office: Office) -> None:
    told = (await ask(office, redeeming(office, brought(await visit(office))["code"]))).json()
    form = {
        "grant_type": "refresh_token",
        "refresh_token": told["refresh_token"],
        "client_id": WEB_CLIENT,
        "client_secret": office.workspace.web_secret.reveal(),
    }
    assert (await ask(office, form)).json()["scope"] == EVENTS
    assert (await refused(office, {**form, "scope": f"{EVENTS} {AUTH}drive"}))[1] == "invalid_scope"
    assert (await refused(office, {**form, "client_secret": "x"}))[:2] == (401, "invalid_client")
    assert (await ask(office, {"token": told["refresh_token"]}, "/revoke")).status_code == 200
    assert (await ask(office, {"token": told["refresh_token"]}, "/revoke")).status_code == 400
    assert "expired or revoked" in (await refused(office, form))[2]


async def test_access_that_was_taken_back_is_worth_nothing(office: Office) -> None:
    token = access_token(office)
    async with plain(office, token) as client:
        assert (await client.get(f"calendars/{AURORA}/events")).status_code == 200
        await ask(office, {"token": token}, "/revoke")
        assert reason(await client.get(f"calendars/{AURORA}/events")) == (401, "authError")


async def test_whatever_expires_all_access_expires_googles_too(office: Office) -> None:
    async with plain(office) as client:
        office.control.expire_access()
        assert reason(await client.get(f"calendars/{AURORA}/events")) == (401, "authError")


async def test_no_token_and_a_strangers_are_worth_nothing(office: Office) -> None:
    graphs = office.tenant_cloud.tokens.issue(office.tenant_cloud.apps[office.client_id], "t", "a")
    for headers in (
        {},
        {"Authorization": "Basic x"},
        {"Authorization": f"Bearer {graphs}"},
    ):
        async with plain(office, "") as client:
            answer = await client.get(f"calendars/{AURORA}/events", headers=headers)
        assert answer.status_code == 401


async def test_googles_tokens_are_worth_nothing_at_graph(office: Office) -> None:
    async with plain(office, "") as client:
        for token in (access_token(office), access_token(office).removeprefix("ya29.")):
            headers = {"Authorization": f"Bearer {token}"}
            answer = await client.get(f"{office.endpoint}/users/{AURORA}/events", headers=headers)
            assert answer.status_code in (401, 403)


async def test_scopes_open_what_they_are_for_and_nothing_else(office: Office) -> None:
    rooms = f"{office.authority}/admin/directory/v1/customer/my_customer/resources/calendars"
    for scope, path, status in (
        ("calendar.events.readonly", f"calendars/{AURORA}/events", 200),
        ("calendar.events.freebusy", f"calendars/{AURORA}/events", 200),
        ("calendar.freebusy", f"calendars/{AURORA}/events", 403),
        ("calendar.events.readonly", f"calendars/{AURORA}", 403),
        ("calendar.calendars.readonly", f"calendars/{AURORA}", 200),
        ("calendar", rooms, 403),
        ("admin.directory.resource.calendar.readonly", rooms, 200),
    ):
        token = access_token(office, f"{AUTH}{scope}", account=ADMINISTRATOR, delegated=True)
        async with plain(office, token) as client:
            assert (await client.get(path)).status_code == status, (scope, path)
    async with plain(office, access_token(office, f"{AUTH}calendar.events.readonly")) as client:
        answer = await client.post(f"calendars/{AURORA}/events", content=json.dumps({}))
        assert reason(answer) == (403, "insufficientPermissions")
