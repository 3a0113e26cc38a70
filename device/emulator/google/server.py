"""The edge between HTTP and Google's side of the office: makes a call of a request, and a response of an answer."""

import email.utils
from typing import Any
from urllib.parse import parse_qs

import msgspec
from aiohttp import web

from device.emulator.faults import Fault
from device.emulator.google import batch
from device.emulator.google.call import Answer, Call, GoogleError
from device.emulator.google.gate import answer_call, answer_part, authorised, google_fault
from device.emulator.google.oauth import answer_oauth, is_oauth, wrong_secret
from device.emulator.google.routes import ADMIN, CALENDAR, PEOPLE
from device.emulator.google.workspace import Workspace
from device.emulator.graph.broken import respond_broken

LARGEST_REQUEST = 4 << 20
BATCH = "/batch"
_OURS = (f"{CALENDAR}/", f"{ADMIN}/", PEOPLE, BATCH)
_BODIES = frozenset(("POST", "PATCH", "PUT"))


class GoogleEdge:
    """Answers every request to Google's APIs and its OAuth."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def speaks(self, path: str) -> bool:
        """Whether it is Google's."""
        return path.startswith(_OURS) or is_oauth(path)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, faults first."""
        rule = self._workspace.tenant.faults.take(request.method, request.path)
        if rule is None:
            return await self._answered(request)
        if rule.fault is Fault.WRONG_SECRET:
            return self._response(wrong_secret())
        if error := google_fault(rule):
            return self._response(error.answer())
        through = rule.fault in (Fault.LOST_ANSWER, Fault.TRUNCATED, Fault.SLOW)
        right = await self._answered(request) if through else self._response(Answer())
        return await respond_broken(request, rule, right)

    async def _answered(self, request: web.BaseRequest) -> web.Response:
        """The right answer to a request."""
        here = f"{request.scheme}://{request.host}"
        try:
            if is_oauth(request.path):
                form = await request.post() if request.method == "POST" else request.query
                fields = {name: value for name, value in form.items() if isinstance(value, str)}
                answer = answer_oauth(self._workspace, request.method, request.path, fields, here)
                return self._response(answer)
            if request.path.startswith(BATCH):
                return await self._batch(request, here)
            return self._response(await answer_call(self._workspace, await self._call(request, here)))
        except GoogleError as error:
            return self._response(error.answer())

    async def _call(self, request: web.BaseRequest, here: str) -> Call:
        """The call that a request makes, once its token is found to be good.

        Raises:
            GoogleError: it is not, or the request is none.
        """
        grant = authorised(self._workspace, request.headers.get("Authorization", ""))
        data = await _content(request) if request.method in _BODIES else b""
        method, body, query = request.method, None, dict(_pairs(request))
        if request.headers.get("X-HTTP-Method-Override", "").upper() == "GET":  # a query too long for an address
            method, query = "GET", {**query, **_form(data)}
        elif data:
            body = _json(data)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Call(method=method, path=request.path, base=here, grant=grant, query=query, headers=headers, body=body)

    async def _batch(self, request: web.BaseRequest, here: str) -> web.Response:
        outer = request.headers.get("Authorization", "")
        body, kind = await batch.run(
            await _content(request),
            request.headers.get("Content-Type", ""),
            here,
            lambda header: authorised(self._workspace, header),
            outer,
            lambda call: answer_part(self._workspace, call),
        )
        return web.Response(body=body, headers={"Content-Type": kind, **self._date()})

    def _response(self, answer: Answer) -> web.Response:
        """The answer on its way: with the office's time, which is not the machine's."""
        headers = {"Cache-Control": "private, max-age=0", "Vary": "Origin", **self._date(), **answer.headers}
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        headers["Content-Type"] = "application/json; charset=UTF-8"
        return web.Response(status=answer.status, headers=headers, body=msgspec.json.encode(answer.body))

    def _date(self) -> dict[str, str]:
        return {"Date": email.utils.format_datetime(self._workspace.tenant.clock.now, usegmt=True)}


def _pairs(request: web.BaseRequest) -> dict[str, tuple[str, ...]]:
    return {name: tuple(request.query.getall(name)) for name in request.query}


def _form(data: bytes) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in parse_qs(data.decode("utf-8", "replace")).items()}


async def _content(request: web.BaseRequest) -> bytes:
    """What a request brings.

    Raises:
        GoogleError: it is too much.
    """
    data = b""
    while more := await request.content.read(LARGEST_REQUEST):
        data += more
        if len(data) > LARGEST_REQUEST:
            raise GoogleError(413, "uploadTooLarge", "Request Too Large")
    return data


def _json(data: bytes) -> Any:
    """The JSON of a request.

    Raises:
        GoogleError: it is none.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GoogleError(400, "parseError", "Parse Error") from error
