"""What makes a room's display wrong at the Exchange server, and the very line of its shell that puts it right. Blocks.

Rights are read. How the booking attendant treats invitations cannot be read by these services, so it is concluded from
the invitations that it has treated.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from exchangelib import errors
from exchangelib.fields import FieldPath
from exchangelib.folders import Calendar
from exchangelib.items import ID_ONLY
from exchangelib.properties import ItemId
from msgspec import field

from device.calendars.exchange.envelope import TYPES
from device.calendars.exchange.item import DoorItem
from device.calendars.exchange.meetings import Meeting
from device.calendars.exchange.options import Access, Options
from device.calendars.exchange.schedule import has_working_hours
from device.calendars.exchange.services import Folders, Items, calendar_of
from device.calendars.exchange.view import read_view
from device.calendars.interface import Ailment, Complaint
from device.calendars.zone_names import windows_of
from device.model.occurrence import Response
from device.model.value import Value
from device.model.window import Window

BACK, AHEAD = timedelta(days=14), timedelta(days=28)
"""The weeks whose meetings are looked at."""
FEW = 3
"""Invitations from which something may be concluded."""
MANY = 20
"""Invitations among which one is private as a rule."""
BODIES = 10
"""Invitations whose text is looked for: as many as Exchange likes to give at once."""
BODIES_SURE = 6
"""Invitations without a text from which something may be concluded: many have none anyway."""
ANSWERED_WITHIN = timedelta(hours=1)
_RIGHTS = FieldPath(field=Calendar.get_field_by_fieldname("effective_rights"))
_TEXT = FieldPath(field=DoorItem.get_field_by_fieldname("text_body"))
_DENIED = (
    errors.ErrorAccessDenied,
    errors.ErrorItemNotFound,
    errors.ErrorFolderNotFound,
    errors.ErrorImpersonateUserDenied,
    errors.ErrorImpersonationDenied,
)


class Rights(Value):
    """What the account may do with a calendar."""

    read: bool = False
    missing: tuple[str, ...] = field(default_factory=tuple)
    """Of the rights that a booking needs, by Exchange's names."""


def rights(account: Any) -> Rights:
    """What may be done with the account's calendar."""
    (folder,) = Folders(account=account).call(
        folders=[calendar_of(account)], additional_fields=[_RIGHTS], shape=ID_ONLY
    )
    if isinstance(folder, Exception):
        raise folder
    told = folder.find(f"{TYPES}EffectiveRights")
    may = {child.tag.removeprefix(TYPES): child.text == "true" for child in told} if told is not None else {}
    missing = tuple(name for name in ("CreateContents", "Modify", "Delete") if not may.get(name, told is None))
    return Rights(read=may.get("Read", told is None), missing=missing)


def complaints(account: Any, options: Options, now: datetime, zone: str) -> tuple[Complaint, ...]:
    """All that is wrong with a room, the rights first. What may not be read is passed over.

    Args:
        account: the room's mailbox.
        options: what the settings say.
        now: UTC.
        zone: the door's IANA zone, for the line that gives the mailbox one; empty: not known.
    """
    shell = _Shell(account.primary_smtp_address, options)
    try:
        may = rights(account)
    except _DENIED as error:
        return (shell.not_shared(type(error).__name__),)
    found = list(shell.of_rights(may))
    if may.read:
        found += _of_meetings(account, shell, now)
    try:
        if not has_working_hours(account, now):
            found.append(shell.no_time_zone(windows_of(zone, now) if zone else ""))
    except errors.EWSError:
        pass
    return tuple(found)


def _of_meetings(account: Any, shell: "_Shell", now: datetime) -> Iterator[Complaint]:
    try:
        meetings = read_view(account, Window(start=now - BACK, end=now + AHEAD), "UTC").meetings
    except _DENIED:
        return
    invitations = [meeting for meeting in meetings if not meeting.ours and not meeting.occurrence.cancelled]
    once = list({meeting.occurrence.series or meeting.occurrence.id: meeting for meeting in invitations}.values())
    yield from shell.of_invitations(once, _written(account, once), now)


def _written(account: Any, invitations: Sequence[Meeting]) -> tuple[int, int]:
    """How many invitations were looked into, and in how many of them a text was found."""
    some = [ItemId(id=meeting.occurrence.id) for meeting in invitations[:BODIES]]
    if not some:
        return 0, 0
    items = [
        item
        for item in Items(account=account).call(items=some, additional_fields=[_TEXT], shape=ID_ONLY)
        if not isinstance(item, Exception)
    ]
    return len(items), sum(bool((item.findtext(f"{TYPES}TextBody") or "").strip()) for item in items)


