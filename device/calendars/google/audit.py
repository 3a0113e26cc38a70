"""What makes a room's display wrong at Google's end, told with the very command or click that cures it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from device.calendars.google.access import key_of
from device.calendars.google.api import Api, calendar_url
from device.calendars.google.options import Options
from device.calendars.google.shapes import Event, decode_event
from device.calendars.google.view import utc
from device.calendars.interface import Ailment, Complaint
from device.model.errors import AccessDenied, RoomNotFound

AHEAD = timedelta(days=14)
SOON = timedelta(days=30)
"""How long before a credential runs out somebody should do something about it."""
SAMPLE = 50
"""Meetings that are looked at where no setting can be read."""
_WRITERS = frozenset(("writerWithoutPrivateAccess", "writer", "owner"))
_HIDDEN = frozenset(("none", "freeBusyReader"))
_FIELDS = "accessRole,timeZone,items(id,status,start,end,attendees(self,email,responseStatus),attendeesOmitted)"


class Audit:
    """A look at one room, by reading alone.

    Args:
        options: the account's.
        room: its id.
        zone: that its door goes by; empty: not known.
        now: the time.
    """

    def __init__(self, options: Options, room: str, zone: str, now: datetime) -> None:
        self._options, self._zone, self._now = options, zone or "Europe/Berlin", now
        self._calendar = options.calendar_of(room)
        self._url = calendar_url(options, self._calendar)

    async def events(self, api: Api) -> dict[str, Any] | None:
        """The calendar's next meetings, with its zone and the account's role; None where it is not shared."""
        query = {
            "singleEvents": "true",
            "orderBy": "startTime",
            "timeMin": utc(self._now),
            "timeMax": utc(self._now + AHEAD),
            "maxResults": str(SAMPLE),
            "fields": _FIELDS,
        }
        try:
            return await api.get(f"{self._url}/events", query)
        except RoomNotFound:
            return None

    async def settings(self, api: Api) -> dict[str, Any]:
        """How the calendar is set up; empty where that may not be read."""
        try:
            return await api.get(self._url, {"fields": "autoAcceptInvitations,timeZone"})
        except (AccessDenied, RoomNotFound):
            return {}

    def not_shared(self, *, sure: bool) -> Iterator[Complaint]:
        """What is wrong with a calendar that is not there for this account."""
        yield from self._about_credential()
        evidence = "the calendar does not exist for this account (404)"
        yield Complaint(ailment=Ailment.NOT_SHARED, evidence=evidence, cure=self._share(), sure=sure)

    def complaints(self, events: dict[str, Any], settings: dict[str, Any]) -> Iterator[Complaint]:
        """What is wrong with a calendar that can be read."""
        yield from self._about_credential()
        yield from self._about_role(str(events.get("accessRole") or "none"))
        yield from self._about_zone(events.get("timeZone") or settings.get("timeZone"))
        yield from self._about_answers(events.get("items"), settings.get("autoAcceptInvitations"))

    def _about_credential(self) -> Iterator[Complaint]:
        expires = self._options.credential_expires
        if expires is not None and expires - self._now <= SOON:
            yield Complaint(
                ailment=Ailment.CREDENTIAL_EXPIRES,
                evidence=f"on {expires:%Y-%m-%d}",
                cure="console.cloud.google.com > IAM & Admin > Service accounts > Keys > Add key; or consent again"
                if self._options.service_account
                else "consent again on the page of this account",
            )

    def _about_role(self, role: str) -> Iterator[Complaint]:
        if role in _HIDDEN:
            yield Complaint(ailment=Ailment.DETAILS_HIDDEN, evidence=f"accessRole is {role}", cure=self._share())
        if role not in _WRITERS:
            yield Complaint(ailment=Ailment.NO_WRITE_PERMISSION, evidence=f"accessRole is {role}", cure=self._share())

    def _about_zone(self, zone: object) -> Iterator[Complaint]:
        if isinstance(zone, str) and _is_zone(zone):
            return
        yield Complaint(
            ailment=Ailment.TIME_ZONE_MISSING,
            evidence="the calendar has no time zone" if not zone else "the calendar's time zone is not known",
            cure=f"calendar.google.com > Settings > {self._calendar} > Calendar settings > Time zone; or PATCH "
            f'calendar/v3/calendars/{self._calendar} {{"timeZone": "{self._zone}"}}',
        )

    def _about_answers(self, items: object, accepts: object) -> Iterator[Complaint]:
        if accepts is True:
            return
        waiting = sum(_is_waiting(event) for event in _events(items))
        if accepts is None and not waiting:
            return
        yield Complaint(
            ailment=Ailment.NOT_ANSWERED,
            evidence="autoAcceptInvitations is false" if accepts is False else f"{waiting} unanswered invitations",
            cure=f"calendar.google.com > Settings > {self._calendar} > Auto-accept invitations > Auto-accept "
            f"invitations that do not conflict; or PATCH calendar/v3/calendars/{self._calendar} "
            '{"autoAcceptInvitations": true}',
            sure=accepts is False,
        )

    def _share(self) -> str:
        who = self._account()
        return (
            f"gam calendar {self._calendar} add acls writer {who}; or calendar.google.com > Settings > "
            f"{self._calendar} > Share with specific people or groups > {who} > Make changes to events"
        )

    def _account(self) -> str:
        """Whom the calendar must be shared with."""
        if self._options.subject:
            return self._options.subject
        if self._options.service_account:
            return str(key_of(self._options)["client_email"])
        return "ACCOUNT-THAT-CONSENTED"


def _events(items: object) -> Iterable[Event]:
    decoded = map(decode_event, items) if isinstance(items, list) else ()
    return (event for event in decoded if isinstance(event, Event))


def _is_waiting(event: Event) -> bool:
    return any(one.self and one.response_status == "needsAction" for one in event.attendees or ())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
