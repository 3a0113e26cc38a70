"""The ASGI application: every route of a hub, with what each may ask for."""

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from hub.relay import Relay
from hub.services import Services
from hub.web.headers import headers_of
from hub.web.health import health, metrics, ready
from hub.web.parts import Parts
from hub.web.portal.faults import not_found
from hub.web.portal.routes import Portal, portal_routes
from hub.web.relay import relay
from hub.web.webhooks import webhook
from hub.webhooks import Webhooks

LARGEST_BODY = 1 << 20


def application(hub: Services, webhooks: Webhooks) -> Litestar:
    """The application of one process."""
    return Litestar(
        route_handlers=[relay, webhook, health, ready, metrics, portal_routes()],
        state=State({"parts": Parts(hub=hub, relay=Relay(hub), webhooks=webhooks, portal=Portal(hub))}),
        openapi_config=OpenAPIConfig(
            title="Doorlight hub", version="1", path="/openapi", render_plugins=[JsonRenderPlugin()]
        ),
        before_send=[headers_of(encrypted=hub.server.encrypted)],
        exception_handlers={HTTPException: not_found},
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        debug=False,
    )
