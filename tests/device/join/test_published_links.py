"""Published examples from open test suites and vendors' documentation, where they lie beside the repository."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from example_rows import KEYS, invitation_of, ways_of

from device.calendars.invitations import graph
from device.join.links import look
from device.join.links.address import NotUsable, read_address
from device.join.links.services import Service
from device.join.links.wrappers import unwrapped, unwrapped_v3

DATA = next(
    (folder for parent in Path(__file__).parents if (folder := parent / "shared" / "data" / "links").is_dir()), None
)
pytestmark = pytest.mark.skipif(DATA is None, reason="the published examples are not here")


def rows(name: str) -> list[dict[str, Any]]:
    if DATA is None:
        return []
    found = json.loads((DATA / name).read_text(encoding="utf-8"))
    return [{**row, "google": row["google_event"]} if "google_event" in row else row for row in found]


def named(name: str) -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in rows(name)]


@pytest.mark.parametrize("row", named("positives.json"))
def test_a_published_invitation_leads_to_its_one_meeting(row: dict[str, Any]) -> None:
    if row.get("needs_declared_host"):
        host = read_address(row["url"]).host if "url" in row else ""
        row = {**row, "hosts": {row["expected_service"]: [host]} if host else {}}
    (way,) = ways_of(row)
    for key in KEYS:
        expected = row.get(f"expected_{key}")
        if key == "service":
            assert way.service == Service(row["expected_service"])
        elif f"expected_{key}_any" in row:
            assert getattr(way, key) in row[f"expected_{key}_any"]
        elif key == "sip" and getattr(way, key) in row.get("sip_alternatives", ()):
            continue
        elif f"expected_{key}" in row:
            assert getattr(way, key) == expected, key


@pytest.mark.parametrize("row", named("negatives.json"))
def test_a_published_negative_leads_nowhere(row: dict[str, Any]) -> None:
    assert ways_of(row) == ()


@pytest.mark.parametrize("row", named("wrapped.json"))
def test_a_published_wrapper_comes_off(row: dict[str, Any]) -> None:
    inside = unwrapped_v3(row["url"])
    if inside is None:
        try:
            inside = unwrapped(read_address(row["url"])) or row["url"]
        except NotUsable:
            inside = row["url"]
    assert (unquote(inside) if row.get("percent_decoded") else inside) == row["expected_unwrapped"]
    if row.get("expected_service"):
        (way,) = ways_of(row)
        assert (way.service, way.url) == (row["expected_service"], row["expected_url"])
    else:
        assert ways_of(row) == ()


def test_every_published_event_of_microsofts_can_be_looked_through() -> None:
    found = 0
    for path in sorted((DATA.parent / "graph").glob("*.json")) if DATA else ():
        body = json.loads(path.read_text(encoding="utf-8")).get("body")
        events = body.get("value", [body]) if isinstance(body, dict) else []
        for event in events if isinstance(events, list) else []:
            ways = look(graph.of_event(event)).ways
            told = json.dumps(event).count("teams.microsoft.com/l/meetup-join/")
            assert len(ways) == (1 if told else 0), path.name
            found += len(ways)
    assert found >= 3


def test_rows_of_every_kind_can_be_read() -> None:
    for row in rows("positives.json"):
        assert invitation_of(row)
