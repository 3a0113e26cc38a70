"""A connection is tried before it is kept: the provider must let the account in and list its rooms."""

import asyncio
from collections.abc import Sequence
from typing import Any

from device.calendars.interface import Connection as Options
from device.calendars.interface import Provider, Reach
from device.model.clock import Clock
from device.model.document import convert
from device.model.errors import CalendarUnreachable, SettingsError
from device.model.room import Room
from hub.connections.ways import LABELS, Asked
from hub.services import Services

WITHIN = 60.0
"""Seconds that a provider may take to answer."""


def read_options(provider: Provider, told: dict[str, Any], fields: Sequence[Asked]) -> Options:
    """The options that somebody has typed.

    Raises:
        SettingsError: one is missing or cannot be; the text names it as the form does.
    """
    for field in fields:
        if field.needed and not told.get(field.key):
            raise SettingsError(f"{field.label} is missing.", field.hint)
    try:
        return convert(told, provider.options, "")
    except SettingsError as error:
        raise SettingsError(_in_our_words(str(error), told), error.hint) from error


async def rooms_behind(provider: Provider, options: Options, clock: Clock) -> tuple[Room, ...]:
    """The rooms that an account sees, asked of the provider now.

    Raises:
        CalendarError, SettingsError: it does not let the account in, or does not answer.
    """
    assert provider.open_account is not None  # noqa: S101 - ways with accounts only are offered
    try:
        async with asyncio.timeout(WITHIN), provider.open_account(options, clock) as account:
            return await account.rooms()
    except TimeoutError as error:
        raise CalendarUnreachable("no answer within a minute", cause="timeout") from error


async def reach_of(hub: Services, connection: str, room: str, canaries: Sequence[str]) -> tuple[Reach, bool]:
    """How far access to one room reaches, and whether it runs out by itself.

    Raises:
        CalendarError: it cannot be told.
        VaultError: the credential cannot be had.
    """
    async with hub.accounts.use(connection, "reach") as held:
        try:
            async with asyncio.timeout(WITHIN):
                token = await held.account.mint(room)
                return await held.account.reach(token, room, canaries), token.expires_at is not None
        except TimeoutError as error:
            raise CalendarUnreachable("no answer within a minute", cause="timeout") from error


def _in_our_words(sentence: str, told: dict[str, Any]) -> str:
    """The sentence with the form's name for the key that it names."""
    for key in sorted(told, key=len, reverse=True):
        if key in sentence and key in LABELS:
            return sentence.removeprefix("The document: ").replace(key, f"“{LABELS[key][0]}”", 1)
    return sentence.removeprefix("The document: ")
