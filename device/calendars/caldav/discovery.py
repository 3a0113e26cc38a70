"""Which calendars a user has on a server: current-user-principal (RFC 5397), calendar-home-set (RFC 4791 §6.2.1)."""

from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

from device.calendars.caldav.multistatus import CALDAV, DAV, properties, question, responses, text
from device.calendars.caldav.server import Server, refuse
from device.calendars.ical.text import unfolded
from device.model.errors import RoomNotFound
from device.model.value import Value

HOMES, CALENDARS = 5, 2000
_XML = {"Content-Type": 'application/xml; charset="utf-8"'}
_PRINCIPAL = question("<D:current-user-principal/>")
_HOME = question("<C:calendar-home-set/>")
_CALENDAR = question(
    "<D:resourcetype/><D:displayname/><D:current-user-privilege-set/><C:calendar-timezone/>"
    "<C:supported-calendar-component-set/>"
)
_WRITES = ("all", "write", "write-content", "bind")
_READS = ("all", "read")


class Calendar(Value):
    """A calendar collection, as the user sees it."""

    path: str
    """On its server, as the server writes it."""
    name: str
    holds_events: bool
    privileges: tuple[str, ...] | None
    """What the user may do, in WebDAV's words (RFC 3744 §3); None where the server does not tell."""
    zone: str
    """What it calls its time zone; empty where it has none."""

    @property
    def is_writable(self) -> bool | None:
        """Whether the user may write; None where that is not told."""
        return None if self.privileges is None else any(one in self.privileges for one in _WRITES)

    @property
    def is_readable(self) -> bool | None:
        """Whether the user may read more than busy times; None where that is not told."""
        return None if self.privileges is None else any(one in self.privileges for one in _READS)


class Discovery:
    """Finds calendars, beginning at any address of a server."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._url = url

    async def calendars(self) -> list[Calendar]:
        """Every calendar that holds events, in the user's homes, or below the address itself.

        Raises:
            RoomNotFound: there is none, or they are on another server.
        """
        principal = await self._principal()
        homes = await self._hrefs(principal, _HOME, f"{CALDAV}calendar-home-set") if principal else []
        here = [home for home in homes[:HOMES] if self._server.is_home_of(home)]
        if homes and not here:
            raise RoomNotFound("the user's calendars are on another server, which the url would have to name")
        found: dict[str, Calendar] = {}
        for home in here or [self._url]:
            for calendar in await self._ask(home, depth="1"):
                found.setdefault(calendar.path, calendar)
        events = [calendar for calendar in found.values() if calendar.holds_events]
        if not events:
            raise RoomNotFound("the user has no calendar there")
        return events[:CALENDARS]

    async def calendar(self, url: str) -> Calendar:
        """The calendar at an address.

        Raises:
            RoomNotFound: there is something else.
            AccessDenied: it may not be seen.
        """
        found = await self._ask(url, depth="0")
        if not found:
            raise RoomNotFound("there is something, and it is no calendar collection")
        return found[0]

    async def _principal(self) -> str:
        """The user's own address; empty where the server does not tell."""
        for url in (self._url, urljoin(self._url, "/.well-known/caldav")):
            hrefs = await self._hrefs(url, _PRINCIPAL, f"{DAV}current-user-principal")
            if hrefs and self._server.is_home_of(hrefs[0]):
                return hrefs[0]
        return ""

    async def _hrefs(self, url: str, asked: bytes, name: str) -> list[str]:
        """The addresses in a property; none where the server does not know it there."""
        answer = await self._server.request("PROPFIND", url, headers={"Depth": "0", **_XML}, content=asked)
        if answer.status != 207:
            return []
        found = (properties(response).get(name) for response in responses(answer.body))
        hrefs = [text(href) for element in found if element is not None for href in element.iter(f"{DAV}href")]
        return [urljoin(url, href) for href in hrefs if href]

    async def _ask(self, url: str, depth: str) -> list[Calendar]:
        answer = await self._server.request("PROPFIND", url, headers={"Depth": depth, **_XML}, content=_CALENDAR)
        if answer.status != 207:
            refuse(answer)
        found = (_calendar(response) for response in responses(answer.body))
        return [calendar for calendar in found if calendar is not None]


def _calendar(response: Element) -> Calendar | None:
    told = properties(response)
    kind = told.get(f"{DAV}resourcetype")
    path = urlsplit(response.findtext(f"{DAV}href", "").strip()).path
    if kind is None or kind.find(f"{CALDAV}calendar") is None or not path:
        return None
    components = told.get(f"{CALDAV}supported-calendar-component-set")
    names = [component.get("name") for component in components] if components is not None else []
    rights = told.get(f"{DAV}current-user-privilege-set")
    granted = None if rights is None else [one.tag.removeprefix(DAV) for one in rights.findall(f"{DAV}privilege/*")]
    return Calendar(
        path=path,
        name=text(told.get(f"{DAV}displayname")) or unquote(path.rstrip("/").rpartition("/")[2]),
        holds_events=not names or "VEVENT" in names,
        privileges=None if granted is None else tuple(granted),
        zone=_zone(text(told.get(f"{CALDAV}calendar-timezone"))),
    )


def _zone(timezone: str) -> str:
    """The name in a VTIMEZONE."""
    lines = unfolded(timezone.encode())
    return next((line.partition(":")[2].strip() for line in lines if line.upper().startswith("TZID")), "")
