"""exchangelib, unchanged, and plain HTTP, as clients of the office's Exchange."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from ews_asking import EwsClient, client_of
from exchange_trust import trusting
from exchangelib import BASIC, IMPERSONATION, Account, Build, Configuration, Credentials, Version
from exchangelib.ewsdatetime import EWSTimeZone

from device.emulator.office import Office

T = TypeVar("T")
AccountOf = Callable[..., Account]


@pytest.fixture
def account_of(office: Office) -> Iterator[AccountOf]:
    """An account of exchangelib's for a room; to be used in a thread."""

    def account(
        room: str = "aurora@office.example",
        *,
        auth: str = BASIC,
        access: str = IMPERSONATION,
        password: str = "",
        guess: bool = False,
        zone: str = "UTC",
    ) -> Account:
        known = password or office.exchange.password.reveal()
        config = Configuration(
            service_endpoint=office.ews,
            credentials=Credentials(office.exchange.username, known),
            auth_type=None if guess else auth,
            version=None if guess else Version(build=Build(15, 2)),
            max_connections=3,
        )
        default = EWSTimeZone(zone)
        return Account(room, config=config, autodiscover=False, access_type=access, default_timezone=default)

    with trusting(str(office.ca_bundle)):
        yield account


@pytest.fixture
def apart() -> Callable[[Callable[[], T]], Awaitable[T]]:
    """Runs what blocks in a thread."""
    return asyncio.to_thread


@pytest.fixture
async def ews(office: Office) -> AsyncIterator[EwsClient]:
    """Plain HTTP, signed in by Basic, acting as the first room."""
    async with client_of(office) as http:
        yield EwsClient(http, office)
