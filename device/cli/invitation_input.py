"""What `doorlight links` is given: read, decoded, and told apart."""

import codecs
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import msgspec

from device.calendars.invitations import google, graph, ical, text
from device.join.links.page import is_page
from device.model.invitation import Invitation
from device.model.safetext import SafeText

LIMIT = 8 << 20
"""Bytes; an invitation with pictures in it has one or two million."""
MOST = 500
"""Events of one file."""


class Form(StrEnum):
    """How an invitation is written."""

    TEXT = "text"
    HTML = "html"
    ICS = "ics"
    JSON = "json"


def read_input(file: str | None) -> str:
    """The text of a file, or of standard input where none is named.

    Raises:
        click.UsageError: there is no such file, it is too large, or it is no text.
    """
    name = str(SafeText(file)) if file and file != "-" else ""
    if not name:
        if sys.stdin.isatty():
            click.echo("Paste the invitation, then press Ctrl-D.", err=True)
        data = sys.stdin.buffer.read(LIMIT + 1)
    else:
        path = Path(str(file))
        if "\0" in str(file) or not path.exists():
            raise click.UsageError(f"There is no file {name}.")
        with path.open("rb") as opened:
            data = opened.read(LIMIT + 1)
    what = name or "Standard input"
    if len(data) > LIMIT:
        raise click.UsageError(f"{what} is larger than {LIMIT >> 20} MB: no invitation is.")
    return _decoded(data, what)


def _decoded(data: bytes, what: str) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data:
        raise click.UsageError(f"{what} is no text.")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def invitations(text_: str, form: Form | None, file: str | None) -> Iterator[Invitation]:
    """The invitations in a text; one, unless it is JSON with several events.

    Raises:
        click.UsageError: it is not what it was said to be.
    """
    form = form or _guessed(text_)
    if form is Form.ICS:
        yield ical.of_calendar(text_)
    elif form is Form.HTML:
        yield text.of_page(text_)
    elif form is Form.JSON:
        yield from _of_json(text_, SafeText(file or "") or "Standard input")
    else:
        yield text.of_text(text_)


def _guessed(text_: str) -> Form:
    start = text_.lstrip("\ufeff \t\r\n")[:1000]
    if start[:6].upper() == "BEGIN:":
        return Form.ICS
    if start[:1] in "{[" and start and _parsed(text_) is not None:
        return Form.JSON
    return Form.HTML if is_page(text_) and "<http" not in text_ else Form.TEXT


def _parsed(text_: str) -> Any:
    """The JSON object or list that a text is; None where it is none."""
    try:
        plain = msgspec.json.decode(text_.strip("\ufeff \t\r\n"))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return plain if isinstance(plain, (dict, list)) else None


def _of_json(text_: str, what: str) -> Iterator[Invitation]:
    plain = _parsed(text_)
    if plain is None:
        raise click.UsageError(f"{what} is not a JSON object.")
    events = plain if isinstance(plain, list) else plain.get("value", plain.get("items", [plain]))
    for event in events[:MOST] if isinstance(events, list) else [plain]:
        yield _of_event(event, what)


def _of_event(event: Any, what: str) -> Invitation:
    if graph.is_event(event):
        return graph.of_event(event)
    if google.is_event(event):
        return google.of_event(event)
    raise click.UsageError(f"{what} is JSON, and no event of Microsoft Graph or Google Calendar.")
