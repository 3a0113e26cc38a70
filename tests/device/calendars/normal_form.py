"""One window in a form that is the same whoever told it: what two providers must have in common, byte for byte.

The rule, whole. An occurrence is written as the agent writes it, one line of JSON each, by start, end and title. Left
out is what each vendor has of its own, and nothing else:

- `id` and `series` are the vendor's names: an id is left out, and a series is called by the number of its first line;
- `etag` is the vendor's version of the event, and `organizer_address` is how the vendor writes an address (`mailto:`,
  X.500, or nothing); neither is ever drawn or cached;
- a cancelled meeting may be told as cancelled or not at all, so it is left out.
"""

from collections.abc import Iterable

import msgspec

from device.model.occurrence import Occurrence
from device.model.value import encode


def normal_form(occurrences: Iterable[Occurrence], zone: str) -> bytes:
    """The occurrences by the rule, for a room in `zone`."""
    told = sorted((one for one in occurrences if not one.cancelled), key=lambda one: _place(one, zone))
    series: dict[str, str] = {}
    lines = []
    for number, one in enumerate(told, 1):
        named = series.setdefault(one.series, str(number)) if one.series else ""
        lines.append(encode(msgspec.structs.replace(one, id="", series=named, etag="", organizer_address="")))
    return b"\n".join(lines)


def _place(one: Occurrence, zone: str) -> tuple[object, ...]:
    bounds = one.bounds(zone)
    return bounds.start, bounds.end, one.title
