"""What the settings may say of an Exchange server, and what they may not."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from device.agent.settings import build
from device.calendars.exchange import PROVIDER
from device.calendars.exchange.options import Access, Auth, Edition, Options
from device.model.clock import SystemClock
from device.model.errors import SettingsError
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret

ROOM = {"id": "aurora@office.example", "name": "Aurora", "zone": "Europe/Berlin"}


def settings(**calendar: Any) -> Options:
    built = build({"room": ROOM, "calendar": {"provider": "exchange", **calendar}}, Path("agent.toml")).options
    assert isinstance(built, Options)
    return built


def test_a_host_alone_stands_for_its_web_services() -> None:
    assert settings(server="mail.office.example").endpoint == "https://mail.office.example/EWS/Exchange.asmx"
    assert settings(server="https://mail.office.example:8443/ews/x.asmx").endpoint.endswith(":8443/ews/x.asmx")
    assert settings(server="mail.office.example:8443").endpoint.startswith("https://mail.office.example:8443/")


def test_what_is_left_out_is_what_most_servers_want() -> None:
    options = settings(server="mail.office.example")
    assert (options.auth, options.access, options.version) == (Auth.NTLM, Access.IMPERSONATION, Edition.V2016)


@pytest.mark.parametrize(
    "server",
    [
        "outlook.office365.com",
        "https://outlook.office365.com/EWS/Exchange.asmx",
        "OUTLOOK.Office365.COM",
        "outlook.office.com",
        "outlook.office365.us",
        "webmail.apps.mil",
        "partner.outlook.cn",
        "outlook.office.de",
        "eas.outlook.com",
    ],
)
def test_exchange_online_is_refused_and_graph_named(server: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(server=server)
    assert "Exchange Online" in str(refused.value)
    assert 'provider = "graph"' in refused.value.hint


@pytest.mark.parametrize("server", ["mail.notoffice365.com", "office365.com.office.example"])
def test_names_that_only_look_alike_are_ones_own(server: str) -> None:
    assert settings(server=server).server == server


@pytest.mark.parametrize(
    "calendar",
    [
        {"server": "http://mail.office.example/EWS/Exchange.asmx"},
        {"server": "https://mail.office.example/EWS?x=1"},
        {"server": "https:///EWS/Exchange.asmx"},
        {"server": "mail.office.example:99999"},
        {"server": "mail.office.example", "auth": "kerberos"},
        {"server": "mail.office.example", "version": "2003"},
        {"server": "mail.office.example", "streams": 11},
        {"server": "mail.office.example", "token_endpoint": "http://adfs.office.example/token"},
        {"server": "mail.office.example", "pasword": "x"},
    ],
)
def test_what_cannot_be_is_named(calendar: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(**calendar)
    assert str(refused.value)


def test_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    assert settings(server="mail.office.example", password_file=str(file)).password.reveal() == "correct horse"


def test_secrets_do_not_print() -> None:
    options = settings(server="mail.office.example", password="canary-1", client_secret="canary-2")
    assert "canary" not in repr(options)
    with pytest.raises(TypeError):
        msgspec.json.encode(options)


@pytest.mark.parametrize(
    ("told", "expires"),
    [
        (None, None),
        (date(2026, 12, 24), datetime(2026, 12, 24, tzinfo=UTC)),
        ("2026-12-24", datetime(2026, 12, 24, tzinfo=UTC)),
    ],
)
def test_when_the_password_runs_out_is_told_by_the_settings(told: Any, expires: datetime | None) -> None:
    calendar = {"server": "mail.office.example"} | ({"expires_on": told} if told else {})
    assert PROVIDER.expires is not None
    assert PROVIDER.expires(settings(**calendar)) == expires


async def test_without_a_server_or_a_mailbox_nothing_is_opened() -> None:
    room = Room(id="aurora", name=SafeText("Aurora"), zone="UTC")
    for options in (Options(), Options(server="mail.office.example")):
        with pytest.raises(SettingsError) as refused:
            async with PROVIDER.open_room(room, options, None, SystemClock()):  # type: ignore[arg-type]
                pass
        assert refused.value.hint
    assert PROVIDER.open_account is not None
    with pytest.raises(SettingsError):
        async with PROVIDER.open_account(Options(password=Secret("x")), SystemClock()):
            pass
