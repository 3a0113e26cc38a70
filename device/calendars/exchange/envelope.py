"""The XML that came from Exchange, judged strictly: exchangelib's own parser mends what is broken, and half a calendar
that was mended would be taken for a whole one.
"""

import re
import sys

from lxml import etree

from device.model.errors import MalformedAnswer

TYPES = "{http://schemas.microsoft.com/exchange/services/2006/types}"
MESSAGES = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"

_UNWANTED = (b"<!DOCTYPE", b"<!ENTITY", b"\0")
"""Nothing that Exchange sends has a document type; a NUL is another encoding, which would hide one."""
_NUMBERED = re.compile(r"&#(x[0-9a-fA-F]{1,8}|[0-9]{1,8});")
_IMPOSSIBLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML has no place for. Exchange writes them all the same: they are a stranger's, in a subject."""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )


def well_formed(body: bytes) -> etree._Element:
    """The document's root.

    Raises:
        MalformedAnswer: it is no XML, is cut short, or brings definitions of its own.
    """
    if any(word in body for word in _UNWANTED):
        raise MalformedAnswer("XML with definitions of its own")
    try:
        return etree.fromstring(body, _parser())
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        return etree.fromstring(_possible(body), _parser())
    except (etree.XMLSyntaxError, ValueError):
        raise MalformedAnswer("the XML is broken or cut short") from None  # its text quotes a stranger's


def _possible(body: bytes) -> bytes:
    """The document with a question mark for every character that XML has no place for, itself or by its number."""
    text = _NUMBERED.sub(_possible_number, body.decode("utf-8", "replace"))
    return _IMPOSSIBLE.sub("?", text).encode("utf-8")


def _possible_number(found: re.Match[str]) -> str:
    told = found[1]
    number = int(told[1:], 16) if told[0] == "x" else int(told)
    return found[0] if number <= sys.maxunicode and not _IMPOSSIBLE.match(chr(number)) else "?"


def header_and_body(body: bytes) -> tuple[etree._Element | None, etree._Element]:
    """The two parts of a SOAP envelope.

    Raises:
        MalformedAnswer: it is none.
    """
    root = well_formed(body)
    inside = root.find(f"{SOAP}Body")
    if root.tag != f"{SOAP}Envelope" or inside is None:
        raise MalformedAnswer("XML that is no envelope")
    return root.find(f"{SOAP}Header"), inside
