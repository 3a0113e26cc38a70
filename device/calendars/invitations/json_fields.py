"""Reading a stranger's JSON field by field: what is not there, or of another type, is empty."""

from collections.abc import Iterator
from typing import Any

MOST = 50


def text_at(plain: Any, *path: str) -> str:
    """The text at a path of keys; empty where there is none."""
    for key in path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    return plain if isinstance(plain, str) else ""


def items_at(plain: Any, *path: str) -> Iterator[dict[str, Any]]:
    """The objects of the list at a path of keys, at most `MOST`."""
    for key in path:
        plain = plain.get(key) if isinstance(plain, dict) else None
    for item in plain[:MOST] if isinstance(plain, list) else ():
        if isinstance(item, dict):
            yield item
