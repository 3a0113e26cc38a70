"""One frame is one line of JSON: readable with a terminal, bounded, and strict to the last key."""

import asyncio
from typing import Any

import msgspec

from device.model.value import Value, decode, encode

MAX_FRAME = 1 << 20
"""Bytes. A day of 500 meetings with the longest titles takes about half of it."""


class BadFrame(Exception):
    """The other side sent what is no frame of ours; the connection is of no more use."""


def pack(frame: Value) -> bytes:
    """The frame as it goes over the wire."""
    return encode(frame) + b"\n"


def unpack(line: bytes, frames: Any) -> Any:
    """The frame in a line; `frames` is the union of those allowed.

    Raises:
        BadFrame: not one of them, or not complete.
    """
    try:
        return decode(line, frames)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFrame(str(error)) from error


async def read_frame(reader: asyncio.StreamReader, frames: Any) -> Any | None:
    """The next frame, or None when the other side has closed. The reader's limit should be `MAX_FRAME`.

    Raises:
        BadFrame: the line is too long or no frame.
    """
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise BadFrame("the connection ended within a frame") from end
        return None
    except asyncio.LimitOverrunError as error:
        raise BadFrame("frame too long") from error
    return unpack(line, frames)
