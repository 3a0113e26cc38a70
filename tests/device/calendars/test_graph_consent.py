"""Letting the application in: admin consent by the browser; and where Microsoft's clouds are."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import msgspec
import pytest
from account_worlds import OfficeAccount, office_account
from aiohttp import web
from far_side import far_side, json_answer
from graph_room import NOW, ROOM, TENANT, Standing, open_hub, options, signing_in, token

from device.agent.mint import _revealed
from device.agent.settings import build
from device.calendars.graph import PROVIDER, Options
from device.calendars.graph.claims import claims_of
from device.calendars.graph.clouds import SERVERS, Cloud
from device.calendars.interface import AccessToken, ConsentAsked, Notifies
from device.model.errors import CalendarError, CredentialRefused, SettingsError
from device.model.secret import Secret
from device.model.value import from_plain

ASKED = ConsentAsked(redirect_uri="http://127.0.0.1:9/back?portal=1", state=Secret("st4te"), verifier=Secret("v" * 43))
GIVEN = {"admin_consent": "True", "tenant": TENANT, "state": "st4te"}
OTHER = "11111111-2222-3333-4444-555555555555"


async def nothing(request: web.Request) -> web.StreamResponse:
    raise AssertionError


async def redeemed(
    folder: Path, answer: dict[str, str], claims: dict[str, Any] | None = None, **changes: Any
) -> Options:
    assert PROVIDER.web_flow is not None
    async with far_side(signing_in(nothing, **(claims or {})), folder) as side:
        granted = await PROVIDER.web_flow.redeem(options(side, **changes), ASKED, answer, Standing())
    assert isinstance(granted, Options)
    return granted


def address(**changes: Any) -> str:
    assert PROVIDER.web_flow is not None
    return PROVIDER.web_flow.address(Options(client_id="client", **changes), ASKED)


def test_the_browser_is_sent_to_the_tenants_own_page() -> None:
    parts = urlsplit(address(tenant="contoso.example"))
    assert (parts.netloc, parts.path) == ("login.microsoftonline.com", "/contoso.example/v2.0/adminconsent")
    assert dict(parse_qsl(parts.query)) == {
        "client_id": "client",
        "scope": "https://graph.microsoft.com/.default",
        "redirect_uri": ASKED.redirect_uri,
        "state": "st4te",
    }
    assert urlsplit(address()).path == "/organizations/v2.0/adminconsent"


def test_a_national_clouds_page_is_its_own() -> None:
    parts = urlsplit(address(cloud=Cloud.CHINA))
    assert parts.netloc == "login.partner.microsoftonline.cn"
    assert parse_qs(parts.query)["scope"] == ["https://microsoftgraph.chinacloudapi.cn/.default"]


async def test_the_tenant_that_consented_is_in_the_options(tmp_path: Path) -> None:
    granted = await redeemed(tmp_path, GIVEN, tenant="")
    assert granted.tenant == TENANT
    assert granted.client_secret.reveal() == "s3cret"
    assert (await redeemed(tmp_path, GIVEN | {"tenant": TENANT.upper()}, tenant=TENANT)).tenant == TENANT
    assert (await redeemed(tmp_path, GIVEN, tenant="contoso.example")).tenant == TENANT


REFUSED: dict[str, tuple[dict[str, str], dict[str, Any], dict[str, Any]]] = {
    "declined": ({"error": "access_denied", "error_description": "\x1b canary", "admin_consent": "True"}, {}, {}),
    "declined although": (GIVEN | {"error": "permission_denied"}, {}, {}),
    "nothing": ({}, {}, {}),
    "no consent": (GIVEN | {"admin_consent": "False"}, {}, {}),
    "no tenant": ({"admin_consent": "True"}, {}, {}),
    "a tenant that is none": (GIVEN | {"tenant": "../evil"}, {}, {}),
    "another tenant than asked": (GIVEN, {}, {"tenant": OTHER}),
    "another tenant than the domain's": (GIVEN | {"tenant": OTHER}, {}, {"tenant": "contoso.example"}),
    "access to another tenant": (GIVEN, {"tid": OTHER}, {"tenant": ""}),
    "no credential": (GIVEN, {}, {"client_secret": Secret("")}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_no_consent_is_refused(tmp_path: Path, case: str) -> None:
    answer, claims, changes = REFUSED[case]
    with pytest.raises(CredentialRefused) as caught:
        await redeemed(tmp_path, answer, claims, **({"tenant": ""} | changes))
    assert "canary" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[OfficeAccount]:
    async with office_account(request) as world:
        yield world


async def visited(world: OfficeAccount, **changes: Any) -> tuple[Options, dict[str, str]]:
    """An administrator of the office goes to the page and comes back."""
    import ssl

    assert PROVIDER.web_flow is not None
    asking = msgspec.structs.replace(world.options, tenant="", **changes)
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=asking.ca_bundle)) as browser:
        answer = await browser.get(PROVIDER.web_flow.address(asking, ASKED))
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    assert back.netloc == "127.0.0.1:9"
    return asking, dict(parse_qsl(back.query))


async def test_the_whole_way_through_the_offices_entra(world: OfficeAccount) -> None:
    assert PROVIDER.web_flow is not None
    asking, answer = await visited(world)
    assert answer["state"] == "st4te"
    assert answer["portal"] == "1"
    granted = await PROVIDER.web_flow.redeem(asking, ASKED, answer, world.clock)
    assert granted.tenant == world.office.tenant
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(granted, world.clock) as account:
        assert await account.rooms()


async def test_an_administrator_of_the_office_may_say_no(world: OfficeAccount) -> None:
    assert PROVIDER.web_flow is not None
    world.office.tenant_cloud.consent_declined = True
    asking, answer = await visited(world)
    with pytest.raises(CredentialRefused, match="access_denied"):
        await PROVIDER.web_flow.redeem(asking, ASKED, answer, world.clock)


@pytest.mark.parametrize("cloud", list(Cloud))
def test_each_cloud_has_servers_of_its_own_unless_others_are_named(cloud: Cloud) -> None:
    usual = Options(cloud=cloud)
    assert (usual.endpoint, usual.authority) == (SERVERS[cloud].endpoint, SERVERS[cloud].authority)
    host = urlsplit(usual.endpoint).netloc
    assert usual.scope == f"https://{host}/.default"
    own = Options(cloud=cloud, endpoint="https://graph.test/v1.0", authority="https://login.test")
    assert (own.endpoint, own.authority, own.scope) == (
        "https://graph.test/v1.0",
        "https://login.test",
        "https://graph.test/.default",
    )


def test_the_cloud_is_a_setting_and_a_wrong_one_is_told() -> None:
    def settings(**calendar: Any) -> Any:
        room = {"id": "a", "name": "A", "zone": "UTC"}
        document = {"room": room, "calendar": {"provider": "graph", **calendar}}
        return build(document, Path("agent.toml")).options

    assert settings(cloud="us-gov").endpoint == "https://graph.microsoft.us/v1.0"
    assert settings(cloud="us-dod", canaries=["ceo@x.example"]).canaries == ("ceo@x.example",)
    assert str(settings(client_secret="s", client_secret_expires="2027-05-01").client_secret_expires) == "2027-05-01"
    for wrong in ({"cloud": "mars"}, {"endpoint": "http://x"}, {"client_secret_expires": "soon"}, {"canaries": "x"}):
        with pytest.raises(SettingsError, match=rf"calendar\.?{next(iter(wrong)) if 'endpoint' not in wrong else ''}"):
            settings(**wrong)


def test_all_settings_reach_the_process_that_mints() -> None:
    options = Options(cloud=Cloud.US_DOD, client_secret_expires=NOW.date(), canaries=("a@x.example",), tenant="t")
    assert msgspec.json.decode(_revealed(options), type=Options, dec_hook=from_plain) == options


def test_the_provider_says_how_it_is_signed_in_to_and_notifies() -> None:
    assert PROVIDER.notifies is Notifies.CALLS
    assert [kind.name for kind in PROVIDER.credentials] == ["certificate", "client-secret", "admin-consent"]
    assert [kind.by_browser for kind in PROVIDER.credentials] == [False, False, True]
    known = set(Options.__struct_fields__)
    assert all(set(kind.asks) <= known for kind in PROVIDER.credentials)


@pytest.mark.parametrize("text", ["", "opaque", "a.b", "a.b.c", "..", "a.!.c", f"x.{'A' * 5}.y", "é.é.é"])
def test_a_token_that_is_no_jwt_claims_nothing(text: str) -> None:
    assert claims_of(AccessToken(token=Secret(text))) is None


async def test_no_secret_is_in_a_log_a_repr_or_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ("s3cret", "canary-of-a-token", "st4te")

    async def graph(request: web.Request) -> web.StreamResponse:
        return json_answer({"error": {"code": token()[:50], "message": request.headers["Authorization"]}}, 400)

    told: list[str] = []
    async with open_hub(graph, tmp_path) as (account, side):
        calls = (
            account.rooms,
            lambda: account.people("an"),
            lambda: account.audit(ROOM.id, "Europe/Berlin"),
            lambda: account.mint(ROOM.id),
        )
        for call in calls:
            try:
                told.append(repr(await call()))
            except CalendarError as error:
                import traceback

                told += traceback.format_exception(error)
        told += [repr(account), repr(options(side)), repr(ASKED)]
    assert told
    for secret in secrets:
        assert secret not in caplog.text
        assert not [text for text in told if secret in text]
