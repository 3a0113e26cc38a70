"""Who may sign in to the office's Exchange, and how: NTLM belongs to a connection, Basic to a request."""

import base64
import hashlib
import os

import httpx
import pytest
import spnego
from ews_asking import EwsClient, client_of, view
from office_clients import token_of
from spnego.channel_bindings import GssChannelBindings

from device.emulator.office import Office

DAY = view("2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z")


@pytest.fixture
def anonymous(office: Office) -> httpx.AsyncClient:
    return client_of(office, auth=None)


async def shake_hands(
    http: httpx.AsyncClient,
    office: Office,
    password: str = "",
    user: str = "",
    bindings: GssChannelBindings | None = None,
) -> httpx.Response:
    """Sign in by NTLM, by hand: the answer to the last message."""
    context = spnego.client(
        user or office.exchange.username,
        password or office.exchange.password.reveal(),
        protocol="ntlm",
        options=spnego.NegotiateOptions.use_ntlm,
    )
    first = base64.b64encode(context.step() or b"").decode()
    challenge = await http.post(office.ews, headers={"Authorization": f"NTLM {first}"})
    assert challenge.status_code == 401
    told = challenge.headers["www-authenticate"].removeprefix("NTLM ")
    reply = context.step(base64.b64decode(told), channel_bindings=bindings)
    second = base64.b64encode(reply or b"").decode()
    client = EwsClient(http, office)
    http.headers["Authorization"] = f"NTLM {second}"
    try:
        return await client.send(DAY)
    finally:
        del http.headers["Authorization"]


async def test_whoever_says_nothing_is_told_how_to_sign_in(office: Office, anonymous: httpx.AsyncClient) -> None:
    async with anonymous as http:
        answer = await EwsClient(http, office).send(DAY)
    assert answer.status_code == 401
    assert answer.headers.get_list("www-authenticate") == ["NTLM", 'Basic realm="mail.office.example"']


@pytest.mark.parametrize("user", ["OFFICE\\svc-doors", "office\\SVC-DOORS", "svc-doors@office.example"])
async def test_an_account_has_two_names(office: Office, anonymous: httpx.AsyncClient, user: str) -> None:
    async with client_of(office, auth=(user, office.exchange.password.reveal())) as http:
        assert (await EwsClient(http, office).send(DAY)).status_code == 200
    async with anonymous as http:
        assert (await shake_hands(http, office, user=user)).status_code == 200


async def test_ntlm_signs_in_a_connection_and_no_other(office: Office) -> None:
    async with client_of(office, auth=None) as http, client_of(office, auth=None) as other:
        assert (await shake_hands(http, office)).status_code == 200
        assert (await EwsClient(http, office).send(DAY)).status_code == 200
        assert (await EwsClient(other, office).send(DAY)).status_code == 401
    assert office.ews_edge.login.handshakes == 1


async def test_a_wrong_password_is_counted(office: Office, anonymous: httpx.AsyncClient) -> None:
    async with anonymous as http:
        assert (await shake_hands(http, office, password="wrong")).status_code == 401
    async with client_of(office, auth=(office.exchange.username, "wrong")) as http:
        assert (await EwsClient(http, office).send(DAY)).status_code == 401
    assert office.exchange.failed_logins == 2


async def test_a_password_that_has_expired_signs_nobody_in(office: Office, anonymous: httpx.AsyncClient) -> None:
    async with anonymous as http:
        assert (await shake_hands(http, office)).status_code == 200
        office.control.expire_secret()
        assert (await EwsClient(http, office).send(DAY)).status_code == 401
        assert (await shake_hands(http, office)).status_code == 401


async def test_extended_protection_wants_ntlm_bound_to_the_connection(office: Office) -> None:
    office.exchange.extended_protection = True
    bound = GssChannelBindings(
        application_data=b"tls-server-end-point:" + hashlib.sha256(office.exchange.certificate).digest()
    )
    other = GssChannelBindings(application_data=b"tls-server-end-point:" + bytes(32))
    for bindings, status in ((bound, 200), (other, 401), (None, 401)):
        async with client_of(office, auth=None) as http:
            assert (await shake_hands(http, office, bindings=bindings)).status_code == status


async def test_a_token_of_the_offices_entra_acts_as_the_rooms_of_its_app(office: Office) -> None:
    async with client_of(office, auth=None) as http:
        http.headers["Authorization"] = f"Bearer {token_of(office)}"
        assert (await EwsClient(http, office).send(DAY)).status_code == 200
        http.headers["Authorization"] = "Bearer made-up"
        assert (await EwsClient(http, office).send(DAY)).status_code == 401


async def test_only_what_is_offered_signs_in(office: Office) -> None:
    office.exchange.schemes = ("NTLM",)
    async with client_of(office) as http:
        answer = await EwsClient(http, office).send(DAY)
    assert answer.headers.get_list("www-authenticate") == ["NTLM"]


@pytest.mark.parametrize("scheme", ["NTLM", "Negotiate", "Basic", "Bearer", "Digest"])
@pytest.mark.parametrize("told", ["!!!", "TlRMTVNTUA==", "TlRMTVNTUAABAAAA", "TlRMTVNTUAADAAAA", "AAAA" * 2000])
async def test_rubbish_signs_nobody_in(office: Office, scheme: str, told: str) -> None:
    async with client_of(office, auth=None) as http:
        http.headers["Authorization"] = f"{scheme} {told}"
        assert (await EwsClient(http, office).send(DAY)).status_code == 401


async def test_a_handshake_leaves_the_environment_as_it_was(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTLM_USER_FILE", "mine")
    async with client_of(office, auth=None) as http:
        await shake_hands(http, office)
    assert os.environ["NTLM_USER_FILE"] == "mine"
