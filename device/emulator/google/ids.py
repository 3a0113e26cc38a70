"""Google's ids: base32hex in small letters, an occurrence's with the time that it stands for behind its series'."""

import base64
import binascii
import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from device.emulator.event import Event
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Dates

VALID = re.compile(r"[a-v0-9]{5,1024}")
"""What a client may choose as the id of a new event."""
_STAMP = re.compile(r"\d{8}(T\d{6}Z)?")
_CHOSEN = "="
"""How the office's keys of events begin, behind the mailbox, whose ids were chosen by a client."""


def chosen_key(mailbox: Mailbox, identifier: str) -> str:
    """The office's own key for an id that a client has chosen."""
    return f"{mailbox.address}/{_CHOSEN}{identifier}"


def google_id(mailbox: Mailbox, key: str) -> str:
    """The id that a client sees for the office's own `key`."""
    master, _, day = key.partition("#")
    tail = master.partition("/")[2]
    if tail.startswith(_CHOSEN):
        identifier = tail.removeprefix(_CHOSEN)
    else:
        identifier = base64.b32hexencode(master.encode()).decode().rstrip("=").lower()
    return f"{identifier}_{_stamp(mailbox, master, day)}" if day else identifier


def key_of(mailbox: Mailbox, identifier: str) -> str:
    """The office's own key, of events that are no more, too; empty where it can be none of this mailbox."""
    head, _, stamp = identifier.partition("_")
    if not VALID.fullmatch(head) or (stamp and not _STAMP.fullmatch(stamp)):
        return ""
    master = _decoded(mailbox, head) or chosen_key(mailbox, head)
    day = _day(mailbox, master, stamp) if stamp else None
    if stamp:
        return f"{master}#{day.isoformat()}" if day else ""
    return master


def original_start(mailbox: Mailbox, event: Event) -> datetime | date | None:
    """When an occurrence would begin if nobody had moved it: a date of an all-day series, else an instant in UTC."""
    return _original(mailbox, event.series, event.original) if event.series and event.original else None


def _original(mailbox: Mailbox, series: str, day: date) -> datetime | date:
    master = mailbox.find(series)
    if master is None:
        return datetime.combine(day, time(), UTC)
    if isinstance(master.when, Dates):
        return day
    zone = ZoneInfo(master.zone)
    wall = event_bounds(master, mailbox.zone).start.astimezone(zone).time()
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _stamp(mailbox: Mailbox, master: str, day: str) -> str:
    original = _original(mailbox, master, date.fromisoformat(day))
    return f"{original:%Y%m%dT%H%M%SZ}" if isinstance(original, datetime) else f"{original:%Y%m%d}"


def _day(mailbox: Mailbox, master: str, stamp: str) -> date | None:
    """The day in the series' own zone that a time behind its id stands for."""
    try:
        if "T" not in stamp:
            return datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC).date()
        moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    series = mailbox.find(master)
    return moment.astimezone(ZoneInfo(series.zone if series else "UTC")).date()


def _decoded(mailbox: Mailbox, head: str) -> str:
    try:
        key = base64.b32hexdecode((head + "=" * (-len(head) % 8)).upper()).decode()
    except (binascii.Error, ValueError):
        return ""
    return key if key.startswith(f"{mailbox.address}/") and "#" not in key else ""
