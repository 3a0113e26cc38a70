"""Examples as tables: what goes in, and the ways that must come out, key by key."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from device.calendars.invitations import google, graph, ical, text
from device.join.links import WayIn, look
from device.join.links.services import Service
from device.model.invitation import Invitation

FOLDER = Path(__file__).parent / "examples"
KEYS = ("service", "url", "meeting_id", "passcode", "dial_passcode", "sip", "h323", "vtc_id", "vtc_address")


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one file."""
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))["row"]
    return found


def names() -> list[str]:
    """Every file of examples."""
    return sorted(path.name for path in FOLDER.glob("*.toml"))


def invitation_of(row: Mapping[str, Any]) -> Invitation:
    """What goes in, be it text, HTML, iCalendar, or an event's JSON."""
    if "text" in row or "url" in row:
        return text.of_text(row.get("text", row.get("url", "")))
    if "html" in row:
        return text.of_page(row["html"])
    if "ics" in row:
        return ical.of_calendar(row["ics"].replace("\r\n", "\n").replace("\n", "\r\n"))
    if "google" in row:
        return google.of_event(msgspec.json.decode(row["google"]))
    return graph.of_event(msgspec.json.decode(row["graph"]))


def ways_of(row: Mapping[str, Any]) -> tuple[WayIn, ...]:
    """The ways into a row's meeting."""
    declared = {Service(name): tuple(hosts) for name, hosts in row.get("hosts", {}).items()}
    return look(invitation_of(row), declared).ways


def plain(ways: tuple[WayIn, ...]) -> list[dict[str, Any]]:
    """The ways as a row writes them: what is null is left out, and so is where it was found."""
    told = [{key: getattr(way, key) for key in KEYS} for way in ways]
    return [{key: str(value) for key, value in one.items() if value is not None} for one in told]


def every_row() -> Iterator[tuple[str, dict[str, Any]]]:
    """All rows of all files, each with a name."""
    for name in names():
        for number, row in enumerate(rows(name), 1):
            yield f"{name.removesuffix('.toml')} {number}: {row['what']}", row
