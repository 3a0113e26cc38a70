"""Google Workspace: the calendar of a room, a resource of the domain or any calendar that is shared.

* `options`: what the settings say.
* `scopes`: what Google is asked to permit.
* `access`: short-lived access from a key or a refresh token, by google-auth.
* `api`: requests to Google's APIs, errors told by status and reason.
* `shapes`, `events`: Google's events put into our words.
* `view`, `free_busy`: a window of the room's calendar, and busy times of others.
* `bookings`: how a booking made at the door is known again.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
* `consent`: an administrator's, in the browser.

The rest of the hub half is loaded by nobody else: `account`, with its `purse`, the `directory`, `channels` of
notifications, and the `audit` of a room.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from device.calendars.google.access import mint
from device.calendars.google.calendar import open_room
from device.calendars.google.consent import Consent
from device.calendars.google.options import Options
from device.calendars.interface import CalendarAccount, CredentialKind, Notifies, Provider
from device.model.clock import Clock


def open_account(options: Options, clock: Clock) -> AbstractAsyncContextManager[CalendarAccount]:
    """The hub half for the credential in `options`."""
    from device.calendars.google import account

    return account.open_account(options, clock)


def expires(options: Options) -> datetime | None:
    """When the key or refresh token runs out, as the settings or Google's consent have it."""
    return options.credential_expires


PROVIDER = Provider(
    name="google",
    options=Options,
    writable=True,
    open_room=open_room,
    open_account=open_account,
    notifies=Notifies.CALLS,
    credentials=(
        CredentialKind(name="service-account", asks=("service_account",)),
        CredentialKind(name="domain-wide-delegation", asks=("service_account", "subject")),
        CredentialKind(name="oauth", asks=("client_id", "client_secret"), by_browser=True),
    ),
    web_flow=Consent(),
    expires=expires,
    mint=mint,
    mint_apart=True,
)
