"""What every call to Graph passes: the token, the faults that are switched on, the limits, and at last its function."""

import asyncio
import re
from contextlib import nullcontext

from device.emulator.directory import App
from device.emulator.faults import Fault, Rule
from device.emulator.graph import batch
from device.emulator.graph.call import Answer, Call, GraphError
from device.emulator.graph.routes import dispatch
from device.emulator.tenant import Tenant

_USER = re.compile(r"/users/([^/]+)", re.IGNORECASE)
_BATCH = "/$batch"

_ERRORS: dict[Fault, tuple[int, str, str]] = {
    Fault.THROTTLED: (429, "TooManyRequests", "Please retry again later."),
    Fault.UNAVAILABLE: (503, "ServiceUnavailable", "The service is temporarily unavailable."),
    Fault.GATEWAY_TIMEOUT: (504, "GatewayTimeout", "The upstream server did not respond in time."),
    Fault.SERVER_ERROR: (500, "InternalServerError", "An internal server error occurred."),
    Fault.FORBIDDEN: (403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    Fault.NOT_FOUND: (
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
}


async def answer_call(tenant: Tenant, call: Call) -> Answer:
    """The answer to one authorised call, errors in Graph's shape."""
    try:
        if tenant.faults.latency:
            await asyncio.sleep(tenant.faults.latency)
        if call.path.lower() == _BATCH and call.method == "POST":
            return await batch.run(call, lambda inner: _answer_step(tenant, inner), tenant.clock)
        return await _within_limits(tenant, call)
    except GraphError as error:
        return error.answer(tenant.clock.now, call.headers.get("client-request-id", ""))


def authorised(tenant: Tenant, authorization: str) -> App:
    """The app whose token the header carries.

    Raises:
        GraphError: there is none that is good.
    """
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise unauthorised("Access token is empty.")
    client_id = tenant.tokens.client_of(token.strip())
    app = tenant.apps.get(client_id or "")
    if app is not None:
        return app
    if tenant.tokens.knows(token.strip()):
        raise unauthorised("Lifetime validation failed, the token is expired.")
    raise unauthorised("CompactToken parsing failed with error code: 80049217")


def graph_fault(rule: Rule) -> GraphError | None:
    """The error that a fault makes Graph answer with; None for faults that are none of Graph's."""
    if rule.fault is Fault.UNAUTHORISED:
        return unauthorised("Lifetime validation failed, the token is expired.")
    if rule.fault not in _ERRORS:
        return None
    status, code, message = _ERRORS[rule.fault]
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    return GraphError(status, code, message, inner=str(status) if status == 429 else "", headers=headers)


def unauthorised(message: str) -> GraphError:
    """The token is missing or worth nothing."""
    headers = {"WWW-Authenticate": 'Bearer realm="", authorization_uri="", client_id=""'}
    return GraphError(401, "InvalidAuthenticationToken", message, headers=headers)


async def _answer_step(tenant: Tenant, call: Call) -> Answer:
    """The answer to one call of a batch; it meets faults of its own."""
    try:
        rule = tenant.faults.take(call.method, call.path)
        error = graph_fault(rule) if rule else None
        if error is not None:
            raise error
        return await _within_limits(tenant, call)
    except GraphError as error:
        return error.answer(tenant.clock.now)


async def _within_limits(tenant: Tenant, call: Call) -> Answer:
    match = _USER.match(call.path)
    user = (tenant.directory.address_of(match[1]) or match[1]) if match else ""
    limited = tenant.limits.request(call.app.client_id, user, tenant.clock.now) if user else nullcontext()
    with limited:
        return await dispatch(tenant, call)
