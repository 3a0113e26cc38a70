"""The way to an Exchange server: signing in, whom to trust, what the environment must not do, and time."""

import asyncio
import base64
import ssl
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
import requests.adapters
import spnego
import trustme
from aiohttp import web
from exchange_room import ROOM, WINDOW, Standing, access, answering, item, open_exchange, options, view, xml
from exchange_worlds import options_for
from exchangelib.protocol import BaseProtocol, CachingProtocol
from far_side import authority, far_side
from seat import PATIENCE

from device.calendars.exchange import PROVIDER
from device.calendars.exchange.credential import SPARED
from device.calendars.exchange.options import Auth, Options
from device.calendars.interface import AccessToken, RoomCalendar
from device.emulator.faults import Fault
from device.emulator.office import Office, open_office
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
    SettingsError,
)
from device.model.secret import Secret
from device.model.window import Window

DAY = Window(start=WINDOW.start, end=WINDOW.end)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path) as opened:
        yield opened


@asynccontextmanager
async def door(office: Office, clock: Standing | None = None, **changes: object) -> AsyncIterator[RoomCalendar]:
    """A door of the office that mints its own access."""
    chosen = options_for(office, **changes)
    now = clock or Standing(office.clock.now)
    assert PROVIDER.mint is not None
    mint = PROVIDER.mint

    async def source() -> AccessToken:
        return await mint(chosen, ROOM.id, now)

    async with PROVIDER.open_room(ROOM, chosen, source, now) as calendar:
        yield calendar


async def titles(calendar: RoomCalendar) -> set[str]:
    return {str(one.title) for one in (await calendar.read(DAY)).occurrences}


async def test_ntlm_signs_in_each_connection_once(office: Office) -> None:
    office.exchange.schemes = ("NTLM",)
    async with door(office) as calendar:
        for _ in range(3):
            assert "Sprint planning" in await titles(calendar)
        assert office.ews_edge.login.handshakes == 1
        await asyncio.gather(*(calendar.read(DAY) for _ in range(6)))
        assert office.ews_edge.login.handshakes <= 2


async def test_a_connection_that_was_lost_is_signed_in_again(office: Office) -> None:
    office.exchange.schemes = ("NTLM",)
    async with door(office) as calendar:
        await calendar.read(DAY)
        office.control.cut_network()
        with pytest.raises(CalendarUnreachable):
            await calendar.read(DAY)
        office.control.restore_network()
        assert "Sprint planning" in await titles(calendar)
    assert office.ews_edge.login.handshakes == 2
    assert office.exchange.failed_logins == 0


async def test_extended_protection_is_satisfied(office: Office) -> None:
    office.exchange.schemes, office.exchange.extended_protection = ("NTLM",), True
    async with door(office) as calendar:
        assert "Sprint planning" in await titles(calendar)


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.NTLM])
async def test_a_wrong_password_is_sent_once_and_then_spared(office: Office, auth: Auth) -> None:
    clock = Standing()
    async with door(office, clock, auth=auth, password=Secret("wrong")) as calendar:
        for _ in range(5):
            with pytest.raises(AccessExpired):
                await calendar.read(DAY)
        assert office.exchange.failed_logins == 1
        clock.elapsed += SPARED + timedelta(seconds=1)
        with pytest.raises(AccessExpired):
            await calendar.read(DAY)
    assert office.exchange.failed_logins == 2


async def test_a_server_that_knows_no_ntlm_says_so(office: Office) -> None:
    office.exchange.schemes = ("Basic",)
    async with door(office) as calendar:
        with pytest.raises(AccessExpired, match="no NTLM"):
            await calendar.read(DAY)


