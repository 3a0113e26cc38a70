"""Ids as Exchange makes them: opaque, case-sensitive, and good for one mailbox."""

import base64
import binascii

_ITEM, _FOLDER = "AAMkADAwATM0", "AQMkADAwATM0"


def item_id(key: str) -> str:
    """The id that a client sees for the office's own key of an event."""
    return _ITEM + base64.b64encode(key.encode()).decode()


def folder_id(kind: str, address: str) -> str:
    """The id of a distinguished folder of a mailbox."""
    return _FOLDER + base64.b64encode(f"{kind}:{address}".encode()).decode()


def key_of(identifier: str) -> str:
    """The office's own key; empty where the id is none of an item."""
    return _inside(identifier, _ITEM)


def folder_of(identifier: str) -> tuple[str, str]:
    """Kind of folder and address of its mailbox; both empty where the id is none of a folder."""
    kind, _, address = _inside(identifier, _FOLDER).partition(":")
    return kind, address


def _inside(identifier: str, prefix: str) -> str:
    if not identifier.startswith(prefix):
        return ""
    try:
        return base64.b64decode(identifier[len(prefix) :], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
