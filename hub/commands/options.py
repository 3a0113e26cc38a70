"""The options that every command of the hub has, and the way from them to its foundations."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from device.model.clock import SystemClock
from hub.foundation import Foundation, open_foundation
from hub.settings import DEFAULT, Flags, HubSettings, load
from hub.vault.owner import Owner
from hub.vault.providers import KeyProviders

_T = TypeVar("_T")
ACTOR = "command"
"""Who did it, for the audit log."""


class OwnerType(click.ParamType[Owner]):
    """`TENANT/CONNECTION`."""

    name = "tenant/connection"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Owner:
        """The owner that was named."""
        tenant, _, connection = str(value).partition("/")
        try:
            return Owner(tenant=tenant, connection=connection)
        except ValueError:
            self.fail("a connection is named TENANT/CONNECTION, as `doorlight hub keys status` lists it", param, ctx)


def hub_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which hub is meant."""
    for option in (
        click.option(
            "--key-provider",
            type=click.Choice([one.value for one in KeyProviders]),
            help="Who holds the hub's own key.",
        ),
        click.option("--keyring", metavar="PLACE", help="A file, or postgresql://…; never the database's."),
        click.option("--database", metavar="PLACE", help="A file, or postgresql://…"),
        click.option("--folder", metavar="FOLDER", help="Where the hub keeps its files."),
        click.option("--settings", "settings_file", metavar="FILE", help=f"The settings. Default: {DEFAULT}."),
    ):
        command = option(command)
    return command


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the hub's settings as its first argument."""

    @hub_options
    @functools.wraps(command)
    def wrapped(
        settings_file: str | None,
        folder: str | None,
        database: str | None,
        keyring: str | None,
        key_provider: str | None,
        **others: Any,
    ) -> Any:
        flags = Flags(folder=folder, database=database, keyring=keyring, key_provider=key_provider)
        return command(load(chosen_file(settings_file), flags), **others)

    return wrapped


def chosen_file(named: str | None) -> Path | None:
    """The settings file: the one that was named, or the usual one where it exists."""
    if named is not None:
        return Path(named)
    return DEFAULT if DEFAULT.exists() else None


def on_foundation(settings: HubSettings, work: Callable[[Foundation], Awaitable[_T]]) -> _T:
    """Do one thing with the hub's foundations, beside a hub that may be running."""

    async def done() -> _T:
        async with open_foundation(settings, SystemClock(), start=False) as foundation:
            try:
                return await work(foundation)
            finally:
                await foundation.witness.remember()

    return asyncio.run(done())
