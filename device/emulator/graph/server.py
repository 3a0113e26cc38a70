"""The edge between HTTP and the office: one handler that makes a call of a request, and a response of an answer."""

import email.utils
import uuid
from typing import Any

import msgspec
from aiohttp import web

from device.emulator.faults import Fault
from device.emulator.graph.broken import respond_broken
from device.emulator.graph.call import Answer, Call, GraphError
from device.emulator.graph.entra import answer_entra, is_entra, wrong_secret
from device.emulator.graph.gate import answer_call, authorised, graph_fault
from device.emulator.tenant import Tenant

LARGEST_REQUEST = 4 << 20
VERSION = "/v1.0"
_BODIES = frozenset(("POST", "PATCH"))


class GraphEdge:
    """Answers every request to Graph and Entra."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def speaks(self, path: str) -> bool:
        """Whether it is Graph's or Entra's."""
        return path.startswith(f"{VERSION}/") or is_entra(path)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, faults first."""
        tenant = self._tenant
        rule = tenant.faults.take(request.method, request.path)
        if rule is None:
            return self._response(request, await self._answer(request))
        if rule.fault is Fault.WRONG_SECRET:
            return self._response(request, wrong_secret(tenant))
        if error := graph_fault(rule):
            return self._response(request, error.answer(tenant.clock.now, request.headers.get("client-request-id", "")))
        answer = (
            await self._answer(request) if rule.fault in (Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.SLOW) else Answer()
        )
        return await respond_broken(request, rule, self._response(request, answer))

    async def _answer(self, request: web.BaseRequest) -> Answer:
        """The right answer to a request."""
        tenant = self._tenant
        here = f"{request.scheme}://{request.host}"
        if is_entra(request.path):
            form = await request.post() if request.method == "POST" else request.query
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            return answer_entra(tenant, request.method, request.path, fields, here)
        try:
            call = await self._call(request, f"{here}{VERSION}")
        except GraphError as error:
            return error.answer(tenant.clock.now, request.headers.get("client-request-id", ""))
        return await answer_call(tenant, call)

    async def _call(self, request: web.BaseRequest, base: str) -> Call:
        """The call that a request makes, once its token is found to be good.

        Raises:
            GraphError: it is not, or the request is none.
        """
        if not request.path.startswith(f"{VERSION}/"):
            raise GraphError(404, "BadRequest", "Invalid version.")
        return Call(
            method=request.method,
            path=request.path.removeprefix(VERSION).rstrip("/"),
            app=authorised(self._tenant, request.headers.get("Authorization", "")),
            base=base,
            query=dict(request.query),
            headers=_headers(request),
            body=await _body(request),
        )

    def _response(self, request: web.BaseRequest, answer: Answer) -> web.Response:
        """The answer on its way: with the office's time, which is not the machine's."""
        headers = {
            "Date": email.utils.format_datetime(self._tenant.clock.now, usegmt=True),
            "request-id": str(uuid.uuid4()),
            "client-request-id": request.headers.get("client-request-id", ""),
            "Cache-Control": "private",
            **answer.headers,
        }
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        content_type = "application/json"
        if not is_entra(request.path):
            content_type += ";odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
        headers["Content-Type"] = content_type
        return web.Response(status=answer.status, headers=headers, body=msgspec.json.encode(answer.body))


def _headers(request: web.BaseRequest) -> dict[str, str]:
    names = {name.lower() for name in request.headers}
    return {name: ", ".join(request.headers.getall(name)) for name in names}


async def _body(request: web.BaseRequest) -> Any:
    """The JSON of a request; None where there is none.

    Raises:
        GraphError: it is too large or no JSON.
    """
    if request.method not in _BODIES or not request.body_exists:
        return None
    data = await request.content.read(LARGEST_REQUEST + 1)
    while len(data) <= LARGEST_REQUEST and (more := await request.content.read(LARGEST_REQUEST)):
        data += more
    if len(data) > LARGEST_REQUEST:
        raise GraphError(413, "RequestEntityTooLarge", "The request is too large.")
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error
