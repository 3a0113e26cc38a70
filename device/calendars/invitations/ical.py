"""iCalendar: the properties of a VEVENT that can hold a link (RFC 5545, RFC 7986 §5.11, and Microsoft's, Google's and
Zoom's own).

Read by hand rather than by a library: an invitation that a library refuses may still hold its link, and a link ends at
an escaped comma or semicolon, which a library has put back already.
"""

import re
from collections.abc import Iterable, Iterator

from device.model.invitation import Entry, Invitation, Piece
from device.model.value import Value

LONGEST = 1 << 20
MOST = 5000
"""Lines that are read."""

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'(?P<name>[A-Za-z0-9-]{1,64})(?P<parameters>(?:;(?:[^":;\n]|"[^"\n]*")*+)*+):(?P<value>.*)')
_ENTRIES = (
    "CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-GOOGLE-CONFERENCE",
    "X-ZOOM-JOINURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
)
_VOUCHED = {"X-MICROSOFT-ONLINEMEETINGEXTERNALLINK": "skype_for_business"}
_PIECES = {
    "URL": "url",
    "LOCATION": "location",
    "X-MICROSOFT-LOCATIONS": "location",
    "DESCRIPTION": "description",
    "X-MICROSOFT-ONLINEMEETINGINFORMATION": "X-MICROSOFT-ONLINEMEETINGINFORMATION",
    "X-ALT-DESC": "X-ALT-DESC",
    "COMMENT": "comment",
    "SUMMARY": "summary",
}
"""Properties of text, in the order of trust, and what to call them."""


class Property(Value):
    """One property of an event, its value as it stands in the file, unfolded."""

    name: str
    value: str
    parameters: str = ""


def of_calendar(text: str) -> Invitation:
    """What the events of an iCalendar text say about joining them."""
    return of_properties(properties(text))


def of_uid(text: str, uid: str) -> Invitation:
    """What every event with this UID says about joining it.

    The exceptions of a series are taken together with it: where they lead to different meetings, a person is asked.
    """
    mine: list[Property] = []
    event: list[Property] = []
    for one in (*properties(text, marked=True), Property(name="BEGIN", value="")):
        if one.name != "BEGIN":
            event.append(one)
            continue
        if any(found.name == "UID" and _text(found.value).strip() == uid for found in event):
            mine += event
        event = []
    return of_properties(mine)


def properties(text: str, *, marked: bool = False) -> Iterator[Property]:
    """The properties of the events in a text; those of alarms and time zones are passed over.

    Args:
        text: iCalendar, or what a publisher takes for it.
        marked: whether a BEGIN stands before those of each event.
    """
    inside: list[str] = []
    lines = _FOLD.sub("", text[:LONGEST]).splitlines()
    events = any(line.strip().upper() == "BEGIN:VEVENT" for line in lines)
    for line in lines[:MOST]:
        found = _LINE.match(line)
        if found is None:
            continue
        name, value = found["name"].upper(), found["value"]
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if marked and inside[-1] == "VEVENT":
                yield Property(name=name, value=value)
        elif name == "END":
            inside = inside[:-1]
        elif (inside[-1:] or ["VEVENT" if not events else ""])[0] == "VEVENT":
            yield Property(name=name, value=value, parameters=found["parameters"])


def of_properties(found: Iterable[Property]) -> Invitation:
    """What an event's properties say about joining it."""
    known = list(found)
    entries = [
        Entry(field=name, link=_uri(one.value), service=_VOUCHED.get(name, ""))
        for name in _ENTRIES
        for one in known
        if one.name == name and "MODERATOR" not in one.parameters.upper()
    ]
    pieces = [
        Piece(field=field, text=_text(one.value), html="TEXT/HTML" in one.parameters.upper())
        for name, field in _PIECES.items()
        for one in known
        if one.name == name and one.value
    ]
    return Invitation(entries=tuple(entries), pieces=tuple(pieces), location_first=True)


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _uri(value: str) -> str:
    return _ESCAPED.sub(r"\1", value).strip()


def _text(value: str) -> str:
    """A value of text; a comma or semicolon that was escaped ends what stands before it, but for the one in a
    Proofpoint link.
    """
    value = value.replace("__\\;", "__;")
    return _ESCAPED.sub(lambda sign: {"n": "\n", "N": "\n", ",": ", ", ";": "; "}.get(sign[1], sign[1]), value)
