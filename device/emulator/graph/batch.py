"""`$batch`: up to twenty calls in one, each with an answer and a status of its own, matched by id."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.model.clock import Clock

MOST = 20
AT_ONCE = 4
AnswerStep = Callable[[Call], Awaitable[Answer]]


async def run(call: Call, answer: AnswerStep, clock: Clock) -> Answer:
    """POST /$batch; `answer` is asked for each of the calls in it.

    Raises:
        GraphError: the batch as a whole makes no sense.
    """
    requests = call.fields().get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    if not all(isinstance(step, dict) and isinstance(step.get("id"), str) for step in requests):
        raise bad_request("Invalid batch payload format: each request needs an id.")
    if len({step["id"] for step in requests}) < len(requests):
        raise bad_request("Invalid batch payload format: the ids must differ.")
    done: dict[str, asyncio.Task[dict[str, Any]]] = {}
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(step: dict[str, Any], before: list[asyncio.Task[dict[str, Any]]]) -> dict[str, Any]:
        earlier = await asyncio.gather(*before)
        async with lanes:
            return _told(step, await _step(call, step, earlier, answer, clock))

    async with asyncio.TaskGroup() as group:
        for step in requests:
            done[step["id"]] = group.create_task(one(step, [done[key] for key in _needed(step) if key in done]))
    # Answers come in any order, so that nobody comes to rely on one.
    return Answer(body={"responses": [task.result() for task in reversed(done.values())]})


async def _step(
    call: Call, step: dict[str, Any], earlier: list[dict[str, Any]], answer: AnswerStep, clock: Clock
) -> Answer:
    if any(done["status"] >= 400 for done in earlier):
        failed = GraphError(424, "FailedDependency", "A request that this one depends on has failed.")
        return failed.answer(clock.read().now)
    try:
        inner = _inner(call, step)
    except GraphError as error:
        return error.answer(clock.read().now)
    return await answer(inner)


def _needed(step: dict[str, Any]) -> list[str]:
    needed = step.get("dependsOn")
    return [key for key in needed if isinstance(key, str)] if isinstance(needed, list) else []


def _inner(call: Call, step: dict[str, Any]) -> Call:
    url = step.get("url")
    method = str(step.get("method", "")).upper()
    if not isinstance(url, str) or method not in ("GET", "POST", "PATCH", "DELETE") or "$batch" in url:
        raise bad_request("Invalid batch payload format.")
    # An address in full would name another server: what is asked for here is a path, with or without its first slash.
    parts = urlsplit(f"/{url.lstrip('/')}")
    headers = step.get("headers") if isinstance(step.get("headers"), dict) else {}
    return Call(
        method=method,
        path=unquote(parts.path),
        app=call.app,
        base=call.base,
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={str(name).lower(): str(value) for name, value in (headers or {}).items()},
        body=step.get("body"),
    )


def _told(step: dict[str, Any], answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"id": step["id"], "status": answer.status, "headers": dict(answer.headers)}
    if answer.body is not None:
        told["headers"]["Content-Type"] = "application/json"
        told["body"] = answer.body
    return told
