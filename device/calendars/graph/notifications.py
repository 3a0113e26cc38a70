"""What Graph calls with: the echo of a handshake, notifications, and what became of subscriptions.

A call is a hint from anybody who found the address. What does not carry the secret of a subscription that is known
means nothing; nothing in it is believed but that something is to be looked at again.
"""

import hmac
from collections.abc import Sequence

import msgspec

from device.calendars.interface import Heard, Notification, Subscription

LONGEST_TOKEN = 4096
"""Characters of a handshake."""
LARGEST = 1 << 20
"""Bytes of one call; Graph's own stay far below."""
_TOKEN = "validationToken"  # noqa: S105 - the name of a key
_NOBODY = b"\0" * 32


class _Note(msgspec.Struct, rename="camel", gc=False):
    """One notification; what is not named is passed over."""

    subscription_id: str
    client_state: str | None = None
    lifecycle_event: str | None = None


class _Call(msgspec.Struct, gc=False):
    value: list[msgspec.Raw]


_CALLS, _NOTES = msgspec.json.Decoder(_Call), msgspec.json.Decoder(_Note)


def hear(notification: Notification, known: Sequence[Subscription]) -> Heard:
    """What a call means. Junk means nothing and never raises."""
    token = notification.query.get(_TOKEN)
    if token is not None:
        good = len(token) <= LONGEST_TOKEN and token.isprintable()
        return Heard(reply=token if good else None)
    rooms: dict[str, None] = {}
    renew: dict[str, None] = {}
    lost: dict[str, None] = {}
    notes = _notes(notification.body)
    named = {note.subscription_id for note in notes}
    by_id = {subscription.id: subscription for subscription in known if subscription.id in named}
    for note in notes:
        subscription = by_id.get(note.subscription_id)
        if not _genuine(note, subscription) or subscription is None:
            continue
        match (note.lifecycle_event or "").lower():
            case "reauthorizationrequired":
                renew[subscription.id] = None
            case "subscriptionremoved":
                lost[subscription.id] = None
            case _:  # an ordinary one, `missed`, or what there may be one day: look again
                rooms[subscription.room] = None
    return Heard(rooms=tuple(rooms), renew=tuple(renew), lost=tuple(lost))


def _genuine(note: _Note, subscription: Subscription | None) -> bool:
    """Whether it carries the secret, compared in the same time whether or not there is one to compare with."""
    told = (note.client_state or "").encode("utf-8", "replace")
    secret = subscription.secret.reveal().encode() if subscription and subscription.secret else _NOBODY
    return hmac.compare_digest(told, secret) and secret is not _NOBODY


def _notes(body: bytes) -> list[_Note]:
    """The notifications in a call that can be read."""
    if len(body) > LARGEST:
        return []
    try:
        parts = _CALLS.decode(body).value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    notes: list[_Note] = []
    for part in parts:
        try:
            notes.append(_NOTES.decode(part))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return notes
