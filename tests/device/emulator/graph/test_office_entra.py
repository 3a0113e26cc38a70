"""Access: Microsoft's own token libraries get it from the office, and what is refused is refused as Entra does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msal
import pytest
import requests
from azure.identity import ClientSecretCredential
from office_clients import ROOM, TODAY, add_app, client_for, token_of

from device.emulator.directory import READ
from device.emulator.faults import Fault
from device.emulator.office import Office

SCOPE = "https://graph.microsoft.com/.default"


@pytest.fixture
async def anybody(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(office) as client:
        yield client


def form(office: Office, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": office.client_id,
        "client_secret": office.client_secret.reveal(),
        "scope": SCOPE,
        **changes,
    }


async def ask(client: httpx.AsyncClient, office: Office, tenant: str = "", **changes: str) -> httpx.Response:
    return await client.post(
        f"{office.authority}/{tenant or office.tenant}/oauth2/v2.0/token", data=form(office, **changes)
    )


def msal_token(office: Office, secret: str | dict[str, str], **authority: Any) -> dict[str, Any]:
    with requests.Session() as session:
        session.verify = str(office.ca_bundle)
        app = msal.ConfidentialClientApplication(office.client_id, secret, http_client=session, **authority)
        answer: dict[str, Any] = app.acquire_token_for_client(scopes=[SCOPE])
        return answer


async def test_msal_is_given_a_token_that_opens_the_calendar(office: Office) -> None:
    where = {"authority": f"{office.authority}/{office.tenant}", "instance_discovery": False}
    answer = await asyncio.to_thread(msal_token, office, office.client_secret.reveal(), **where)
    async with client_for(office, Authorization=f"Bearer {answer['access_token']}") as client:
        assert (await client.get(f"{ROOM}/calendarView", params=TODAY)).status_code == 200
    assert int(answer["expires_in"]) == 3599


async def test_msal_finds_the_token_endpoint_by_discovery_alone(office: Office) -> None:
    where = {"oidc_authority": f"{office.authority}/{office.tenant}/v2.0"}
    answer = await asyncio.to_thread(msal_token, office, office.client_secret.reveal(), **where)
    assert answer["access_token"]


async def test_msal_tells_a_wrong_secret_by_its_number(office: Office) -> None:
    where = {"authority": f"{office.authority}/{office.tenant}", "instance_discovery": False}
    answer = await asyncio.to_thread(msal_token, office, "wrong", **where)
    assert answer["error"] == "invalid_client"
    assert answer["error_codes"] == [7000215]
    assert answer["error_description"].startswith("AADSTS7000215: Invalid client secret")


async def test_msal_signs_in_with_a_certificate_and_with_no_other(office: Office) -> None:
    where = {"authority": f"{office.authority}/{office.tenant}", "instance_discovery": False}
    certificate, key = office.certify_app()
    good = {"private_key": key, "public_certificate": certificate}
    assert "access_token" in await asyncio.to_thread(msal_token, office, good, **where)
    office.certify_app()
    answer = await asyncio.to_thread(msal_token, office, good, **where)
    assert answer["error_codes"] == [700027]


async def test_an_assertion_that_is_none_is_refused(office: Office, anybody: httpx.AsyncClient) -> None:
    for assertion in ("", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        answer = await ask(anybody, office, client_assertion=assertion)
        assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])
    office.certify_app()
    assert (await ask(anybody, office, client_assertion="a.b.c")).json()["error_codes"] == [700027]


async def test_azure_identity_is_given_a_token_as_well(office: Office) -> None:
    def mint() -> str:
        with ClientSecretCredential(
            office.tenant,
            office.client_id,
            office.client_secret.reveal(),
            authority=office.authority,
            disable_instance_discovery=True,
            connection_verify=str(office.ca_bundle),
        ) as credential:
            return credential.get_token(SCOPE).token

    assert office.tenant_cloud.tokens.client_of(await asyncio.to_thread(mint)) == office.client_id


@pytest.mark.parametrize(
    ("changes", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000215),
        ({"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "Calendars.Read"}, 400, "invalid_scope", 1002012),
        ({"tenant": "elsewhere.example"}, 400, "invalid_request", 90002),
    ],
)
async def test_a_request_for_access_that_is_wrong_is_refused_by_number(
    office: Office, anybody: httpx.AsyncClient, changes: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = await ask(anybody, office, **changes)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert {"timestamp", "trace_id", "correlation_id"} <= body.keys()


async def test_a_secret_that_has_expired_is_refused_with_another_number(
    office: Office, anybody: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    assert office.control.expire_secret() == "The app's secret has expired."
    assert (await ask(anybody, office)).json()["error_codes"] == [7000222]
    assert (await graph.get(ROOM)).status_code == 401
    office.control.expire_secret(expired=False)
    assert (await ask(anybody, office)).status_code == 200


async def test_the_fault_of_a_wrong_secret_hits_the_token_endpoint_alone(
    office: Office, anybody: httpx.AsyncClient, graph: httpx.AsyncClient
) -> None:
    office.faults.add(Fault.WRONG_SECRET)
    assert (await ask(anybody, office)).json()["error_codes"] == [7000215]
    assert (await graph.get(ROOM)).status_code == 200


async def test_a_token_runs_out_by_the_offices_time(office: Office, graph: httpx.AsyncClient) -> None:
    office.clock.jump(timedelta(seconds=3598))
    assert (await graph.get(ROOM)).status_code == 200
    office.clock.jump(timedelta(seconds=1))
    answer = await graph.get(ROOM)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Lifetime validation failed, the token is expired."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer made.up.token"])
async def test_nothing_is_said_without_a_token(office: Office, anybody: httpx.AsyncClient, header: str) -> None:
    answer = await anybody.get(ROOM, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


async def test_an_app_sees_the_mailboxes_it_was_given_and_no_others(office: Office) -> None:
    app = add_app(office, "one-room", mailboxes=frozenset(("aurora@office.example",)))
    async with client_for(office, Authorization=f"Bearer {token_of(office, app.client_id)}") as client:
        assert (await client.get(f"{ROOM}/calendarView", params=TODAY)).status_code == 200
        for other in ("borealis@office.example", "ines.carvalho@office.example"):
            answer = await client.get(f"users/{other}/calendarView", params=TODAY)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")


async def test_an_app_that_may_only_read_cannot_write(office: Office) -> None:
    mailboxes = frozenset(("aurora@office.example",))
    app = add_app(office, "reader", mailboxes=mailboxes, roles=frozenset((READ,)))
    async with client_for(office, Authorization=f"Bearer {token_of(office, app.client_id)}") as client:
        assert (await client.get(f"{ROOM}/calendarView", params=TODAY)).status_code == 200
        answer = await client.post(f"{ROOM}/events", json={})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ErrorAccessDenied")
        assert (await client.get("places/microsoft.graph.room")).status_code == 403


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("nowhere.example", {}),
        ("organizations", {"client_id": "nobody"}),
        ("organizations", {"redirect_uri": "https://elsewhere.example/back"}),
        ("organizations", {"redirect_uri": ""}),
    ],
)
async def test_consent_that_cannot_be_asked_for_sends_nobody_anywhere(
    office: Office, path: str, query: dict[str, str]
) -> None:
    usual = {"client_id": office.client_id, "redirect_uri": "http://127.0.0.1:9/back", "state": "x"}
    async with client_for(office) as client:
        good = await client.get(f"{office.authority}/{office.tenant}/v2.0/adminconsent", params=usual)
        bad = await client.get(f"{office.authority}/{path}/v2.0/adminconsent", params=usual | query)
    assert (good.status_code, bad.status_code) == (302, 400)
    assert "location" not in bad.headers
