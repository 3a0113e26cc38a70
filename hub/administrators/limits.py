"""How often something may be tried: so many times in a window, for each name. Memory is bounded; one process's own."""

from collections import OrderedDict, deque
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

MOST_NAMES = 20_000
"""Names that are remembered; the one that tried least lately is forgotten first."""


class TooOften(Exception):
    """Not yet again.

    Args:
        wait: how long it takes.
    """

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


class Limit:
    """So many tries in so much time."""

    def __init__(self, most: int, per: timedelta) -> None:
        self._most, self._per = most, per
        self._tries: OrderedDict[str, deque[timedelta]] = OrderedDict()

    def look(self, name: str, elapsed: timedelta) -> None:
        """Pass, or say how long to wait.

        Raises:
            TooOften: there were as many tries as may be.
        """
        tries = self._tries.get(name, deque[timedelta]())
        while tries and elapsed - tries[0] >= self._per:
            tries.popleft()
        if len(tries) >= self._most:
            raise TooOften(self._per - (elapsed - tries[0]))

    def count(self, name: str, elapsed: timedelta) -> None:
        """Somebody tried."""
        tries = self._tries.setdefault(name, deque(maxlen=self._most))
        tries.append(elapsed)
        self._tries.move_to_end(name)
        while len(self._tries) > MOST_NAMES:
            self._tries.popitem(last=False)

    def forget(self, name: str) -> None:
        """It went well."""
        self._tries.pop(name, None)

    def __len__(self) -> int:
        return len(self._tries)


def network_of(address: str) -> str:
    """The part of an address that one household has: all of IPv4, half of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
