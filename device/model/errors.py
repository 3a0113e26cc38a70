"""What can go wrong with a calendar, named by who must act. No vendor's error leaves its provider; it becomes one of
these.

CalendarError
├── CalendarUnreachable     nobody: try again, keep the cache
│   ├── CalendarBusy        nobody: the provider asked us to wait
│   ├── HubUnreachable      nobody: the hub, who gives access, does not answer
│   └── MalformedAnswer     nobody yet: not what a calendar answers (a captive portal, a proxy's page)
├── SyncTokenExpired        nobody: read all again
├── AccessError             the credential, not only this room
│   ├── AccessExpired       nobody: fetch new access once
│   └── CredentialRefused   an administrator: wrong or expired; never tried again by itself
│       └── CredentialLocked    an administrator withdrew the key that it is sealed with
├── AccessDenied            an administrator: no permission on this room
├── RoomNotFound            an administrator: there is no such room or calendar
├── SubscriptionError       nobody: polling goes on
│   ├── NotificationsRefused    the provider calls nobody about this room, or not at this address
│   └── SubscriptionLost        it is gone: make a new one and read all again
└── BookingError            the person at the door
    ├── BookingConflict     somebody else has that time
    ├── OccurrenceGone      the meeting is not there any more
    └── ReadOnlyCalendar    this calendar cannot be written
"""

from datetime import timedelta


class DoorlightError(Exception):
    """The root of everything that Doorlight raises on purpose."""

    hint: str = ""
    """What to do about it, where the error itself knows; its text is then a sentence for people."""


class SettingsError(DoorlightError):
    """A setting that cannot be right: one sentence, and a hint of what would be."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


class CalendarError(DoorlightError):
    """A provider did not give what was asked. The text is for logs and `doctor`: never a token, subject, name or
    link.
    """


class CalendarUnreachable(CalendarError):
    """No usable answer: network, name, TLS, proxy, timeout or a server's own fault. Keep the cache and try again.

    Args:
        detail: what happened, in a few words.
        cause: which of `network`, `dns`, `tls`, `proxy`, `timeout`, `server`, `disk`, `hub` it was.
        retry_after: how long the server asked us to wait, if it did.
    """

    def __init__(self, detail: str = "", *, cause: str = "network", retry_after: timedelta | None = None) -> None:
        super().__init__(detail or cause)
        self.cause = cause
        self.retry_after = retry_after


class CalendarBusy(CalendarUnreachable):
    """Throttled: the provider asked for patience."""

    def __init__(self, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail, cause="throttled", retry_after=retry_after)


class HubUnreachable(CalendarUnreachable):
    """The hub did not answer, so there is neither new access nor anybody to write."""

    def __init__(self, detail: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(detail, cause="hub", retry_after=retry_after)


class MalformedAnswer(CalendarUnreachable):
    """An answer came, and it was not a calendar's."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, cause="malformed")


class SyncTokenExpired(CalendarError):
    """The cursor is no longer known: read the whole window."""


class AccessError(CalendarError):
    """The credential as a whole was not accepted."""


class AccessExpired(AccessError):
    """The short-lived access ran out (401): fetch new access once, then `CredentialRefused`."""


class CredentialRefused(AccessError):
    """The long-lived secret is wrong, expired or revoked. Trying again could lock the account."""


class CredentialLocked(CredentialRefused):
    """The organisation has withdrawn the key that seals the credential: nobody can use it until it is given back."""


class AccessDenied(CalendarError):
    """The credential is good and may not do this with this room (403)."""


class RoomNotFound(CalendarError):
    """The provider knows no such room or calendar (404)."""


class SubscriptionError(CalendarError):
    """There will be no notifications; the poller does not need them."""


class NotificationsRefused(SubscriptionError):
    """The provider does not notify about this room, or not at the address it was given."""


class SubscriptionLost(SubscriptionError):
    """The provider does not know the subscription any more."""


class BookingError(CalendarError):
    """What the person at the door asked for cannot be done."""


class BookingConflict(BookingError):
    """Somebody else has that time."""


class OccurrenceGone(BookingError):
    """The meeting is no longer there, or was changed meanwhile."""


class ReadOnlyCalendar(BookingError):
    """This calendar can only be read."""


def name_of(error: CalendarError) -> str:
    """What an error is called here: a provider may raise one of its own that is a kind of one of these."""
    return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == __name__)
