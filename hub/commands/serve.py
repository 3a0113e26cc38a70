"""`doorlight hub`: the service itself."""

import asyncio
import logging
import sys
from typing import Any

import click

from hub.administrators.links import first_link
from hub.assembly import run_until_told
from hub.server_settings import ServerSettings
from hub.services import Services
from hub.settings import HubSettings

_TALKATIVE = ("alembic", "httpx", "uvicorn", "websockets")


def serve(settings: HubSettings, server: ServerSettings) -> None:
    """Run the hub until it is told to end.

    Raises:
        HubError, SettingsError: it cannot run; the sentence says why.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        asyncio.run(run_until_told(settings, server, _welcome))
    except* Exception as failed:
        raise _first(failed) from failed


async def _welcome(hub: Services) -> None:
    """Say where the portal is, and to whoever has started it first how to get in."""
    link = await first_link(hub)
    if link is not None:
        click.echo(f"Nobody administers this hub yet. This link makes the first administrator, once:\n\n  {link}\n")
    click.echo(f"The portal is {hub.server.portal}; devices are told {hub.server.device_address}.")


def _first(failed: BaseExceptionGroup[Any]) -> BaseException:
    """What went wrong first."""
    error: BaseException = failed
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
