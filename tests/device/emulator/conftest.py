"""An open office for each test, and a client to ask it with."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from office_clients import StillClock, client_for, token_of

from device.emulator.office import Office, open_office


@pytest.fixture(autouse=True)
def _own_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def machine() -> StillClock:
    return StillClock()


@pytest.fixture
async def office(tmp_path: Path, machine: StillClock) -> AsyncIterator[Office]:
    """The scenario `monday`, at 08:55, where no time passes by itself."""
    async with open_office("monday", tmp_path, machine=machine) as opened:
        yield opened


@pytest.fixture
async def graph(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP with a good token, asking for immutable ids."""
    authorization = f"Bearer {token_of(office)}"
    async with client_for(office, Authorization=authorization, Prefer='IdType="ImmutableId"') as client:
        yield client
