"""Access minted in a process of its own: it comes back whole, and so does every reason why there is none."""

import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from device.agent import mint as mint_module
from device.agent.mint import NotMinted, mint_apart
from device.agent.settings import build
from device.calendars import Providers
from device.calendars.ics import Options as IcsOptions
from device.calendars.interface import AccessToken, Connection
from device.emulator.faults import Fault, Network
from device.emulator.office import Office, open_office
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
)
from device.model.secret import Secret


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    async with open_office("empty", tmp_path) as opened:
        yield opened


async def minted(office: Office, **options: Any) -> AccessToken:
    told = office.agent_settings("aurora")
    settings = build({**told, "calendar": {**told["calendar"], "timeout": 5.0, **options}}, Path("none"))
    return await mint_apart(Providers.GRAPH, settings.options, settings.room.id, office.clock.read_device())


async def test_access_comes_with_its_end_by_the_clock_it_was_told(office: Office) -> None:
    access = await minted(office)

    assert access.token.reveal()
    assert access.expires_at is not None
    assert timedelta(minutes=30) < access.expires_at - office.clock.now < timedelta(hours=24)


async def test_a_refused_secret_is_refused_here_too(office: Office) -> None:
    with pytest.raises(CredentialRefused, match="secret"):
        await minted(office, client_secret="wrong")


async def test_an_issuer_that_cannot_be_reached_keeps_its_cause(office: Office) -> None:
    office.faults.network = Network.CUT

    with pytest.raises(CalendarUnreachable) as caught:
        await minted(office)

    assert caught.value.cause in ("network", "tls")


async def test_an_issuer_that_is_a_captive_portal_is_malformed(office: Office) -> None:
    office.faults.add(Fault.HTML)

    with pytest.raises(CalendarUnreachable):
        await minted(office)


async def test_a_provider_that_needs_nobody_mints_what_the_settings_hold(office: Office) -> None:
    options = IcsOptions(path="/x", username="door", password=Secret('pä55 "word"\n'))

    access = await mint_apart(Providers.ICS, options, "aurora", office.clock.read_device())

    assert access == AccessToken(token=options.password, username="door")


@pytest.mark.parametrize("program", ["/bin/false", "/bin/cat", "/bin/echo"])
async def test_a_process_that_gives_no_answer_is_an_issuer_out_of_reach(
    program: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", program)

    with pytest.raises(CalendarUnreachable, match="not minted"):
        await minted(office)


async def test_a_process_that_hangs_is_ended(tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "hanging"
    hanging.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n", encoding="utf-8")
    hanging.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(hanging))
    monkeypatch.setattr(mint_module, "GRACE", 0.5)

    with pytest.raises(CalendarUnreachable, match="in time"):
        await minted(office, timeout=0.5)

    pid = int((tmp_path / "pid").read_text(encoding="ascii"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    "error",
    [
        CredentialRefused("x"),
        AccessDenied("x"),
        RoomNotFound("x"),
        MalformedAnswer("x"),
        CalendarBusy("x", retry_after=timedelta(seconds=7)),
        CalendarUnreachable("x", cause="dns"),
        CalendarUnreachable("x", cause="server", retry_after=timedelta(seconds=9)),
    ],
)
def test_every_error_is_the_same_on_both_sides(error: CalendarError) -> None:
    cause, retry_after = getattr(error, "cause", ""), getattr(error, "retry_after", None)
    told = NotMinted(error=type(error).__name__, detail=str(error), cause=cause, retry_after=retry_after)

    here = mint_module._error_of(told)

    assert type(here) is type(error)
    assert str(here) == str(error)
    assert (getattr(here, "cause", ""), getattr(here, "retry_after", None)) == (cause, retry_after)


def test_an_options_object_reveals_its_secrets_to_the_pipe_alone() -> None:
    options = IcsOptions(password=Secret("s3cret"))

    assert b"s3cret" in mint_module._revealed(options)
    assert "s3cret" not in repr(options)
    assert b"s3cret" not in repr(Connection()).encode()
