"""What the tests of Google's side of the office share: Google's own client, and plain HTTP beside it."""

import asyncio
import json
import ssl
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import google_auth_httplib2
import httplib2
import httpx
from google.api_core.client_options import ClientOptions
from google.oauth2.credentials import Credentials as RefreshTokenCredentials
from google.oauth2.service_account import Credentials
from googleapiclient.discovery import build

from device.emulator.google.grants import AUTH, Grant
from device.emulator.google.workspace import ADMINISTRATOR, SERVICE_ACCOUNT, WEB_CLIENT
from device.emulator.office import Office

AURORA = "aurora@office.example"
_SCOPES = ("calendar", "admin.directory.resource.calendar.readonly", "admin.directory.user.readonly")
EVERYTHING = tuple(f"{AUTH}{scope}" for scope in (*_SCOPES, "directory.readonly"))
T = TypeVar("T")


lines: list[httplib2.Http] = []
"""Those that are open; Google's client leaves it to others to close them."""


def line(office: Office) -> httplib2.Http:
    """httplib2 as Google's client uses it, which trusts the office."""
    lines.append(httplib2.Http(ca_certs=str(office.ca_bundle), timeout=20))
    return lines[-1]


def service_account(office: Office, *scopes: str, subject: str = "") -> Credentials:
    """The office's service account, as google-auth has it."""
    info = json.loads(office.workspace.service_account(office.authority))
    return Credentials.from_service_account_info(info, scopes=list(scopes or EVERYTHING), subject=subject or None)


def refresh_token(office: Office, *scopes: str, account: str = ADMINISTRATOR) -> RefreshTokenCredentials:
    """What somebody's consent has left, as google-auth has it."""
    token = office.workspace.grants.refresh(Grant(account=account, scopes=frozenset(scopes or EVERYTHING)))
    return RefreshTokenCredentials(
        None,
        refresh_token=token,
        token_uri=f"{office.authority}/token",
        client_id=WEB_CLIENT,
        client_secret=office.workspace.web_secret.reveal(),
    )


def service(office: Office, api: str, version: str, credentials: Any, root: str = "") -> Any:
    """One of Google's services by Google's own client, unchanged, from the description that comes with it."""
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=line(office))
    options = ClientOptions(api_endpoint=f"{office.authority}{root}")
    return build(api, version, http=http, static_discovery=True, cache_discovery=False, client_options=options)


def calendar(office: Office, credentials: Any = None) -> Any:
    """Calendar v3."""
    return service(office, "calendar", "v3", credentials or service_account(office), "/calendar/v3/")


async def apart(call: Callable[[], T]) -> T:
    """Run what blocks beside the office."""
    return await asyncio.to_thread(call)


def access_token(office: Office, *scopes: str, account: str = SERVICE_ACCOUNT, delegated: bool = False) -> str:
    """A good token, straight from the desk."""
    grant = Grant(account=account, scopes=frozenset(scopes or EVERYTHING), delegated=delegated)
    return office.workspace.grants.access(grant)


def plain(office: Office, token: str | None = None, **more: Any) -> httpx.AsyncClient:
    """Plain HTTP at the Calendar API, or, with an address in full, anywhere in the office."""
    headers = {"Authorization": f"Bearer {access_token(office) if token is None else token}"}
    return httpx.AsyncClient(
        verify=_trust(str(office.ca_bundle)),
        base_url=f"{office.authority}/calendar/v3/",
        headers=headers if token != "" else {},
        trust_env=False,
        timeout=20,
        **more,
    )


@cache
def _trust(bundle: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=bundle)


def moment(text: str) -> dict[str, str]:
    """An `EventDateTime` of the scenario's day."""
    return {"dateTime": f"2026-11-23T{text}:00+01:00", "timeZone": "Europe/Berlin"}


def wanted(summary: str = "Walk-up", start: str = "08:55", end: str = "09:10", **more: Any) -> dict[str, Any]:
    """The body of an insert."""
    return {"summary": summary, "start": moment(start), "end": moment(end), **more}


def reason(answer: httpx.Response) -> tuple[int, str]:
    """The status and reason of an error."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    return answer.status_code, error["errors"][0]["reason"]
