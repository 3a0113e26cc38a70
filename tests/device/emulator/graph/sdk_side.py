"""Microsoft's own SDK as tests use it: a client for the office, and what it has kept of an answer."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from kiota_serialization_json.json_serialization_writer_factory import JsonSerializationWriterFactory
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph_core import GraphClientFactory
from office_clients import token_of

from device.emulator.office import Office


class Credential:
    """Access for the SDK; how Entra gives it out is proven with MSAL elsewhere."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken(token_of(self._office), int(self._office.clock.now.timestamp()) + 3600)

    async def close(self) -> None:
        """There is nothing to close."""


@asynccontextmanager
async def sdk_for(office: Office) -> AsyncIterator[GraphServiceClient]:
    """The SDK, unchanged, at the office's door."""
    # The SDK's middleware takes the transport's place and does not close it, so it is closed here.
    async with httpx.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=str(office.ca_bundle))) as transport:
        http = httpx.AsyncClient(transport=transport)
        provider = AzureIdentityAuthenticationProvider(
            Credential(office), scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["127.0.0.1"]
        )
        adapter = GraphRequestAdapter(provider, client=GraphClientFactory.create_with_default_middleware(client=http))
        adapter.base_url = office.endpoint
        yield GraphServiceClient(request_adapter=adapter)


def plain(parsed: Any) -> Any:
    """What the SDK has kept of an answer."""
    writer = JsonSerializationWriterFactory().get_serialization_writer("application/json")
    writer.write_object_value(None, parsed)
    return json.loads(writer.get_serialized_content())


def lost(sent: Any, kept: Any, path: str = "") -> list[str]:
    """Where something that was sent did not arrive: an unknown enum value or a wrong type is silently nothing."""
    if isinstance(sent, dict):
        if not isinstance(kept, dict):
            return [path] if sent else []
        return [
            at
            for key, value in sent.items()
            if value not in (None, [], {})
            for at in ([f"{path}.{key}"] if key not in kept else lost(value, kept[key], f"{path}.{key}"))
        ]
    if isinstance(sent, list):
        if not isinstance(kept, list) or len(sent) != len(kept):
            return [path]
        return [
            at for number, pair in enumerate(zip(sent, kept, strict=True)) for at in lost(*pair, f"{path}[{number}]")
        ]
    return [path] if kept is None else []


def unknown(parsed: Any) -> list[str]:
    """Properties that the SDK's schema does not have, at any depth. What begins with @ is OData's own."""
    found = [name for name in getattr(parsed, "additional_data", {}) if "@" not in name]
    for value in getattr(parsed, "__dict__", {}).values():
        for inner in value if isinstance(value, list) else (value,):
            if hasattr(inner, "additional_data"):
                found += unknown(inner)
    return found


def read_as(kind: Any, body: dict[str, Any]) -> Any:
    node = JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(body).encode())
    return node.get_object_value(kind)