async def test_a_token_is_made_and_used(office: Office) -> None:
    entra = {
        "auth": Auth.OAUTH,
        "token_endpoint": f"{office.authority}/{office.tenant}/oauth2/v2.0/token",
        "client_id": office.client_id,
        "client_secret": office.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    async with door(office, **entra) as calendar:
        assert "Sprint planning" in await titles(calendar)
        office.faults.add(Fault.UNAUTHORISED, path="/EWS/")
        with pytest.raises(AccessExpired):
            await calendar.read(DAY)
    with pytest.raises(CredentialRefused):
        async with door(office, **(entra | {"client_secret": Secret("wrong")})) as calendar:
            await calendar.read(DAY)


async def test_without_a_password_nobody_is_asked(office: Office) -> None:
    with pytest.raises(CredentialRefused):
        async with door(office, password=Secret("")) as calendar:
            await calendar.read(DAY)
    assert office.front.requests == 0


@asynccontextmanager
async def two_servers(folder: Path) -> AsyncIterator[tuple[Options, Options]]:
    """Two servers, each with an authority of its own, and options for each."""
    other = trustme.CA()
    names = ("one", "other")
    for name in names:
        (folder / name).mkdir()
    handler = answering(lambda _: view(item()))
    async with (
        far_side(handler, folder / "one") as first,
        far_side(handler, folder / "other", other.issue_cert("127.0.0.1")) as second,
    ):
        other.cert_pem.write_to_path(second.ca_bundle)
        yield options(first), options(second)


async def read_with(chosen: Options) -> int:
    async with PROVIDER.open_room(ROOM, chosen, access, Standing()) as calendar:
        return len((await calendar.read(WINDOW)).occurrences)


async def test_two_accounts_with_different_authorities_do_not_meet(tmp_path: Path) -> None:
    async with two_servers(tmp_path) as (one, other):
        crossed = [
            msgspec.structs.replace(one, ca_bundle=other.ca_bundle),
            msgspec.structs.replace(other, ca_bundle=one.ca_bundle),
            msgspec.structs.replace(one, ca_bundle=""),
        ]
        for _ in range(3):
            results = await asyncio.gather(*map(read_with, (one, *crossed, other)), return_exceptions=True)
            assert (results[0], results[4]) == (1, 1)
            for result in results[1:4]:
                assert isinstance(result, CalendarUnreachable)
                assert result.cause == "tls"


async def test_one_account_with_two_bundles_is_two(tmp_path: Path) -> None:
    """The same server and the same password, so that anything shared by these alone would be shared."""
    async with two_servers(tmp_path) as (one, other):
        assert await read_with(one) == 1
        with pytest.raises(CalendarUnreachable):
            await read_with(msgspec.structs.replace(one, ca_bundle=other.ca_bundle))
        assert await read_with(one) == 1


async def test_nothing_of_exchangelib_is_changed_for_others(tmp_path: Path) -> None:
    async with two_servers(tmp_path) as (one, _):
        await read_with(one)
    assert BaseProtocol.HTTP_ADAPTER_CLS is requests.adapters.HTTPAdapter
    assert CachingProtocol._protocol_cache == {}


@pytest.mark.parametrize(
    "name",
    [
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "no_proxy"),
    ],
)
async def test_the_environment_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rubbish = tmp_path / "empty.pem"
    trustme.CA().cert_pem.write_to_path(str(rubbish))
    monkeypatch.setenv(name, "http://127.0.0.1:1" if "proxy" in name.lower() else str(rubbish))
    async with two_servers(tmp_path) as (one, _):
        assert await read_with(one) == 1


async def test_an_authority_in_the_environment_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with two_servers(tmp_path) as (one, other):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, one.ca_bundle)
        with pytest.raises(CalendarUnreachable) as refused:
            await read_with(msgspec.structs.replace(one, ca_bundle=other.ca_bundle))
        assert refused.value.cause == "tls"


async def test_a_proxy_is_each_accounts_own(tmp_path: Path) -> None:
    async with two_servers(tmp_path) as (one, _):
        with pytest.raises(CalendarUnreachable) as refused:
            await read_with(msgspec.structs.replace(one, proxy="http://127.0.0.1:1"))
        assert refused.value.cause == "proxy"
        assert await read_with(one) == 1
        for wrong in ({"proxy": "nonsense"}, {"ca_bundle": str(tmp_path / "missing.pem")}):
            with pytest.raises(SettingsError):
                await read_with(msgspec.structs.replace(one, **wrong))


@pytest.mark.parametrize("wrong", ["expired", "another name"])
async def test_a_certificate_that_is_not_good_is_not_spoken_to(tmp_path: Path, wrong: str) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    leaf = (
        authority().issue_cert("127.0.0.1", not_after=long_ago)
        if wrong == "expired"
        else authority().issue_cert("mail.office.example")
    )
    async with far_side(answering(lambda _: view(item())), tmp_path, leaf) as side, open_exchange(side) as calendar:
        with pytest.raises(CalendarUnreachable) as refused:
            await calendar.read(WINDOW)
    assert refused.value.cause == "tls"
    assert side.seen == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AccessExpired),
        (403, AccessDenied),
        (404, RoomNotFound),
        (429, CalendarBusy),
        (500, CalendarUnreachable),
        (503, CalendarUnreachable),
        (200, MalformedAnswer),
        (302, MalformedAnswer),
    ],
)
@pytest.mark.parametrize("leg", [1, 2])
async def test_a_status_means_the_same_while_signing_in(
    tmp_path: Path, status: int, error: type[Exception], leg: int
) -> None:
    with tempfile.NamedTemporaryFile("w") as users, pytest.MonkeyPatch.context() as patch:
        users.write("OFFICE:door:s3cret\n")
        users.flush()
        patch.setenv("NTLM_USER_FILE", users.name)

        async def handler(request: web.Request) -> web.StreamResponse:
            if leg == 2 and not await request.read():
                token = base64.b64decode(request.headers["Authorization"].partition(" ")[2])
                challenge = base64.b64encode(spnego.server(protocol="ntlm").step(token) or b"").decode()
                return web.Response(status=401, headers={"WWW-Authenticate": f"NTLM {challenge}"})
            return web.Response(status=status, text="<html>No.</html>", content_type="text/html")

        async with far_side(handler, tmp_path) as side, open_exchange(side, auth=Auth.NTLM) as calendar:
            with pytest.raises(error):
                await calendar.read(WINDOW)


