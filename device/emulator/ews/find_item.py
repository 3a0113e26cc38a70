"""`FindItem`: a window of the calendar with series expanded (`CalendarView`), or the items as they are stored."""

from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from device.emulator.event import Event
from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.folders import calendar_of
from device.emulator.ews.item_fields import Shape
from device.emulator.ews.item_writer import ItemWriter
from device.emulator.ews.xml import M, node, yes_no
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Window

LONGEST = timedelta(days=2 * 366)


def find_item(exchange: Exchange, call: Call) -> Element:
    """FindItem in one or several calendars."""
    shape = Shape(call.body.find(f"{M}ItemShape"), found=True)
    places = call.body.find(f"{M}ParentFolderIds")

    def result(place: Element) -> list[Element] | EwsError:
        try:
            mailbox = calendar_of(exchange, call, place, Share.LIMITED_DETAILS)
            events, more = _page(exchange, call, mailbox)
        except EwsError as error:
            if error.fault:
                raise
            return error
        share = exchange.right(call.caller, mailbox.address)
        writer = ItemWriter(mailbox, share, call.zone, shape, found=True)
        items = node("t:Items", *map(writer.write, events))
        count = str(len(events))
        return [node("m:RootFolder", items, TotalItemsInView=count, IncludesLastItemInRange=yes_no(not more))]

    return call.answer(result(place) for place in (places if places is not None else ()))


def _page(exchange: Exchange, call: Call, mailbox: Mailbox) -> tuple[list[Event], bool]:
    """The events, and whether there are more than may be told."""
    view = call.body.find(f"{M}CalendarView")
    if view is None:
        page = call.body.find(f"{M}IndexedPageItemView")
        start, size = (_number(page, name, default) for name, default in (("Offset", 0), ("MaxEntriesReturned", 1000)))
        stored = list(mailbox.stored())
        return stored[start : start + size], start + size < len(stored)
    if call.body.find(f"{M}Restriction") is not None or call.body.find(f"{M}SortOrder") is not None:
        raise EwsError("ErrorInvalidRestriction", "A calendar view takes no restriction and no order.")
    wanted = _window(view, call)
    found = [event for event in mailbox.view(wider(wanted)) if _touches(event, mailbox, wanted)]
    limit = min(_number(view, "MaxEntriesReturned", exchange.limits.found), exchange.limits.found)
    return found[:limit], len(found) > limit


def wider(window: Window) -> Window:
    """The window and the instant before it: Exchange gives what ends just where the window begins."""
    return Window(start=window.start - timedelta(seconds=1), end=window.end)


def _touches(event: Event, mailbox: Mailbox, wanted: Window) -> bool:
    bounds = event_bounds(event, mailbox.zone)
    return bounds.start < wanted.end and bounds.end >= wanted.start


def _window(view: Element, call: Call) -> Window:
    try:
        moments = [datetime.fromisoformat(view.get(name, "")) for name in ("StartDate", "EndDate")]
    except ValueError as error:
        raise schema_violation("The view has no start or no end.") from error
    start, end = ((m if m.tzinfo else m.replace(tzinfo=call.zone)).astimezone(UTC) for m in moments)
    if end < start:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate")
    if end - start > LONGEST:
        text = "The specified view range exceeds the maximum range of two years."
        raise EwsError("ErrorCalendarViewRangeTooBig", text)
    return Window(start=start, end=end)


def _number(element: Element | None, name: str, otherwise: int) -> int:
    text = element.get(name, "") if element is not None else ""
    return max(0, int(text)) if text.isdecimal() else otherwise
