"""What every call to a Google API passes: the token, the faults that are switched on, the quota, and its function."""

import asyncio

from device.emulator.faults import Fault, Rule
from device.emulator.google.call import Answer, Call, GoogleError
from device.emulator.google.fields import selected
from device.emulator.google.grants import Grant
from device.emulator.google.routes import dispatch
from device.emulator.google.workspace import Workspace

_ERRORS: dict[Fault, tuple[int, str, str, str]] = {
    Fault.THROTTLED: (403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
    Fault.UNAVAILABLE: (503, "backendError", "Backend Error", "global"),
    Fault.GATEWAY_TIMEOUT: (504, "backendError", "Backend Error", "global"),
    Fault.SERVER_ERROR: (500, "backendError", "Backend Error", "global"),
    Fault.FORBIDDEN: (403, "forbidden", "Forbidden", "global"),
    Fault.NOT_FOUND: (404, "notFound", "Not Found", "global"),
}


async def answer_call(workspace: Workspace, call: Call) -> Answer:
    """The answer to one authorised call, errors in Google's shape."""
    try:
        if workspace.tenant.faults.latency:
            await asyncio.sleep(workspace.tenant.faults.latency)
        return await _within_quota(workspace, call)
    except GoogleError as error:
        return error.answer()


async def answer_part(workspace: Workspace, call: Call) -> Answer:
    """The answer to one call of a batch; it meets faults of its own."""
    try:
        rule = workspace.tenant.faults.take(call.method, call.path)
        error = google_fault(rule) if rule else None
        if error is not None:
            raise error
        return await _within_quota(workspace, call)
    except GoogleError as error:
        return error.answer()


def authorised(workspace: Workspace, authorization: str) -> Grant:
    """What the token in the header is for.

    Raises:
        GoogleError: there is none that is good.
    """
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        message = "Request is missing required authentication credential."
        raise GoogleError(401, "required", message, location=("header", "Authorization"))
    grant = workspace.grants.of_access(token.strip())
    if grant is None:
        raise unauthorised()
    return grant


def google_fault(rule: Rule) -> GoogleError | None:
    """The error that a fault makes Google answer with; None for faults that are none of Google's."""
    if rule.fault is Fault.UNAUTHORISED:
        return unauthorised()
    if rule.fault not in _ERRORS:
        return None
    status, reason, message, domain = _ERRORS[rule.fault]
    headers = {"Retry-After": rule.retry_after} if rule.retry_after else {}
    return GoogleError(status, reason, message, domain=domain, headers=headers)


def unauthorised() -> GoogleError:
    """The token is worth nothing."""
    headers = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}
    place = ("header", "Authorization")
    return GoogleError(401, "authError", "Invalid Credentials", location=place, headers=headers)


async def _within_quota(workspace: Workspace, call: Call) -> Answer:
    workspace.count(call.text("quotaUser") or call.grant.account)
    answer = await dispatch(workspace, call)
    if answer.body is None:
        return answer
    return Answer(status=answer.status, body=selected(answer.body, call.text("fields")), headers=answer.headers)
