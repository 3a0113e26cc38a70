"""How times, sizes, states and faults are told to people."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialLocked,
    CredentialRefused,
    DoorlightError,
    MalformedAnswer,
    NotificationsRefused,
    RoomNotFound,
)

FAULTS: Mapping[str, str] = {
    CalendarBusy.__name__: "The provider asks us to wait. It is tried again by itself.",
    CalendarUnreachable.__name__: "The provider does not answer. Check the network, the proxy and the address.",
    MalformedAnswer.__name__: "What answers there is no calendar service. Check the address, or a proxy in between.",
    AccessExpired.__name__: "The provider let us in no longer. Authorise the connection again.",
    CredentialRefused.__name__: "The provider refuses the credential: it is wrong, expired or was revoked.",
    CredentialLocked.__name__: "The key of this connection was withdrawn by its owner.",
    AccessDenied.__name__: "The credential is good, but it may not do this. A permission is missing.",
    RoomNotFound.__name__: "The provider knows no such room or calendar.",
    NotificationsRefused.__name__: "The provider does not call this hub: it asks at its own pace instead.",
}
"""What a calendar's faults mean, by the name of the error."""


def fault(name: str) -> str:
    """What a fault that was kept by its name means."""
    return FAULTS.get(name, f"The provider did not answer as it should ({name}).") if name else ""


def sentence(error: Exception) -> str:
    """An error as somebody can read it: what is wrong, and what to do about it."""
    if isinstance(error, CalendarError):
        return f"{fault(type(error).__name__)} ({error})" if str(error) else fault(type(error).__name__)
    hint = error.hint if isinstance(error, DoorlightError) else ""
    return f"{error} {hint}".strip()


def span(length: timedelta) -> str:
    """About how long, in the largest unit."""
    seconds = abs(length.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // size)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{int(seconds)} seconds" if seconds >= 2 else "a moment"


def since(at: datetime | None, now: datetime) -> str:
    """How long ago, or in how long."""
    if at is None:
        return "never"
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


def moment(at: datetime | None) -> str:
    """An instant as it is written down: UTC, to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"


def size(count: int | None) -> str:
    """Bytes."""
    if count is None:
        return "unknown"
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "fault": fault,
    "moment": moment,
    "since": since,
    "size": size,
    "span": span,
}
