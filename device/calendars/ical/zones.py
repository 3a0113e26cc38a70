"""Time zones as a calendar names them: by IANA, by Windows, by a vendor's path, or by a VTIMEZONE of its own.

icalendar keeps the zones that it has met in one table for the process, first come, first kept. Here every reading
starts with an empty table, so that what one calendar calls "Custom" is nothing to the next, and one is read at a time.
"""

import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo

import icalendar
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.timezone import tzp

_one_at_a_time = threading.Lock()
_TZID = re.compile(r';TZID=(?:"([^"]*)"|([^";:,]*))', re.IGNORECASE)


@contextmanager
def own_zones() -> Iterator[None]:
    """An empty table of zones for what is read inside. Blocks while another thread reads."""
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        tzp.use_default()
        yield


def zone_named(name: str) -> tzinfo | None:
    """The zone of that name, if anybody knows it."""
    return tzp.timezone(name) if name else None


def define_zones(text: str, definitions: Mapping[str, str]) -> None:
    """Make the zones that `text` refers to known; a name that is known anyhow keeps its usual meaning."""
    for quoted, plain in set(_TZID.findall(text)):
        tzid = quoted or plain
        if tzid in definitions and zone_named(tzid) is None:
            icalendar.Timezone.from_ical(definitions[tzid])
