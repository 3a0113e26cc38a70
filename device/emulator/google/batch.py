"""`/batch`: several calls in one `multipart/mixed`, each with an answer and a status of its own, told by Content-ID."""

import secrets
from collections.abc import Awaitable, Callable
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from device.emulator.google.call import Answer, Call, GoogleError
from device.emulator.google.grants import Grant

MOST = 50
AnswerPart = Callable[[Call], Awaitable[Answer]]
Authorise = Callable[[str], Grant]


async def run(
    body: bytes, content_type: str, base: str, authorise: Authorise, outer: str, answer: AnswerPart
) -> tuple[bytes, str]:
    """The answer to a batch, and its type.

    Args:
        body: the request's.
        content_type: with the boundary in it.
        base: where the office is.
        authorise: finds out what a header's token is for.
        outer: the batch's own Authorization, for parts that bring none.
        answer: is asked for each part.

    Raises:
        GoogleError: the batch as a whole makes no sense.
    """
    whole = BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    parts = whole.get_payload() if whole.is_multipart() else []
    if not isinstance(parts, list) or not parts:
        raise GoogleError(400, "badRequest", "Failed to parse batch request.")
    if len(parts) > MOST:
        raise GoogleError(400, "badRequest", f"The batch size exceeds the maximum of {MOST} calls.")
    boundary = f"batch_{secrets.token_urlsafe(18)}"
    told = b"".join([_told(boundary, part, await _one(part, base, authorise, outer, answer)) for part in parts])
    return told + f"--{boundary}--\r\n".encode(), f'multipart/mixed; boundary="{boundary}"'


async def _one(part: Any, base: str, authorise: Authorise, outer: str, answer: AnswerPart) -> Answer:
    try:
        return await answer(_call(part, base, authorise, outer))
    except GoogleError as error:
        return error.answer()


def _call(part: Any, base: str, authorise: Authorise, outer: str) -> Call:
    """The call in a part, which is a whole request of HTTP/1.1 as text."""
    payload = part.get_payload(decode=True) if isinstance(part, Message) else None
    if not isinstance(payload, bytes):
        raise GoogleError(400, "badRequest", "Failed to parse a part of the batch request.")
    line, _, rest = payload.lstrip().partition(b"\n")
    words = line.decode("latin-1").split()
    if len(words) < 2:
        raise GoogleError(400, "badRequest", "Failed to parse a part of the batch request.")
    inner = BytesParser().parsebytes(rest)
    parts = urlsplit(words[1])
    content = inner.get_payload(decode=True)
    headers = {name.lower(): value for name, value in inner.items()}
    return Call(
        method=words[0].upper(),
        path=unquote(parts.path),
        base=base,
        grant=authorise(headers.get("authorization", outer)),
        query={name: tuple(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
        headers=headers,
        body=_json(content) if isinstance(content, bytes) and content.strip() else None,
    )


def _json(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GoogleError(400, "parseError", "Parse Error") from error


def _told(boundary: str, part: Any, answer: Answer) -> bytes:
    content = b"" if answer.body is None else msgspec.json.encode(answer.body)
    asked = str(part.get("Content-ID", "")) if isinstance(part, Message) else ""
    headers = {**answer.headers, "Content-Type": "application/json; charset=UTF-8", "Content-Length": str(len(content))}
    lines = [
        f"--{boundary}",
        "Content-Type: application/http",
        f"Content-ID: {asked.replace('<', '<response-', 1)}",
        "",
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
    ]
    return "\r\n".join([*lines, ""]).encode() + content + b"\r\n"
