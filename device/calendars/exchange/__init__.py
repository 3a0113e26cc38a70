"""Exchange Server 2016, 2019 and Subscription Edition on one's own premises, by its web services (EWS).

exchangelib keeps the protocol: envelopes, schemas, response codes. It keeps none of the line: what it sends comes back
to our event loop and goes out through the same bounded `Client` as every provider's requests, so that an environment's
CA bundle or proxy cannot interfere, each connection trusts its own authorities, and a secret never reaches it.

* `options`: what the settings say.
* `credential`: what signs in, and a refused one spared.
* `line`: connections that are signed in, by NTLM each for itself.
* `spare`: exchangelib, imported without what no door needs.
* `library`: exchangelib, bent to that line; `services`: its operations; `item`: its calendar item.
* `desk`: puts its blocking questions in threads, within the deadline; `refusals`: what its errors mean.
* `envelope`, `meetings`: the XML that came, judged strictly and put into our words.
* `view`, `mailbox`, `schedule`: a window, single items, busy times.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
* `account`, `stream`, `audit`: the hub half.

Nothing but `options` and `credential` is imported before a calendar or an account is opened: exchangelib is large.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time

from device.calendars.exchange.credential import mint
from device.calendars.exchange.options import Options
from device.calendars.interface import (
    AccessSource,
    CalendarAccount,
    CredentialKind,
    Notifies,
    Provider,
    RoomCalendar,
)
from device.model.clock import Clock
from device.model.errors import SettingsError
from device.model.room import Room


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """The device half for `room`.

    Raises:
        SettingsError: the settings name no server, or no mailbox.
    """
    _check(options)
    import device.calendars.exchange.spare  # noqa: F401 - before anything of exchangelib
    from device.calendars.exchange.calendar import opened

    async with opened(room, options, access, clock) as calendar:
        yield calendar


@asynccontextmanager
async def open_account(options: Options, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for one service account.

    Raises:
        SettingsError: the settings name no server.
    """
    _check(options)
    import device.calendars.exchange.spare  # noqa: F401 - before anything of exchangelib
    from device.calendars.exchange.account import opened

    async with opened(options, clock) as account:
        yield account


def expires(options: Options) -> datetime | None:
    """When the password or client secret runs out, as the settings say: as that day begins, to be on the safe side."""
    return datetime.combine(options.expires_on, time(), UTC) if options.expires_on else None


def _check(options: Options) -> None:
    if not options.server:
        raise SettingsError("calendar.server is missing.", 'Write the name of the Exchange server: "mail.example.com".')


PROVIDER = Provider(
    name="exchange",
    options=Options,
    writable=True,
    open_room=open_room,
    open_account=open_account,
    notifies=Notifies.LISTENS,
    credentials=(
        CredentialKind(name="password", asks=("server", "username", "password")),
        CredentialKind(name="client-secret", asks=("server", "token_endpoint", "client_id", "client_secret")),
    ),
    expires=expires,
    mint=mint,
)
