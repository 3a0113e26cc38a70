"""What the bare client libraries ask of a calendar when they read a room's day: as their own documentation shows it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from bench.provider_day import ROOM, START, Side
from device.agent.access import Access
from device.calendars import Providers

Read = Callable[[], Awaitable[object]]
UNTIL = START + timedelta(days=1)


async def reader(side: Side) -> Read:
    """A way to read the day once, by the vendor's own library, unchanged."""
    return await _READERS[side.member](side)


async def _token(side: Side) -> str:
    access = Access(side.member.load(), side.options, ROOM.id, side.clock)  # type: ignore[arg-type]
    return (await access()).token.reveal()


async def _graph(side: Side) -> Read:
    from azure.core.credentials import AccessToken
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
    from msgraph_core import GraphClientFactory

    options: Any = side.options
    token = await _token(side)

    class Credential:
        async def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken(token, int(START.timestamp()) + (1 << 30))

        async def close(self) -> None:
            """There is nothing to close."""

    http = httpx.AsyncClient(verify=ssl.create_default_context(cafile=options.ca_bundle), trust_env=False)
    scopes = ["https://graph.microsoft.com/.default"]
    provider = AzureIdentityAuthenticationProvider(Credential(), scopes=scopes, allowed_hosts=["127.0.0.1"])
    adapter = GraphRequestAdapter(provider, client=GraphClientFactory.create_with_default_middleware(client=http))
    adapter.base_url = options.endpoint
    view = GraphServiceClient(request_adapter=adapter).users.by_user_id(ROOM.id).calendar_view
    asked = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(
        start_date_time=START.isoformat(), end_date_time=UNTIL.isoformat()
    )

    async def read() -> object:
        page = await view.get(RequestConfiguration(query_parameters=asked))
        events = list(page.value)
        while page.odata_next_link:
            page = await view.with_url(page.odata_next_link).get()
            events += page.value
        return events

    return read


async def _google(side: Side) -> Read:
    import google_auth_httplib2
    import httplib2
    from google.api_core.client_options import ClientOptions
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build

    options: Any = side.options
    line = httplib2.Http(ca_certs=options.ca_bundle)
    http = google_auth_httplib2.AuthorizedHttp(Credentials(await _token(side)), http=line)
    where = ClientOptions(api_endpoint=f"{side.counter.url}/calendar/v3/")
    service = build("calendar", "v3", http=http, static_discovery=True, cache_discovery=False, client_options=where)
    asked = {"timeMin": START.isoformat(), "timeMax": UNTIL.isoformat(), "singleEvents": True}

    def read() -> object:
        found, request = [], service.events().list(calendarId=ROOM.id, **asked)
        while request is not None:
            page = request.execute()
            found += page["items"]
            request = service.events().list_next(request, page)
        return found

    return lambda: asyncio.to_thread(read)


async def _exchange(side: Side) -> Read:
    import exchangelib
    import requests
    from exchangelib.protocol import BaseProtocol

    options: Any = side.options
    bundle = options.ca_bundle

    class Trusting(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:  # noqa: ARG002
            super().cert_verify(conn, url, bundle, cert)

        def get_connection_with_tls_context(
            self,
            request: Any,
            verify: Any,  # noqa: ARG002
            proxies: Any = None,
            cert: Any = None,
        ) -> Any:
            return super().get_connection_with_tls_context(request, bundle, proxies, cert)

    BaseProtocol.HTTP_ADAPTER_CLS = Trusting
    config = exchangelib.Configuration(
        service_endpoint=options.server,
        credentials=exchangelib.Credentials(options.username, options.password.reveal()),
        auth_type=exchangelib.BASIC,
        version=exchangelib.Version(build=exchangelib.Build(15, 2)),
    )
    bounds = [exchangelib.EWSDateTime.from_datetime(bound) for bound in (START, UNTIL)]
    account = exchangelib.Account(ROOM.id, config=config, autodiscover=False, access_type=exchangelib.IMPERSONATION)
    return lambda: asyncio.to_thread(lambda: list(account.calendar.view(*bounds)))


async def _caldav(side: Side) -> Read:
    import caldav

    options: Any = side.options
    client = caldav.DAVClient(
        options.url, username=options.username, password=options.password.reveal(), ssl_verify_cert=options.ca_bundle
    )
    calendar = caldav.Calendar(client=client, url=options.url)
    return lambda: asyncio.to_thread(lambda: calendar.search(start=START, end=UNTIL, event=True, expand=True))


async def _ics(side: Side) -> Read:
    import icalendar

    options: Any = side.options
    client = httpx.AsyncClient(verify=ssl.create_default_context(cafile=options.ca_bundle), trust_env=False)

    async def read() -> object:
        return icalendar.Calendar.from_ical((await client.get(options.url.reveal())).content)

    return read


_READERS: dict[Providers, Callable[[Side], Awaitable[Read]]] = {
    Providers.GRAPH: _graph,
    Providers.GOOGLE: _google,
    Providers.EXCHANGE: _exchange,
    Providers.CALDAV: _caldav,
    Providers.ICS: _ics,
}
