"""`GetStreamingEvents`: one answer that goes on, document after document, until its time is over."""

import asyncio
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from aiohttp import web

from device.emulator.ews.call import Call, response_message, streamed
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Exchange
from device.emulator.ews.ids import folder_id, item_id
from device.emulator.ews.subscriptions import EVENTS, Entry, Subscriptions
from device.emulator.ews.xml import M, T, node, said, spelt, stamp

LENGTHS = range(1, 31)
GLANCE = 0.5
"""Seconds after which a stream looks whether anybody is still there."""
_MESSAGE = "m:GetStreamingEventsResponseMessage"


async def get_streaming_events(
    exchange: Exchange, book: Subscriptions, call: Call, request: web.BaseRequest, headers: dict[str, str]
) -> web.StreamResponse:
    """Tell what happens until the time is over, a subscription is gone, or nobody listens."""
    wanted = [said(each) for each in call.body.iterfind(f"{M}SubscriptionIds/{T}SubscriptionId")]
    minutes = said(call.body, f"{M}ConnectionTimeout")
    if not minutes.isdecimal() or int(minutes) not in LENGTHS:
        raise schema_violation("ConnectionTimeout must lie between 1 and 30.")
    try:
        entries = book.of(wanted, call.backend)
        with book.held(call.caller.account, entries):
            return await _tell(exchange, book, entries, request, headers, int(minutes) * exchange.limits.minute)
    except EwsError as error:
        if error.fault:
            raise
        return web.Response(body=_failure(error, wanted), headers=headers)


async def _tell(
    exchange: Exchange,
    book: Subscriptions,
    entries: Sequence[Entry],
    request: web.BaseRequest,
    headers: dict[str, str],
    length: float,
) -> web.StreamResponse:
    loop = asyncio.get_running_loop()
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    ends = loop.time() + length
    spoke = loop.time()
    try:
        await response.write(_document(node("m:ConnectionStatus", "OK")))
        while loop.time() < ends and all(map(book.knows, entries)) and _is_there(request):
            news, waiting = book.news, [entry for entry in entries if entry.waiting]
            if waiting:
                await response.write(_document(node("m:Notifications", *map(_notification, waiting))))
                spoke = loop.time()
            elif loop.time() - spoke >= exchange.limits.heartbeat:
                await response.write(_document(node("m:ConnectionStatus", "OK")))
                spoke = loop.time()
            else:
                await _wait(news, min(GLANCE, exchange.limits.heartbeat, ends - loop.time()))
        gone = [entry.id for entry in entries if not book.knows(entry)]
        lost = EwsError("ErrorSubscriptionNotFound", "The specified subscription was not found.")
        await response.write(_failure(lost, gone) if gone else _document(node("m:ConnectionStatus", "Closed")))
        await response.write_eof()
    except ConnectionError:
        pass  # whoever listened has gone
    return response


def _is_there(request: web.BaseRequest) -> bool:
    return request.transport is not None and not request.transport.is_closing()


async def _wait(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await news.wait()
    except TimeoutError:
        pass


def _notification(entry: Entry) -> Element:
    """What has waited of one subscription. A change shows as the item's and as the folder's, as with Exchange."""
    told, entry.waiting = entry.waiting, []
    parent = node("t:ParentFolderId", Id=folder_id("calendar", entry.mailbox.address), ChangeKey="AQAAAA==")
    events: list[Element] = []
    for at, change in told:
        when = node("t:TimeStamp", stamp(at))
        item = node("t:ItemId", Id=item_id(change.id.partition("#")[0]), ChangeKey="CQAAAA==")
        events.append(node(f"t:{EVENTS[change.type]}", when, item, parent))
    if "ModifiedEvent" in entry.types:
        folder = node("t:FolderId", Id=folder_id("calendar", entry.mailbox.address), ChangeKey="AQAAAA==")
        events.append(node("t:ModifiedEvent", node("t:TimeStamp", stamp(told[-1][0])), folder, parent))
    return node("m:Notification", node("t:SubscriptionId", entry.id), *events)


def _document(*content: Element) -> bytes:
    return _enveloped(response_message(_MESSAGE, list(content)))


def _failure(error: EwsError, ids: Iterable[str]) -> bytes:
    message = response_message(_MESSAGE, error)
    message.append(node("m:ErrorSubscriptionIds", *(node("m:SubscriptionId", each) for each in ids)))
    message.append(node("m:ConnectionStatus", "Closed"))
    return _enveloped(message)


def _enveloped(message: Element) -> bytes:
    inside = node("m:ResponseMessages", message)
    return spelt(streamed(node("m:GetStreamingEventsResponse", inside)))
