"""`GetUserAvailability`: who is busy when, as a string of digits and a list of times on a wall."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from device.emulator.event import Event, EventKind
from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.item_writer import WEIGHTS
from device.emulator.ews.xml import M, T, node, said, yes_no
from device.emulator.ews.zones import Serialized
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Window

LONGEST = timedelta(days=62)
MAILBOXES = 100
_DIGITS = {"Free": "0", "Tentative": "1", "Busy": "2", "OOF": "3", "WorkingElsewhere": "4"}


def get_user_availability(exchange: Exchange, call: Call) -> Element:
    """GetUserAvailability: each mailbox for itself."""
    mailboxes = call.body.findall(f"{M}MailboxDataArray/{T}MailboxData")
    element = call.body.find(f"{T}TimeZone")
    zone: tzinfo = UTC if element is None else Serialized(element)
    if len(mailboxes) > MAILBOXES:
        raise EwsError("ErrorRequestStreamTooBig", "There are too many mailboxes in one request.", fault=True)
    window = _window(call, zone)
    view = said(call.body, f"{T}FreeBusyViewOptions/{T}RequestedView") or "DetailedMerged"
    responses = [_response(exchange, call, each, window, zone, view) for each in mailboxes]
    return node("m:GetUserAvailabilityResponse", node("m:FreeBusyResponseArray", *responses))


def _window(call: Call, zone: tzinfo) -> Window:
    place = f"{T}FreeBusyViewOptions/{T}TimeWindow"
    try:
        moments = [datetime.fromisoformat(said(call.body, f"{place}/{T}{name}Time")) for name in ("Start", "End")]
    except ValueError as error:
        raise schema_violation("The time window has no start or no end.") from error
    start, end = ((m if m.tzinfo else m.replace(tzinfo=zone)).astimezone(UTC) for m in moments)
    if end <= start or end - start > LONGEST:
        text = "The requested time window is not valid or longer than 62 days."
        raise EwsError("ErrorTimeIntervalTooBig", text, fault=True)
    return Window(start=start, end=end)


def _response(exchange: Exchange, call: Call, asked: Element, window: Window, zone: tzinfo, view: str) -> Element:
    address = exchange.tenant.directory.address_of(said(asked, f"{T}Email/{T}Address")) or ""
    mailbox = exchange.tenant.mailboxes.get(address)
    share = exchange.right(call.caller, address)
    if mailbox is None or (share is Share.NONE and not call.caller.acts_as):
        error = EwsError(
            "ErrorMailRecipientNotFound", "Unable to resolve e-mail address to an Active Directory object."
        )
        empty = node("m:FreeBusyView", node("t:FreeBusyViewType", "None"))
        return node("m:FreeBusyResponse", node("m:ResponseMessage", *error.parts(), ResponseClass="Error"), empty)
    events = [event for event in mailbox.view(window) if not event.cancelled and event.response != "declined"]
    detailed = view.startswith("Detailed") and share >= Share.LIMITED_DETAILS
    told = [_event(mailbox, event, zone, detailed=detailed) for event in events]
    minutes = said(call.body, f"{T}FreeBusyViewOptions/{T}MergedFreeBusyIntervalInMinutes")
    merged = "".join(_digits(mailbox, events, window, int(minutes) if minutes.isdecimal() else 30))
    return node(
        "m:FreeBusyResponse",
        node("m:ResponseMessage", node("m:ResponseCode", "NoError"), ResponseClass="Success"),
        node(
            "m:FreeBusyView",
            node("t:FreeBusyViewType", view if detailed else view.replace("Detailed", "FreeBusy")),
            node("t:MergedFreeBusy", merged) if "Merged" in view else None,
            node("t:CalendarEventArray", *told) if view != "MergedOnly" and told else None,
            None if address in exchange.unhoused else _working_hours(mailbox, window),
        ),
    )


def _event(mailbox: Mailbox, event: Event, zone: tzinfo, *, detailed: bool) -> Element:
    bounds = event_bounds(event, mailbox.zone)
    return node(
        "t:CalendarEvent",
        node("t:StartTime", _wall(bounds.start, zone)),
        node("t:EndTime", _wall(bounds.end, zone)),
        node("t:BusyType", WEIGHTS.get(event.show_as, "NoData")),
        _details(event) if detailed else None,
    )


def _details(event: Event) -> Element:
    private = event.sensitivity != "normal"
    return node(
        "t:CalendarEventDetails",
        node("t:Subject", "" if private else event.subject),
        node("t:Location", "" if private else event.location),
        node("t:IsMeeting", yes_no(bool(event.attendees))),
        node("t:IsRecurring", yes_no(event.kind is not EventKind.SINGLE)),
        node("t:IsException", yes_no(event.kind is EventKind.EXCEPTION)),
        node("t:IsReminderSet", "false"),
        node("t:IsPrivate", yes_no(private)),
    )


def _wall(moment: datetime, zone: tzinfo) -> str:
    """Without an offset: it is meant in the request's zone."""
    local = moment.replace(tzinfo=None) + (zone.utcoffset(moment.replace(tzinfo=None)) or timedelta())
    return local.isoformat(timespec="seconds")


def _digits(mailbox: Mailbox, events: list[Event], window: Window, minutes: int) -> Iterator[str]:
    step, start = timedelta(minutes=min(max(minutes, 5), 1440)), window.start
    while start < window.end:
        end = min(start + step, window.end)
        slot = [event for event in events if event_bounds(event, mailbox.zone).overlaps(start, end)]
        words = (WEIGHTS.get(event.show_as, "Busy") for event in slot)
        yield max((_DIGITS[word] for word in words), key="04123".index, default="0")
        start = end


def _working_hours(mailbox: Mailbox, window: Window) -> Element:
    """Nine to five in the mailbox's own zone, said by its offset: what is behind it is not asked for."""
    offset = window.start.astimezone(ZoneInfo(mailbox.zone)).utcoffset() or timedelta()
    never = (("Bias", "0"), ("Time", "00:00:00"), ("DayOrder", "1"), ("Month", "1"), ("DayOfWeek", "Sunday"))
    zone = node(
        "t:TimeZone",
        node("t:Bias", str(-round(offset.total_seconds() / 60))),
        *(
            node(f"t:{kind}Time", *(node(f"t:{name}", text) for name, text in never))
            for kind in ("Standard", "Daylight")
        ),
    )
    period = node(
        "t:WorkingPeriod",
        node("t:DayOfWeek", "Monday Tuesday Wednesday Thursday Friday"),
        node("t:StartTimeInMinutes", "480"),
        node("t:EndTimeInMinutes", "1020"),
    )
    return node("t:WorkingHours", zone, node("t:WorkingPeriodArray", period))
