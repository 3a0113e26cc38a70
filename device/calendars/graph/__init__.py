"""Microsoft Graph: the calendars of room mailboxes in Exchange Online.

For both halves:

* `options`, `clouds`: what the settings say, and where Microsoft's clouds are.
* `access`, `claims`: short-lived access from the application's own credential, by MSAL; what it says of itself.
* `service`, `refusal`, `lanes`: authorised requests, what errors mean, how many may run in one mailbox.

The device half:

* `mailbox`: requests to one mailbox.
* `shapes`, `events`, `view`: Graph's events put into our words, a window of them, all its pages.
* `calendar`, `schedule`: the room's calendar as `device.calendars.interface` wants it; busy times of others.

The hub half, which is imported only where it is opened:

* `account`: all rooms of a tenant as `device.calendars.interface` wants them; `own_access`: what it signs in with.
* `places`, `people`: what the directory holds.
* `subscriptions`, `notifications`: asking to be called, and what calls mean.
* `batch`, `windows`: many rooms in one call.
* `audit`, `signs`, `reach`, `expiry`, `cures`: what is wrong with a room's mailbox, and what cures it.
* `consent`: how an administrator lets the application in.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from device.calendars.graph.access import mint
from device.calendars.graph.calendar import open_room
from device.calendars.graph.consent import AdminConsent
from device.calendars.graph.options import Options
from device.calendars.interface import CalendarAccount, CredentialKind, Notifies, Provider
from device.model.clock import Clock


def open_account(options: Options, clock: Clock) -> AbstractAsyncContextManager[CalendarAccount]:
    """The hub half for one tenant. A device never loads it."""
    from device.calendars.graph import account

    return account.open_account(options, clock)


def expires(options: Options) -> datetime | None:
    """When the credential runs out, as far as it tells or the settings say."""
    from device.calendars.graph import expiry

    return expiry.expires(options)


PROVIDER = Provider(
    name="graph",
    options=Options,
    writable=True,
    open_room=open_room,
    open_account=open_account,
    handed=("cloud", "endpoint", "timeout"),
    notifies=Notifies.CALLS,
    credentials=(
        CredentialKind(name="certificate", asks=("tenant", "client_id", "certificate", "private_key")),
        CredentialKind(name="client-secret", asks=("tenant", "client_id", "client_secret", "client_secret_expires")),
        CredentialKind(name="admin-consent", asks=("client_id", "certificate", "private_key"), by_browser=True),
    ),
    web_flow=AdminConsent(),
    expires=expires,
    mint=mint,
    mint_apart=True,
)
