"""Google's far side in the contract suite: an office whose calendars are kept as Google keeps them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from far_side import Handler, json_answer
from google_schema import GoogleOracle
from story import FRIDAY, ROOM, Meeting, at, span

from device.calendars.google.options import Options
from device.calendars.google.scopes import WRITE
from device.emulator.event import Event, EventKind, Person
from device.emulator.google.grants import Grant
from device.emulator.google.routes import google_endpoints
from device.emulator.google.workspace import ADMINISTRATOR, WEB_CLIENT
from device.emulator.mailbox import Mailbox, occurrence_id
from device.emulator.office import Office, open_office
from device.emulator.series import Rule
from device.model.secret import Secret
from device.model.window import Dates, Window


class WorkspaceWorld:
    """A room's calendar, and the people who use it by other means.

    Args:
        office: in which it is.
        options: how the door reaches it.
        invited: whether people invite the room, or write into its own calendar.
    """

    def __init__(self, office: Office, options: Options, *, invited: bool) -> None:
        self.office = office
        self._mailbox: Mailbox = office.tenant_cloud.mailboxes[ROOM.id]
        self.options = options
        self.invited = invited

    async def enter(self, meeting: Meeting) -> None:
        """Somebody enters a meeting, or an invitation arrives and is accepted."""
        master = self._add(
            when=meeting.when,
            subject=meeting.title,
            zone=str(meeting.zone),
            sensitivity="private" if meeting.private else "normal",
            show_as=meeting.free_busy.value,
            cancelled=meeting.cancelled,
            uid=meeting.title,
            **self._people(meeting.organizer) | ({"response": "declined"} if meeting.declined else {}),
            **_repeated(meeting),
        )
        for day, moved in meeting.moved.items():
            occurrence = self._mailbox.find(occurrence_id(master, day))
            assert occurrence is not None
            self._mailbox.replace(msgspec.structs.replace(occurrence, when=moved))
        for day in meeting.dropped:
            self._mailbox.remove(occurrence_id(master, day))

    async def withdraw(self, meeting: Meeting) -> None:
        """It is deleted where it was entered."""
        (found,) = (event for event in self._mailbox.stored() if event.uid == meeting.title)
        self._mailbox.remove(found.id)

    async def spoil(self) -> None:
        """A meeting that ends before it starts."""
        ten, nine = span(FRIDAY, "10:00", "11:00").start, span(FRIDAY, "9:00", "10:00").start
        self._add(when=Window(start=ten, end=nine), subject="Spoilt", uid="spoilt", **self._people("Jane Doe"))

    async def seen(self, window: Window) -> list[tuple[str, Window]]:
        """What the calendar itself holds."""
        return [
            (event.subject, event.when)
            for event in self._mailbox.view(window)
            if event.kind is EventKind.SINGLE and isinstance(event.when, Window)
        ]

    def _people(self, name: str) -> dict[str, Any]:
        person = Person(name=name, address=f"{name.lower().replace(' ', '.')}@elsewhere.example")
        if self.invited:
            return {"organizer": person, "response": "accepted"}
        return {"organizer": self._mailbox.owner, "creator": person, "response": "organizer"}

    def _add(self, **parts: Any) -> Event:
        long_ago = at(date(2026, 1, 5), 9).astimezone(UTC)
        return self._mailbox.add(Event(id=self._mailbox.new_id(), created=long_ago, **parts))


def _repeated(meeting: Meeting) -> dict[str, Any]:
    if not meeting.days:
        return {}
    when = meeting.when
    first = when.first if isinstance(when, Dates) else when.start.astimezone(meeting.zone).date()
    return {"kind": EventKind.MASTER, "rule": Rule(first=first, count=meeting.days)}


def with_service_account(office: Office) -> Options:
    """A door with the key of a service account, with which its room is shared."""
    return Options(
        service_account=Secret(office.workspace.service_account(office.authority)),
        ca_bundle=str(office.ca_bundle),
        **google_endpoints(office.authority),
    )


def with_refresh_token(office: Office) -> Options:
    """A door with what an administrator's consent has left."""
    grant = Grant(account=ADMINISTRATOR, scopes=frozenset(WRITE))
    return Options(
        client_id=WEB_CLIENT,
        client_secret=office.workspace.web_secret,
        refresh_token=Secret(office.workspace.grants.refresh(grant)),
        ca_bundle=str(office.ca_bundle),
        **google_endpoints(office.authority),
    )


def signing_in(handler: Handler) -> Handler:
    """Google's token endpoint, which gives access to everybody, and `handler` for all else."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            return json_answer({"access_token": "token", "expires_in": 3599, "token_type": "Bearer"})
        return await handler(request)

    return answer


@asynccontextmanager
async def shared_world(request: pytest.FixtureRequest) -> AsyncIterator[WorkspaceWorld]:
    """Rooms that are shared with a service account, and people who write into their calendars."""
    async with _office(request) as office:
        yield WorkspaceWorld(office, with_service_account(office), invited=False)


@asynccontextmanager
async def invited_world(request: pytest.FixtureRequest) -> AsyncIterator[WorkspaceWorld]:
    """An administrator's own account, and rooms that are invited."""
    async with _office(request) as office:
        yield WorkspaceWorld(office, with_refresh_token(office), invited=True)


@asynccontextmanager
async def _office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    """An office in which nothing is planned, whose every answer is in Google's own schema."""
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("empty", folder, start=at(FRIDAY, 8)) as office:
        with GoogleOracle().watching(office):
            yield office
