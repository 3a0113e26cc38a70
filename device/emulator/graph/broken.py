"""Answers that are no answers: what captive portals, proxies, bad lines and dying servers make of a request."""

import asyncio

from aiohttp import web

from device.emulator.faults import Fault, Rule
from device.emulator.listener import cut

PORTAL = b"""<!DOCTYPE html>
<html><head><title>Guest network</title></head>
<body><h1>Welcome to the guest network</h1>
<form action="/login"><button>I accept the terms</button></form></body></html>
"""
HUGE = 16 << 20
CHUNK = b'{"value":[' + b" " * ((1 << 16) - 10)
PAUSE = 1.0
"""Seconds of the machine's time between two bytes of a slow answer."""


async def respond_broken(request: web.BaseRequest, rule: Rule, right: web.Response) -> web.StreamResponse:
    """Do to a request what the fault says; `right` is what would have been answered."""
    if rule.fault is Fault.HTML:
        return web.Response(body=PORTAL, content_type="text/html", charset="utf-8")
    if rule.fault is Fault.REDIRECT:
        return web.Response(status=302, headers={"Location": f"{request.scheme}://{request.host}/portal"})
    if rule.fault is Fault.GARBAGE:
        return web.Response(body=b'{"value": [{"id": ', content_type="application/json")
    if rule.fault is Fault.HUGE:
        return await _huge(request)
    body = right.body if isinstance(right.body, bytes) else b""
    if rule.fault is Fault.TRUNCATED:
        return await _partial(request, right, body[: len(body) // 2])
    if rule.fault is Fault.SLOW:
        return await _slow(request, right, body)
    if request.transport is not None:
        cut(request.transport)
    return web.Response(status=500)


async def _huge(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    sent = 0
    while sent < HUGE:
        await response.write(CHUNK if not sent else b" " * len(CHUNK))
        sent += len(CHUNK)
    await response.write(b"]}")
    await response.write_eof()
    return response


async def _partial(request: web.BaseRequest, right: web.Response, part: bytes) -> web.StreamResponse:
    response = await _begun(request, right)
    await response.write(part)
    if request.transport is not None:
        # Closed, not reset, so that what was sent arrives before the end that comes too soon.
        request.transport.close()
    return response


async def _slow(request: web.BaseRequest, right: web.Response, body: bytes) -> web.StreamResponse:
    response = await _begun(request, right)
    for at in range(len(body)):
        await response.write(body[at : at + 1])
        await asyncio.sleep(PAUSE)
    await response.write_eof()
    return response


async def _begun(request: web.BaseRequest, right: web.Response) -> web.StreamResponse:
    """The head of the right answer, with the length of all of it."""
    response = web.StreamResponse(status=right.status, headers=right.headers)
    response.content_length = len(right.body) if isinstance(right.body, bytes) else 0
    await response.prepare(request)
    return response
