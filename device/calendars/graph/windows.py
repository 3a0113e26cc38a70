"""The windows of many rooms, twenty to a call: for a hub that reads for others, and for who looks for a free room."""

from collections.abc import Mapping

from device.calendars.graph.batch import ask_each, success
from device.calendars.graph.mailbox import mailbox_path, pairs
from device.calendars.graph.service import Service
from device.calendars.graph.view import Pages, view_query
from device.calendars.interface import WindowRead
from device.model.errors import CalendarError
from device.model.room import Room
from device.model.window import Window

PAGE = 50
"""Meetings of one room in one call, in which nineteen others have theirs."""


async def read_windows(
    service: Service, rooms: Mapping[str, Room], window: Window
) -> dict[str, WindowRead | CalendarError]:
    """Everything that touches `window` in each of `rooms`, which are given by their mailboxes; or why not.

    Raises:
        AccessError: the access was not accepted.
    """
    pages = {address: Pages(window, room.zone) for address, room in rooms.items()}
    ended: dict[str, WindowRead | CalendarError] = {}
    wanted = {address: f"{mailbox_path(address)}/calendarView?{pairs(view_query(window, PAGE))}" for address in rooms}
    while wanted:
        answers = await ask_each(service, wanted)
        wanted = {}
        for address, answer in answers.items():
            try:
                link = pages[address].take(success(answer))
                if link:
                    wanted[address] = service.within(link)
                else:
                    ended[address] = pages[address].view.told(window)
            except CalendarError as error:
                ended[address] = error
    return ended
