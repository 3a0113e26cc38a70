"""The few `$filter` expressions on events that programs really use; anything else is refused, as Graph refuses most."""

import re
from collections.abc import Iterable

from device.emulator.event import Event
from device.emulator.graph.call import bad_request
from device.emulator.graph.odata import folded

_TEXT = r"'((?:[^']|'')*)'"
_EQUALS = re.compile(rf"(subject|transactionId)\s+eq\s+{_TEXT}")
_EXTENDED = re.compile(
    rf"singleValueExtendedProperties/any\(\s*ep\s*:\s*ep/id\s+eq\s+{_TEXT}\s+and\s+ep/value\s+eq\s+{_TEXT}\s*\)"
)


def matching(events: Iterable[Event], expression: str) -> list[Event]:
    """The events for which the expression holds; all for an empty one.

    Raises:
        GraphError: the expression is none of those that are known.
    """
    text = expression.strip()
    if not text:
        return list(events)
    if match := _EQUALS.fullmatch(text):
        attribute, value = {"subject": "subject", "transactionId": "transaction"}[match[1]], _unquoted(match[2])
        return [event for event in events if getattr(event, attribute) == value]
    if match := _EXTENDED.fullmatch(text):
        key, value = folded(_unquoted(match[1])), _unquoted(match[2])
        return [event for event in events if event.properties.get(key) == value]
    raise bad_request("The query filter contains one or more invalid nodes.", "ErrorInvalidUrlQueryFilter")


def _unquoted(text: str) -> str:
    return text.replace("''", "'")
