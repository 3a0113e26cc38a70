"""The XML of EWS: elements built by hand, and text of any kind written as Exchange writes it."""

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, tostring

TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
T, M, S = f"{{{TYPES}}}", f"{{{MESSAGES}}}", f"{{{SOAP}}}"

_HEAD = b'<?xml version="1.0" encoding="utf-8"?>'
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f]")


def node(tag: str, *inside: Element | str | None, **attributes: str) -> Element:
    """An element with a prefix of ours (`t:Subject`); text and elements in it, None left out.

    An attribute whose name holds a colon is spelt with two underscores.
    """
    element = Element(tag, {name.replace("__", ":"): value for name, value in attributes.items()})
    for one in inside:
        if isinstance(one, str):
            element.text = one
        elif one is not None:
            element.append(one)
    return element


def spelt(element: Element) -> bytes:
    """The document. Characters that XML has no place for are written by number, as Exchange does all the same."""
    body: bytes = tostring(element, encoding="utf-8", xml_declaration=False)
    return _HEAD + _CONTROL.sub(lambda found: b"&#x%X;" % found[0][0], body)


def stamp(instant: datetime) -> str:
    """An instant as Exchange writes it: UTC, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def yes_no(fact: bool) -> str:
    """A boolean."""
    return "true" if fact else "false"


def said(element: Element | None, path: str = ".") -> str:
    """The text at `path` below an element, stripped; empty where there is none."""
    found = element.find(path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""
