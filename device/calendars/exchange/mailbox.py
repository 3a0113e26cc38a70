"""Questions to one room's mailbox, blocking: items read, made, changed, answered and removed; what has changed."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import quote

from exchangelib import errors
from exchangelib.ewsdatetime import UTC, EWSDateTime
from exchangelib.items import (
    AUTO_RESOLVE,
    ID_ONLY,
    MOVE_TO_DELETED_ITEMS,
    NEVER_OVERWRITE,
    SAVE_ONLY,
    SEND_ONLY,
    SEND_TO_NONE,
    DeclineItem,
)
from exchangelib.properties import ItemId, ReferenceItemId

from device.calendars.exchange.item import INVITING, READ, DoorItem
from device.calendars.exchange.meetings import Meeting, read_item
from device.calendars.exchange.services import Changes, Creation, Deletion, Items, Update, calendar_of
from device.calendars.interface import Skipped
from device.calendars.invitations.exchange import of_item
from device.model.errors import MalformedAnswer
from device.model.invitation import Invitation
from device.model.occurrence import Occurrence

SYNCED = 512
"""Changes that one question tells at most."""
PATIENCE = 4
"""Questions for the state of a calendar that one reading of the window may cost."""
KEY = 200
"""Characters of a property that a calendar view tells for certain; it cuts at 255."""
SUBJECT = 255
"""Characters that Exchange takes of a subject."""


class Mailbox:
    """One room's mailbox, for a room in `zone`. Every method blocks and raises exchangelib's errors."""

    def __init__(self, account: Any, zone: str) -> None:
        self.account = account
        self._zone = zone
        self._state = ""
        """How far the calendar's changes have been told to us."""

    def get(self, identifier: str) -> Meeting:
        """The meeting with this id, as it is now.

        Raises:
            MalformedAnswer: what is there is none.
        """
        return self._meeting(self._item(identifier, READ))

    def invitation(self, identifier: str) -> tuple[Meeting, Invitation]:
        """The meeting with this id, and all of it that may say how it is joined.

        Raises:
            MalformedAnswer: what is there is none.
        """
        found = self._item(identifier, INVITING)
        return self._meeting(found), of_item(found)

    def _item(self, identifier: str, fields: Any) -> Any:
        (found,) = Items(account=self.account).call(
            items=[ItemId(id=identifier)], additional_fields=fields, shape=ID_ONLY
        )
        _raise(found)
        return found

    def _meeting(self, item: Any) -> Meeting:
        read = read_item(item, self._zone)
        if isinstance(read, Skipped):
            raise MalformedAnswer(read.why)
        return read

    def create(self, key: str, title: str, start: datetime, end: datetime) -> None:
        """A booking under a key, that invites nobody."""
        item = DoorItem(
            account=self.account,
            subject=title[:SUBJECT],
            start=_moment(start),
            end=_moment(end),
            legacy_free_busy_status="Busy",
            reminder_is_set=False,
            booked=plain(key),
        )
        made = Creation(account=self.account).call(
            items=[item],
            folder=calendar_of(self.account),
            message_disposition=SAVE_ONLY,
            send_meeting_invitations=SEND_TO_NONE,
        )
        _raise(*made)

    def update(self, occurrence: Occurrence, **changes: Any) -> str:
        """Change an item that is still at this version, and tell nobody; the new version.

        Raises:
            MalformedAnswer: the answer does not say which.
        """
        moments = {name: _moment(value) if isinstance(value, datetime) else value for name, value in changes.items()}
        item = DoorItem(account=self.account, _id=ItemId(id=occurrence.id, changekey=occurrence.etag), **moments)
        (changed,) = Update(account=self.account).call(
            items=[(item, list(changes))],
            conflict_resolution=NEVER_OVERWRITE if occurrence.etag else AUTO_RESOLVE,
            message_disposition=SAVE_ONLY,
            send_meeting_invitations_or_cancellations=SEND_TO_NONE,
            suppress_read_receipts=True,
        )
        _raise(changed)
        if not isinstance(changed, tuple) or len(changed) != 2:
            raise MalformedAnswer("a change without a version")
        return str(changed[1] or "")

    def decline(self, occurrence: Occurrence, comment: str) -> None:
        """Answer the organizer that the room will not be there; the meeting leaves the calendar."""
        reply = DeclineItem(
            account=self.account,
            reference_item_id=ReferenceItemId(id=occurrence.id, changekey=occurrence.etag),
            body=comment or None,
        )
        sent = Creation(account=self.account).call(
            items=[reply], folder=None, message_disposition=SEND_ONLY, send_meeting_invitations=SEND_TO_NONE
        )
        _raise(*sent)

    def delete(self, identifier: str) -> None:
        """Remove an item, and tell nobody; it lies among the deleted ones for a while."""
        removed = Deletion(account=self.account).call(
            items=[ItemId(id=identifier)],
            delete_type=MOVE_TO_DELETED_ITEMS,
            send_meeting_cancellations=SEND_TO_NONE,
            affected_task_occurrences="AllOccurrences",
            suppress_read_receipts=True,
        )
        _raise(*removed)

    def cursor(self) -> str:
        """The state of the calendar now; empty as long as it is not known.

        To know it, every item must be told once. A calendar of many years is gone through a few questions at a time,
        so that no reading of a window waits for it.
        """
        try:
            for _ in range(PATIENCE):
                service = Changes(account=self.account)
                list(_sync(service, self._state, SYNCED))
                self._state = service.sync_state or ""
                if service.includes_last_item_in_range:
                    return self._state
        except errors.ErrorInvalidSyncStateData:
            self._state = ""
        return ""

    def changed_since(self, state: str) -> bool:
        """Whether anything has changed since a state."""
        service = Changes(account=self.account)
        return bool(list(_sync(service, state, 1)))


def plain(key: str) -> str:
    """A booking's key as it is kept: in letters that no XML changes on its way, as short as a view tells it whole."""
    quoted = quote(key, safe=":/@")
    return quoted if len(quoted) <= KEY else hashlib.sha256(key.encode()).hexdigest()


def _sync(service: Any, state: str, most: int) -> Any:
    return service.call(
        folder=calendar_of(service.account),
        shape=ID_ONLY,
        additional_fields=None,
        sync_state=state or None,
        ignore=None,
        max_changes_returned=most,
        sync_scope=None,
    )


def _moment(moment: datetime) -> Any:
    """An instant as Exchange keeps it: to the second."""
    return EWSDateTime.from_datetime(moment.replace(microsecond=0)).astimezone(UTC)


def _raise(*results: Any) -> None:
    """Raise what stands in a result's place: exchangelib gives some errors rather than raise them."""
    for result in results:
        if isinstance(result, Exception):
            raise result
