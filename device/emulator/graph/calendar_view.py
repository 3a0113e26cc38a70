"""`calendarView`: everything in a window, series expanded. What a door lives on."""

from datetime import timedelta

from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.event_json import EventWriter
from device.emulator.graph.odata import page, shape
from device.emulator.graph.zones import parse_instant
from device.emulator.mailbox import Mailbox
from device.model.window import Window

LONGEST = timedelta(days=1825)


async def list_view(mailbox: Mailbox, call: Call) -> Answer:
    """GET /users/{id}/calendarView."""
    window = asked_window(call)
    if call.query.get("$filter"):
        raise bad_request("The query filter is not supported on a calendar view.", "ErrorInvalidUrlQueryFilter")
    writer = EventWriter(mailbox, call)
    items = shape(mailbox.view(window), writer, call)
    return Answer(body=page(items, call), headers=preference_applied(call))


def asked_window(call: Call) -> Window:
    """The window of `startDateTime` and `endDateTime`, in UTC where they carry no offset.

    Raises:
        GraphError: one is missing or wrong, or the window is too long.
    """
    bounds = [call.query.get(name, "") for name in ("startDateTime", "endDateTime")]
    if not all(bounds):
        message = "This request requires a time window specified by the query string parameters"
        raise GraphError(400, "ErrorInvalidParameter", f"{message} StartDateTime and EndDateTime.")
    try:
        start, end = (parse_instant(text) for text in bounds)
    except ValueError as error:
        raise GraphError(400, "ErrorInvalidParameter", "The value of a date and time parameter is invalid.") from error
    if end < start:
        raise GraphError(400, "ErrorInvalidParameter", "The end of the time window is before its start.")
    if end - start > LONGEST:
        message = f"The requested range exceeds the maximum range of '{LONGEST.days}' days."
        raise GraphError(400, "ErrorCalendarViewRangeTooBig", message)
    return Window(start=start, end=end)


def preference_applied(call: Call) -> dict[str, str]:
    """The header that says which preferences were followed."""
    followed = [
        f'{name}="{value}"'
        for name in ("outlook.timezone", "outlook.body-content-type", "IdType", "odata.maxpagesize")
        if (value := call.prefers(name))
    ]
    return {"Preference-Applied": ", ".join(followed)} if followed else {}