@pytest.mark.parametrize("auth", [Auth.BASIC, Auth.NTLM])
async def test_a_redirection_gets_no_password(tmp_path: Path, auth: Auth) -> None:
    (tmp_path / "portal").mkdir()
    async with far_side(answering(lambda _: view(item())), tmp_path / "portal") as portal:

        async def elsewhere(request: web.Request) -> web.StreamResponse:
            return web.Response(status=307, headers={"Location": f"{portal.url}{request.path}"})

        async with far_side(elsewhere, tmp_path) as side, open_exchange(side, auth=auth) as calendar:
            with pytest.raises(MalformedAnswer):
                await calendar.read(WINDOW)
        assert portal.seen == []


async def test_no_thread_waits_for_a_server_that_drips(tmp_path: Path) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/xml"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    async with far_side(drip, tmp_path) as side, open_exchange(side, timeout=0.3) as calendar:
        results = await asyncio.gather(*(calendar.read(WINDOW) for _ in range(8)), return_exceptions=True)
        assert {getattr(result, "cause", None) for result in results} == {"timeout"}
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().shutdown_default_executor()


async def test_who_is_not_waited_for_any_more_sends_nothing_more(tmp_path: Path) -> None:
    asked, over = asyncio.Event(), asyncio.Event()

    async def never(request: web.Request) -> web.StreamResponse:
        asked.set()
        await over.wait()
        return xml("")

    async with far_side(never, tmp_path) as side, open_exchange(side) as calendar:
        reading = asyncio.ensure_future(calendar.read(WINDOW))
        await asked.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().shutdown_default_executor()
        assert len(side.seen) == 1
        over.set()


async def test_a_challenge_that_is_none_is_no_refusal(tmp_path: Path) -> None:
    async def challenge(request: web.Request) -> web.StreamResponse:
        return web.Response(status=401, headers={"WWW-Authenticate": "NTLM TlRMTVNTUAACAAAA"})

    async with far_side(challenge, tmp_path) as side, open_exchange(side, auth=Auth.NTLM) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)


async def test_a_connection_replaced_while_signing_in_is_no_refusal(office: Office, tmp_path: Path) -> None:
    """A proxy that closes after each answer would otherwise look like a wrong password."""
    office.exchange.schemes = ("NTLM",)
    context = ssl.create_default_context(cafile=str(office.ca_bundle))

    async def relay(request: web.Request) -> web.StreamResponse:
        kept = {name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")}
        async with httpx.AsyncClient(verify=context, trust_env=False) as http:
            answer = await http.post(office.ews, headers=kept, content=await request.read())
        response = web.Response(status=answer.status_code, body=answer.content, content_type="text/xml")
        response.headers.extend([("WWW-Authenticate", each) for each in answer.headers.get_list("www-authenticate")])
        response.force_close()
        return response

    (tmp_path / "relay").mkdir()
    async with far_side(relay, tmp_path / "relay") as side, open_exchange(side, auth=Auth.NTLM) as calendar:
        with pytest.raises(CalendarUnreachable, match="replaced while signing in"):
            await calendar.read(WINDOW)


async def test_certificates_of_any_kind_can_be_bound_to(tmp_path: Path) -> None:
    from device.calendars.exchange.line import _bindings

    class Tls:
        def __init__(self, der: bytes | None) -> None:
            self._der = der

        def getpeercert(self, *, binary_form: bool) -> bytes | None:
            return self._der

    class Stream:
        def __init__(self, tls: Tls | None) -> None:
            self._tls = tls

        def get_extra_info(self, name: str) -> Tls | None:
            return self._tls

    leaf = authority().issue_cert("127.0.0.1").cert_chain_pems[0].bytes().decode()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bound = _bindings(Stream(Tls(ssl.PEM_cert_to_DER_cert(leaf))))
        assert bound is not None
        assert (bound.application_data or b"").startswith(b"tls-server-end-point:")
        for nothing in (None, Stream(None), Stream(Tls(None)), Stream(Tls(b"rubbish"))):
            assert _bindings(nothing) is None
