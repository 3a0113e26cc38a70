"""Whether the hub lives, whether it is ready, and its figures for Prometheus. None of it names a person or a room."""

from typing import Any

from litestar import Request, Response, get
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from hub.errors import HubError
from hub.web.parts import parts_of


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/ready")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """The stores can be read, so that devices can be served."""
    hub = parts_of(request).hub
    try:
        async with hub.store.reading(), hub.foundation.keyring.reading():
            return Response({"status": "ready"})
    except HubError as error:
        return Response({"status": "not ready", "why": type(error).__name__}, status_code=503)


@get("/metrics")
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Counts of this process, in the text format of Prometheus."""
    hub, webhooks = parts_of(request).hub, parts_of(request).webhooks
    registry = CollectorRegistry()
    figures: dict[str, tuple[str, float]] = {
        "doorlight_devices_connected": ("Devices with a line to this process.", hub.fanout.connected),
        "doorlight_webhooks_heard": ("Genuine calls of providers since the start.", webhooks.heard),
        "doorlight_webhooks_ignored": ("Calls that meant nothing since the start.", webhooks.ignored),
    }
    for name, (about, value) in figures.items():
        Gauge(name, about, registry=registry).set(value)
    locked = Gauge(
        "doorlight_connection_error", "Whether a connection's last call failed.", ["connection"], registry=registry
    )
    for connection in await hub.connections.all():
        locked.labels(connection.id).set(1.0 if connection.error else 0.0)
    found: Any = generate_latest(registry)
    return Response(found, media_type=CONTENT_TYPE_LATEST)
