"""The edge between HTTP and the office's Exchange: who asks, what is wrong just now, and the answer as it goes out."""

import asyncio
import email.utils
import uuid
from xml.etree.ElementTree import Element

from aiohttp import web

from device.emulator.ews.broken import as_answer, exchange_fault, respond_brokenly, status_fault
from device.emulator.ews.call import Call, check_version, envelope, operation_of, parse, sid_of, zone_in
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Caller, Exchange
from device.emulator.ews.login import Login, SignedIn
from device.emulator.ews.operations import STREAM, perform
from device.emulator.ews.streaming import get_streaming_events
from device.emulator.ews.subscriptions import Subscriptions
from device.emulator.ews.xml import T, said, spelt
from device.emulator.faults import Fault, Rule

PATH = "/EWS/Exchange.asmx"
AFFINITY = "X-BackEndOverrideCookie"
LARGEST_REQUEST = 4 << 20
_WHOLE = (Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.SLOW)


class EwsEdge:
    """Answers every request to Exchange's web services."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.login = Login(exchange)
        self.subscriptions = Subscriptions(exchange)
        self.operations: list[str] = []
        """What was asked for, in order: for tests."""

    def speaks(self, path: str) -> bool:
        """Whether it is Exchange's."""
        return path.lower().startswith("/ews/")

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request: signed in first, then the faults, then what it asks for."""
        signed = self.login.sign_in(request)
        if isinstance(signed, web.Response):
            await request.read()
            return self._dated(signed)
        if request.path.lower() != PATH.lower() or request.method != "POST":
            return self._dated(web.Response(status=404 if request.method == "POST" else 405))
        try:
            header, body = parse(await _body(request))
        except EwsError as error:
            return self._fault(error)
        rule = self._exchange.tenant.faults.take(request.method, _place(request, header, body))
        if rule is not None:
            return await self._wrong(request, rule, signed, header, body)
        return await self._right(request, signed, header, body)

    async def _wrong(
        self, request: web.BaseRequest, rule: Rule, signed: SignedIn, header: Element, body: Element
    ) -> web.StreamResponse:
        if rule.fault in (Fault.UNAUTHORISED, Fault.WRONG_SECRET):
            return self._dated(self.login.refused())
        page, error = status_fault(rule), exchange_fault(rule)
        if page is not None:
            return self._dated(page)
        if error is not None:
            if error.fault:
                return self._fault(error)
            call = Call(operation=operation_of(body), body=body, caller=Caller(account=signed.account))
            told = as_answer(call, error)
            return self._fault(told) if told.fault else self._answer(call.answer((told,)))
        right = await self._right(request, signed, header, body) if rule.fault in _WHOLE else web.Response()
        return await respond_brokenly(request, rule, right) if isinstance(right, web.Response) else right

    async def _right(
        self, request: web.BaseRequest, signed: SignedIn, header: Element, body: Element
    ) -> web.StreamResponse:
        if self._exchange.tenant.faults.latency:
            await asyncio.sleep(self._exchange.tenant.faults.latency)
        try:
            call = self._call(request, signed, header, body)
            self.operations.append(call.operation)
            if call.operation == STREAM:
                headers = self._headers()
                return await get_streaming_events(self._exchange, self.subscriptions, call, request, headers)
            response = self._answer(perform(self._exchange, self.subscriptions, call))
            if request.headers.get("X-PreferServerAffinity", "").lower() == "true":
                response.set_cookie(AFFINITY, f"{call.backend}*1942", path="/", secure=True, httponly=True)
            return response  # noqa: TRY300 - it is what was tried
        except EwsError as error:
            return self._fault(error)

    def _call(self, request: web.BaseRequest, signed: SignedIn, header: Element, body: Element) -> Call:
        check_version(header)
        wanted = sid_of(header)
        acts_as = self._exchange.impersonated(wanted, signed.scope) if wanted else ""
        caller = Caller(account=signed.account, acts_as=acts_as)
        cookie = request.cookies.get(AFFINITY) or request.headers.get(AFFINITY) or ""
        anchor = request.headers.get("X-AnchorMailbox") or acts_as
        backend = cookie.partition("*")[0] or self._exchange.backend_of(anchor.lower())
        return Call(operation=operation_of(body), body=body, caller=caller, zone=zone_in(header), backend=backend)

    def _answer(self, content: Element, status: int = 200) -> web.Response:
        return web.Response(status=status, body=spelt(envelope(content)), headers=self._headers())

    def _fault(self, error: EwsError) -> web.Response:
        return self._answer(error.as_fault(), status=500)

    def _headers(self) -> dict[str, str]:
        """With the office's time, which is not the machine's."""
        return {
            "Content-Type": "text/xml; charset=utf-8",
            "Date": email.utils.format_datetime(self._exchange.tenant.clock.now, usegmt=True),
            "request-id": str(uuid.uuid4()),
            "X-FEServer": "MAIL1",
            "Cache-Control": "private",
        }

    def _dated(self, response: web.Response) -> web.Response:
        response.headers["Date"] = self._headers()["Date"]
        return response


async def _body(request: web.BaseRequest) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > LARGEST_REQUEST:
            raise schema_violation("The request is too large.")
    return bytes(data)


def _place(request: web.BaseRequest, header: Element, body: Element) -> str:
    """What a fault's `path` is looked for in: the operation, and the mailbox that it is about."""
    address = sid_of(header) or said(body, f".//{T}Mailbox/{T}EmailAddress")
    return f"{request.path}/{operation_of(body)}/{address.lower()}"
