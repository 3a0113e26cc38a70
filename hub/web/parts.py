"""The parts of the process that a route needs, found where the application keeps them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from litestar.connection import ASGIConnection

from hub.relay import Relay
from hub.services import Services
from hub.webhooks import Webhooks

if TYPE_CHECKING:
    from hub.web.portal.routes import Portal

AnyConnection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What routes use."""

    hub: Services
    relay: Relay
    webhooks: Webhooks
    portal: "Portal"


def parts_of(connection: AnyConnection) -> Parts:
    """The parts behind a request."""
    return cast("Parts", connection.app.state.parts)
