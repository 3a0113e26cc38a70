"""Exchange's own faults in its own words, and answers that are no answers, which look like SOAP up to a point."""

from aiohttp import web

from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, access_denied, busy, no_mailbox
from device.emulator.faults import Fault, Rule
from device.emulator.graph.broken import CHUNK, HUGE, respond_broken

_STATUS = {Fault.UNAVAILABLE: 503, Fault.GATEWAY_TIMEOUT: 504}
_PAGE = b"<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body><h2>%d</h2></body></html>"


def exchange_fault(rule: Rule) -> EwsError | None:
    """The error that a fault makes Exchange answer with; None for faults that are told otherwise."""
    if rule.fault is Fault.THROTTLED:
        return busy(round(float(rule.retry_after) * 1000) if rule.retry_after else None)
    if rule.fault is Fault.SERVER_ERROR:
        text = "An internal server error occurred. The operation failed."
        return EwsError("ErrorInternalServerError", text, fault=True)
    if rule.fault is Fault.NOT_FOUND:
        return no_mailbox()
    return access_denied() if rule.fault is Fault.FORBIDDEN else None


def status_fault(rule: Rule) -> web.Response | None:
    """The page that the web server before Exchange answers with, if it is that which fails."""
    status = _STATUS.get(rule.fault)
    if status is None:
        return None
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    return web.Response(status=status, body=_PAGE % status, content_type="text/html", headers=headers)


def as_answer(call: Call, error: EwsError) -> EwsError:
    """The error as this operation tells it: those that have no messages tell it by a fault."""
    plain = call.operation in ("GetRoomLists", "GetRooms", "GetUserAvailability", "GetServerTimeZones")
    return EwsError(error.code, error.text, fault=True) if plain else error


async def respond_brokenly(request: web.BaseRequest, rule: Rule, right: web.Response) -> web.StreamResponse:
    """Do to a request what the fault says."""
    if rule.fault is Fault.GARBAGE:
        return web.Response(body=b"<?xml version='1.0'?><s:Envelope xmlns:s='", content_type="text/xml")
    if rule.fault is not Fault.HUGE:
        return await respond_broken(request, rule, right)
    response = web.StreamResponse(headers={"Content-Type": "text/xml; charset=utf-8"})
    await response.prepare(request)
    for _ in range(HUGE // len(CHUNK)):
        await response.write(b" " * len(CHUNK))
    await response.write_eof()
    return response
