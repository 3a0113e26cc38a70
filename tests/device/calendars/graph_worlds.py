"""Graph's far side in the contract suite: an office whose mailboxes keep a calendar as Exchange does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from story import FRIDAY, ROOM, Meeting, at, span

from device.calendars.graph.options import Options
from device.emulator.event import Event, EventKind, Person
from device.emulator.mailbox import Mailbox, occurrence_id
from device.emulator.office import Office, open_office
from device.emulator.series import Rule
from device.model.window import Dates, Window


class OfficeWorld:
    """A room's mailbox, and the organizers who have invited it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._mailbox: Mailbox = office.tenant_cloud.mailboxes[ROOM.id]
        self.options = Options(
            tenant=office.tenant,
            client_id=office.client_id,
            client_secret=office.client_secret,
            endpoint=office.endpoint,
            authority=office.authority,
            ca_bundle=str(office.ca_bundle),
        )

    async def enter(self, meeting: Meeting) -> None:
        """An invitation arrives and is accepted."""
        master = self._add(
            when=meeting.when,
            subject=meeting.title,
            organizer=_person(meeting.organizer),
            zone=str(meeting.zone),
            sensitivity="private" if meeting.private else "normal",
            show_as=meeting.free_busy.value,
            cancelled=meeting.cancelled,
            response="declined" if meeting.declined else "accepted",
            uid=meeting.title,
            **_repeated(meeting),
        )
        for day, moved in meeting.moved.items():
            occurrence = self._mailbox.find(occurrence_id(master, day))
            assert occurrence is not None
            self._mailbox.replace(msgspec.structs.replace(occurrence, when=moved))
        for day in meeting.dropped:
            self._mailbox.remove(occurrence_id(master, day))

    async def withdraw(self, meeting: Meeting) -> None:
        """The organizer cancels, and the room's calendar is told to forget it."""
        (found,) = (event for event in self._mailbox.stored() if event.uid == meeting.title)
        self._mailbox.remove(found.id)

    async def spoil(self) -> None:
        """A meeting that ends before it starts."""
        ten, nine = span(FRIDAY, "10:00", "11:00").start, span(FRIDAY, "9:00", "10:00").start
        self._add(when=Window(start=ten, end=nine), subject="Spoilt", uid="spoilt")

    async def seen(self, window: Window) -> list[tuple[str, Window]]:
        """What the mailbox itself holds."""
        return [
            (event.subject, event.when)
            for event in self._mailbox.view(window)
            if event.kind is EventKind.SINGLE and isinstance(event.when, Window)
        ]

    def _add(self, **parts: Any) -> Event:
        long_ago = at(date(2026, 1, 5), 9).astimezone(UTC)
        return self._mailbox.add(Event(id=self._mailbox.new_id(), created=long_ago, **parts))


def _person(name: str) -> Person | None:
    return Person(name=name, address=f"{name.lower().replace(' ', '.')}@elsewhere.example") if name else None


def _repeated(meeting: Meeting) -> dict[str, Any]:
    if not meeting.days:
        return {}
    when = meeting.when
    first = when.first if isinstance(when, Dates) else when.start.astimezone(meeting.zone).date()
    return {"kind": EventKind.MASTER, "rule": Rule(first=first, count=meeting.days)}


@asynccontextmanager
async def office_world(request: pytest.FixtureRequest) -> AsyncIterator[OfficeWorld]:
    """An office in which nothing is planned, on the Friday morning of the story."""
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("empty", folder, start=at(FRIDAY, 8)) as office:
        yield OfficeWorld(office)