class _Shell:
    """Complaints about one room, each with its line for the Exchange Management Shell."""

    def __init__(self, room: str, options: Options) -> None:
        self._room = _quoted(room)
        self._folder = _quoted(f"{room}:\\Calendar")
        self._account = _quoted(options.username or options.client_id or "the service account")
        self._access = options.access

    def not_shared(self, code: str) -> Complaint:
        """Nothing can be read at all."""
        return Complaint(ailment=Ailment.NOT_SHARED, evidence=code, cure=self._grant("Editor"))

    def of_rights(self, may: Rights) -> Iterator[Complaint]:
        """What the account may not do."""
        if not may.read:
            yield Complaint(ailment=Ailment.DETAILS_HIDDEN, evidence="Read: false", cure=self._grant("Editor"))
        elif may.missing:
            evidence = ", ".join(f"{name}: false" for name in may.missing)
            yield Complaint(ailment=Ailment.NO_WRITE_PERMISSION, evidence=evidence, cure=self._grant("Editor"))

    def of_invitations(
        self, invitations: Sequence[Meeting], written: tuple[int, int], now: datetime
    ) -> Iterator[Complaint]:
        """What the invitations that were treated say of how they are treated."""
        count = len(invitations)
        named = sum(meeting.named_after_organizer for meeting in invitations)
        if count >= FEW and named * 2 >= count:
            yield self._guess(
                Ailment.SUBJECT_IS_ORGANIZER, f"{named} of {count}", "DeleteSubject", "AddOrganizerToSubject"
            )
        looked, found = written
        if looked >= BODIES_SURE and not found:
            yield self._guess(Ailment.BODY_REMOVED, f"{looked} of {looked}", "DeleteComments")
        if count >= MANY and not any(meeting.occurrence.private for meeting in invitations):
            yield self._guess(Ailment.PRIVATE_FLAG_REMOVED, f"0 of {count} are private", "RemovePrivateProperty")
        before = f"{now - ANSWERED_WITHIN:%Y-%m-%dT%H:%M:%SZ}"
        old = [meeting for meeting in invitations if meeting.created_at < before]
        waiting = sum(meeting.occurrence.response in (Response.NONE, Response.TENTATIVE) for meeting in old)
        if len(old) >= FEW and waiting * 2 >= len(old):
            cure = f"Set-CalendarProcessing -Identity {self._room} -AutomateProcessing AutoAccept"
            evidence = f"{waiting} of {len(old)}"
            yield Complaint(ailment=Ailment.NOT_ANSWERED, evidence=evidence, cure=cure, sure=False)

    def no_time_zone(self, wanted: str) -> Complaint:
        """The mailbox has no working hours, which know its zone; `wanted` is the door's, by its Windows name."""
        zone = f"-TimeZone {_quoted(wanted or 'YOUR TIME ZONE')}"
        cure = f"Set-MailboxRegionalConfiguration -Identity {self._room} -Language en-US {zone}"
        evidence = "no working hours"
        return Complaint(ailment=Ailment.TIME_ZONE_MISSING, evidence=evidence, cure=cure, sure=False)

    def _guess(self, ailment: Ailment, evidence: str, *switches: str) -> Complaint:
        off = " ".join(f"-{switch} $false" for switch in switches)
        cure = f"Set-CalendarProcessing -Identity {self._room} {off}"
        return Complaint(ailment=ailment, evidence=evidence, cure=cure, sure=False)

    def _grant(self, level: str) -> str:
        if self._access is Access.DELEGATE:
            user = f"-User {self._account} -AccessRights {level}"
            return f"Add-MailboxFolderPermission -Identity {self._folder} {user}"
        scope = "-CustomRecipientWriteScope 'Doorlight rooms'"
        return (
            "New-ManagementScope -Name 'Doorlight rooms' -RecipientRestrictionFilter "
            "{RecipientTypeDetails -eq 'RoomMailbox'}; New-ManagementRoleAssignment -Name 'Doorlight' "
            f"-Role ApplicationImpersonation -User {self._account} {scope}"
        )


def _quoted(text: str) -> str:
    """A literal of PowerShell."""
    return "'" + text.replace("'", "''").replace("\u2019", "\u2019\u2019") + "'"
