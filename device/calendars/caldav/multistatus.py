"""The XML of WebDAV and CalDAV: what is asked (RFC 4791, 6578) and what a multistatus answers (RFC 4918 §13)."""

from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from device.model.errors import MalformedAnswer
from device.model.value import Value

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CTAG = "{http://calendarserver.org/ns/}getctag"

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'


def question(names: str) -> bytes:
    """Ask for properties, which are given as elements."""
    return f"{_HEAD}<D:propfind {_NAMESPACES}><D:prop>{names}</D:prop></D:propfind>".encode()


COLLECTION_PROPERTIES = question("<D:resourcetype/><D:sync-token/><S:getctag/><D:supported-report-set/>")


def calendar_query(start: datetime, end: datetime) -> bytes:
    """Ask for every event that touches a time: as it is stored, because rules are expanded here."""
    return (
        f"{_HEAD}<C:calendar-query {_NAMESPACES}><D:prop><D:getetag/><D:getlastmodified/><C:calendar-data/></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f"{_time_range(start, end)}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    ).encode()


def free_busy_query(start: datetime, end: datetime) -> bytes:
    """Ask only when it is busy."""
    return f"{_HEAD}<C:free-busy-query {_NAMESPACES}>{_time_range(start, end)}</C:free-busy-query>".encode()


def sync_collection(token: str) -> bytes:
    """Ask what changed since `token`; one change is as good as many."""
    escaped = token.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"{_HEAD}<D:sync-collection {_NAMESPACES}><D:sync-token>{escaped}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    ).encode()


def _time_range(start: datetime, end: datetime) -> str:
    return f'<C:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>'


class Member(Value):
    """What a multistatus says of one resource."""

    name: str
    """The last part of its path, as the server writes it; empty for a collection."""
    status: int = 200
    etag: str = ""
    modified: str = ""
    data: bytes | None = None
    """Its iCalendar text, if it was asked for and given."""


class CollectionProperties(Value):
    """What a calendar collection says of itself."""

    is_calendar: bool
    sync_token: str = ""
    """Empty where the server has none or cannot report changes."""
    ctag: str = ""


def tree(body: bytes) -> Element:
    """The XML in an answer.

    Raises:
        MalformedAnswer: it is something else, cut short, or has entities in it.
    """
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MalformedAnswer("expected XML and got something else") from error
    return root


def members(body: bytes) -> Iterator[Member]:
    """Every resource of a multistatus.

    Raises:
        MalformedAnswer: it is no multistatus.
    """
    for response in responses(body):
        told = properties(response)
        data = told.get(f"{CALDAV}calendar-data")
        yield Member(
            name=_name(response.findtext(f"{DAV}href", "")),
            status=_status(response.findtext(f"{DAV}status", "")),
            etag=text(told.get(f"{DAV}getetag")),
            modified=text(told.get(f"{DAV}getlastmodified")),
            data=None if data is None else (data.text or "").encode(),
        )


def collection_properties(body: bytes) -> CollectionProperties:
    """What the one resource of a multistatus says of itself.

    Raises:
        MalformedAnswer: it is no multistatus.
    """
    response = next(iter(responses(body)), None)
    told = {} if response is None else properties(response)
    kind, reports = told.get(f"{DAV}resourcetype"), told.get(f"{DAV}supported-report-set")
    syncs = reports is not None and next(reports.iter(f"{DAV}sync-collection"), None) is not None
    return CollectionProperties(
        is_calendar=kind is not None and kind.find(f"{CALDAV}calendar") is not None,
        sync_token=text(told.get(f"{DAV}sync-token")) if syncs else "",
        ctag=text(told.get(CTAG)),
    )


def has_condition(body: bytes, name: str) -> bool:
    """Whether an error names this precondition (RFC 4918 §16)."""
    try:
        return next(tree(body).iter(name), None) is not None
    except MalformedAnswer:
        return False


def responses(body: bytes) -> list[Element]:
    """What a multistatus says of each resource.

    Raises:
        MalformedAnswer: it is no multistatus.
    """
    root = tree(body)
    if root.tag != f"{DAV}multistatus":
        raise MalformedAnswer("expected a multistatus and got other XML")
    return root.findall(f"{DAV}response")


def properties(response: Element) -> dict[str, Element]:
    """The properties that were found."""
    return {
        element.tag: element
        for propstat in response.findall(f"{DAV}propstat")
        if _status(propstat.findtext(f"{DAV}status", "")) == 200
        for element in propstat.findall(f"{DAV}prop/*")
    }


def _name(href: str) -> str:
    return href.strip().partition("?")[0].partition("#")[0].rpartition("/")[2]


def _status(line: str) -> int:
    """The number in `HTTP/1.1 404 Not Found`; a server that leaves it out means 200."""
    parts = line.split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 200


def text(element: Element | None) -> str:
    """What stands in a property; empty where it is not there."""
    return "" if element is None else (element.text or "").strip()
