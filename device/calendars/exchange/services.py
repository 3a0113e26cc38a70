"""exchangelib's operations, each as strict and as plain as a door needs it."""

from collections.abc import Iterator, Sequence
from typing import Any

from exchangelib import errors
from exchangelib.properties import DistinguishedFolderId, Mailbox
from exchangelib.services import (
    CreateItem,
    DeleteItem,
    FindItem,
    GetFolder,
    GetItem,
    GetRoomLists,
    GetRooms,
    GetStreamingEvents,
    GetUserAvailability,
    ResolveNames,
    SubscribeToStreaming,
    SyncFolderItems,
    UpdateItem,
)
from exchangelib.services.common import EWSService
from exchangelib.services.sync_folder_hierarchy import SyncFolder

from device.calendars.exchange.envelope import MESSAGES, header_and_body

AFFINITY = "X-BackEndOverrideCookie"
"""Names the server behind the address that has the subscriptions."""


class Strict(EWSService):
    """One request for one question: the version is the settings', and half an answer is none."""

    def _api_versions_to_try(self) -> tuple[str, ...]:
        return (self._version_hint.api_version,)

    def _update_api_version(self, api_version: str, header: Any) -> None:
        """What servers say of themselves changes nothing."""

    @classmethod
    def _get_soap_parts(cls, response: Any) -> tuple[Any, Any]:
        return header_and_body(response.content)


class _Raw(Strict):
    """Gives the elements as they came."""

    def _elem_to_obj(self, elem: Any) -> Any:
        return elem


class Entries(_Raw, FindItem):
    """A calendar view as elements; `complete` says whether it was all.

    exchangelib would follow pages, which such a view does not have: it would ask for the same one for ever.
    """

    complete = False

    def _get_page(self, message: Any) -> tuple[Any, None]:
        folder = self._get_element_container(message=message, name=self.paging_container_name)
        if isinstance(folder, Exception):
            raise folder
        self.complete = str(folder.get("IncludesLastItemInRange", "true")).lower() != "false"
        return folder, None


class Items(_Raw, GetItem):
    """Items by their ids, as elements or errors."""


class Creation(Strict, CreateItem):
    """New items."""


class Update(Strict, UpdateItem):
    """Changes."""


class Deletion(Strict, DeleteItem):
    """Removals."""


class Folders(_Raw, GetFolder):
    """Folders by their ids, as elements or errors."""

    def _elems_to_objs(self, elems: Any) -> Iterator[Any]:
        yield from elems


class Changes(_Raw, SyncFolderItems):
    """What changed since a state, as elements. An error need not bring a state, on which exchangelib would stumble."""

    def _get_element_container(self, message: Any, name: str | None = None) -> Any:
        container = super(SyncFolder, self)._get_element_container(message=message, name=name)
        self.sync_state = message.findtext(f"{MESSAGES}SyncState")
        self.includes_last_item_in_range = message.findtext(f"{MESSAGES}IncludesLastItemInRange") == "true"
        return container


class _Together(Strict):
    """An operation that must reach the server which has the other subscriptions of one stream."""

    def __init__(self, account: Any, anchor: str, cookie: str) -> None:
        self._lead = {"X-AnchorMailbox": anchor, "X-PreferServerAffinity": "true"}
        if cookie:
            self._lead["Cookie"] = f"{AFFINITY}={cookie}"
        super().__init__(account=account)

    def _extra_headers(self) -> dict[str, str]:
        return self._lead


class Subscribing(_Together, SubscribeToStreaming):
    """A subscription for a stream."""


class Streamed(_Together, GetStreamingEvents):
    """A stream: only its envelopes are exchangelib's, the stream itself is read by our loop."""

    def question(self, subscriptions: Sequence[str], minutes: int) -> tuple[bytes, dict[str, str]]:
        """The envelope that asks for it, and where it must go."""
        content = self.get_payload(subscription_ids=subscriptions, connection_timeout=minutes)
        return self.wrap(content=content, api_version=self.account.version.api_version), self._extra_headers()

    def messages(self, document: bytes) -> list[Any]:
        """What one envelope of the stream holds.

        Raises:
            EWSError: it is a fault.
            MalformedAnswer: it is none.
        """
        _, body = header_and_body(document)
        return list(super(GetStreamingEvents, self)._get_soap_messages(body=body))

    def error_in(self, message: Any) -> Exception:
        """What a message that is no success stands for."""
        code = message.findtext(f"{MESSAGES}ResponseCode") or ""
        found: Exception = self._get_exception(code=code, text="", msg_xml=message.find(f"{MESSAGES}MessageXml"))
        return found


class _ByRoom(Strict):
    """An operation of no mailbox, asked for in the name of one where the account may act as it."""

    def __init__(self, protocol: Any, identity: Any = None) -> None:
        self._identity = identity
        super().__init__(protocol)

    @property
    def _account_to_impersonate(self) -> Any:
        return self._identity


class Availability(_ByRoom, GetUserAvailability):
    """Busy times, as elements or errors, in the order of the mailboxes."""

    ERRORS_TO_CATCH_IN_RESPONSE = (errors.ResponseMessageError,)

    def _elem_to_obj(self, elem: Any) -> Any:
        return elem


class RoomLists(_ByRoom, GetRoomLists):
    """Lists of rooms."""


class ListedRooms(_ByRoom, GetRooms):
    """The rooms of one list."""


class Names(_ByRoom, ResolveNames):
    """People by the beginning of a name; exchangelib would warn on standard error where there are more."""

    def _get_element_container(self, message: Any, name: str | None = None) -> Any:
        return super(ResolveNames, self)._get_element_container(message=message, name=name)


class CalendarFolder(DistinguishedFolderId):
    """The calendar of a mailbox, named and not looked up; exchangelib wants to know whose it is when it writes."""

    ELEMENT_NAME = "DistinguishedFolderId"
    __slots__ = ("account",)


def calendar_of(account: Any) -> CalendarFolder:
    """The calendar of an account's mailbox."""
    folder = CalendarFolder(id="calendar", mailbox=Mailbox(email_address=account.primary_smtp_address))
    folder.account = account
    return folder
