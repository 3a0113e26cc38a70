"""exchangelib, unchanged, and plain HTTP, as clients of the office's Exchange."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
import requests
from ews_asking import EwsClient, client_of
from exchangelib import BASIC, IMPERSONATION, Account, Build, Configuration, Credentials, Version
from exchangelib.ewsdatetime import EWSTimeZone
from exchangelib.protocol import BaseProtocol, close_connections

from device.emulator.office import Office

T = TypeVar("T")
AccountOf = Callable[..., Account]


@pytest.fixture
def account_of(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountOf]:
    """An account of exchangelib's for a room; to be used in a thread."""
    bundle = str(office.ca_bundle)

    class TrustingTheOffice(requests.adapters.HTTPAdapter):
        def get_connection_with_tls_context(
            self, request: Any, verify: Any, proxies: Any = None, cert: Any = None
        ) -> Any:
            return super().get_connection_with_tls_context(request, bundle, proxies, cert)

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            super().cert_verify(conn, url, bundle, cert)

    monkeypatch.setattr(BaseProtocol, "HTTP_ADAPTER_CLS", TrustingTheOffice)

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

    yield account
    close_connections()
    gc.collect()


@pytest.fixture
def apart() -> Callable[[Callable[[], T]], Awaitable[T]]:
    """Runs what blocks in a thread."""
    return asyncio.to_thread


@pytest.fixture
async def ews(office: Office) -> AsyncIterator[EwsClient]:
    """Plain HTTP, signed in by Basic, acting as the first room."""
    async with client_of(office) as http:
        yield EwsClient(http, office)
