"""What makes a room's display wrong at Microsoft's side, found by reading alone."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

from device.calendars.graph import cures, expiry, signs
from device.calendars.graph.claims import BASIC, READ, WRITE, Claims, claims_of
from device.calendars.graph.mailbox import Mailbox
from device.calendars.graph.options import Options
from device.calendars.graph.reach import read_reach
from device.calendars.graph.service import Service
from device.calendars.graph.view import utc
from device.calendars.interface import AccessSource, Ailment, Complaint
from device.calendars.zone_names import iana_of, same_clock, windows_of
from device.model.errors import AccessDenied, MalformedAnswer, RoomNotFound
from device.model.safetext import SafeText

AROUND = timedelta(days=14)
"""How far back and ahead meetings are looked at."""
PAGES, PAGE = 5, 100
_SETTINGS_ROLE = "MailboxSettings.Read"


class Audit:
    """One look at one room's mailbox.

    Args:
        service: Graph, asked with the application's own access.
        access: where that access comes from; what it says of itself explains what is found.
        options: the application.
        room: the mailbox.
        now: the time.
    """

    def __init__(self, service: Service, access: AccessSource, options: Options, room: str, now: datetime) -> None:
        self._service, self._access, self._options = service, access, options
        self._room, self._now = room, now
        self._mailbox = Mailbox(service, room)

    async def complaints(self, zone: str) -> AsyncIterator[Complaint]:
        """Everything that is wrong, or could not be looked at, for a door in the IANA `zone`."""
        claims = claims_of(await self._access()) or Claims()
        try:
            meetings = await self._meetings()
        except AccessDenied as error:
            cure = cures.scoped(self._options, "Calendars.ReadWrite")
            yield Complaint(ailment=Ailment.NOT_SHARED, evidence=str(error), cure=cure)
        else:
            for complaint in signs.complaints(self._room, meetings):
                yield complaint
            for complaint in self._permissions(claims):
                yield complaint
        async for complaint in self._time_zone(zone):
            yield complaint
        async for complaint in self._reach(claims):
            yield complaint
        ending = expiry.complaint(self._options, self._now)
        if ending is not None:
            yield ending

    async def _meetings(self) -> list[signs.Seen]:
        query = {
            "startDateTime": utc(self._now - AROUND),
            "endDateTime": utc(self._now + AROUND),
            "$select": signs.SELECT,
            "$top": str(PAGE),
        }
        found: list[signs.Seen] = []
        link = ""
        for _ in range(PAGES):
            answer = await (self._mailbox.follow(link) if link else self._mailbox.get("calendarView", query))
            plain = answer.json()
            items = plain.get("value") if isinstance(plain, dict) else None
            if not isinstance(items, list):
                raise MalformedAnswer("JSON that is no page of events")
            found += signs.seen(items)
            link = _text(plain, "@odata.nextLink")
            if not link:
                break
        return found

    def _permissions(self, claims: Claims) -> Iterator[Complaint]:
        """What the application may do to the calendar, as far as its token tells."""
        granted, cure = claims.calendars, cures.scoped(self._options, "Calendars.ReadWrite")
        if granted & WRITE:
            return
        if granted:
            evidence = f"Entra grants {_named(claims)} and no writing, unless Exchange itself does"
            yield Complaint(ailment=Ailment.NO_WRITE_PERMISSION, evidence=evidence, cure=cure, sure=False)
        else:
            evidence = "Exchange itself grants what there is (RBAC for Applications), and a token does not show that"
            show = cures.show_permissions(self._options, self._room)
            yield Complaint(ailment=Ailment.NO_WRITE_PERMISSION, evidence=evidence, cure=show, seen=False)
        if granted & BASIC and not granted & READ:
            evidence = f"Entra grants {_named(claims)}"
            yield Complaint(ailment=Ailment.DETAILS_HIDDEN, evidence=evidence, cure=cure, sure=False)

    async def _time_zone(self, zone: str) -> AsyncIterator[Complaint]:
        """The mailbox's time zone: whether it has one, one with its working hours, and the door's."""
        try:
            told = _text(await self._setting("timeZone"), "value")
            hours = _text(_part(await self._setting("workingHours"), "timeZone"), "name")
        except AccessDenied as error:
            cure = cures.scoped(self._options, _SETTINGS_ROLE)
            yield Complaint(ailment=Ailment.TIME_ZONE_MISSING, evidence=str(error), cure=cure, seen=False)
            return
        known, wanted = iana_of(told), windows_of(zone, self._now) if zone else ""
        cure = cures.time_zone(self._room, wanted)
        if not known:
            evidence = f"its name is “{SafeText(told, limit=60)}”, which nobody knows" if told else "it has none"
            yield Complaint(ailment=Ailment.TIME_ZONE_MISSING, evidence=evidence, cure=cure)
        elif zone and not same_clock(known, zone, self._now):
            evidence = f"the mailbox is in {known}, the door in {SafeText(zone, limit=60)}"
            yield Complaint(ailment=Ailment.TIME_ZONE_DIFFERS, evidence=evidence, cure=cure)
        elif iana_of(hours) and not same_clock(known, iana_of(hours), self._now):
            evidence = f"the mailbox is in {known}, its working hours in {iana_of(hours)}"
            cure = cures.working_hours_zone(self._room, wanted or windows_of(known, self._now))
            yield Complaint(ailment=Ailment.TIME_ZONE_DIFFERS, evidence=evidence, cure=cure)

    async def _setting(self, name: str) -> Any:
        """One of the mailbox's settings: the others hold people's texts."""
        return (await self._mailbox.get(f"mailboxSettings/{name}", {})).json()

    async def _reach(self, claims: Claims) -> AsyncIterator[Complaint]:
        """Whether the permission is narrow: proven by canaries, else concluded from what was consented to."""
        roles = _named(claims)
        cure = cures.unconsented(self._options, roles) if roles else cures.rescoped(self._options)
        if self._options.canaries:
            async for complaint in self._canaries(cure):
                yield complaint
        elif roles:
            evidence = f"{roles} was consented to in Entra for all mailboxes, unless a policy narrows it"
            yield Complaint(ailment=Ailment.REACH_UNSCOPED, evidence=evidence, cure=cure, sure=False)
        else:
            evidence = "no canary is named, so nothing proves how far the permission reaches"
            show = (
                'Write canaries = ["somebody@…"] under [calendar], or give --canary: a mailbox that must stay closed.'
            )
            yield Complaint(ailment=Ailment.REACH_UNSCOPED, evidence=evidence, cure=show, seen=False)

    async def _canaries(self, cure: str) -> AsyncIterator[Complaint]:
        try:
            beyond = (await read_reach(self._service, self._room, self._options.canaries)).beyond
        except RoomNotFound as error:
            evidence, show = f"a canary is no mailbox, so it proves nothing ({error})", "Name mailboxes that exist."
            yield Complaint(ailment=Ailment.REACH_UNSCOPED, evidence=evidence, cure=show, seen=False)
            return
        if beyond:
            evidence = f"it opens {', '.join(SafeText(canary, limit=80) for canary in beyond)}"
            yield Complaint(ailment=Ailment.REACH_UNSCOPED, evidence=evidence, cure=cure)


def _named(claims: Claims) -> str:
    """The calendar permissions of a token, as Entra spells them."""
    known = claims.calendars
    return ", ".join(sorted({SafeText(role, limit=60) for role in claims.roles if role.lower() in known}))


def _part(plain: Any, key: str) -> Any:
    return plain.get(key) if isinstance(plain, dict) else None


def _text(plain: Any, key: str) -> str:
    value = _part(plain, key)
    return value.strip() if isinstance(value, str) else ""
