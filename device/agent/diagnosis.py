"""Which link of the chain an error speaks of, and which fault a person is told when nothing else can be shown."""

from pathlib import Path

from device.model.clock import ClockTrust
from device.model.errors import (
    AccessDenied,
    AccessError,
    CalendarError,
    CalendarUnreachable,
    HubUnreachable,
    RoomNotFound,
)
from device.model.freshness import Hop
from device.wire.panel import Fault

INTERFACES = Path("/sys/class/net")
ROUTES = (Path("/proc/self/net/route"), Path("/proc/self/net/ipv6_route"))
_ON_THE_WAY = frozenset({"network", "dns", "proxy"})
_NOWHERE = {"00000000", "0" * 32}


def hop_of(error: CalendarError) -> Hop:
    """The link that is down."""
    if isinstance(error, HubUnreachable):
        return Hop.HUB
    if isinstance(error, AccessError):
        return Hop.ACCESS
    if isinstance(error, CalendarUnreachable) and error.cause in _ON_THE_WAY:
        return Hop.NETWORK
    return Hop.CALENDAR


def fault_of(error: CalendarError, trust: ClockTrust) -> Fault:
    """What to tell a person when there is nothing but this error."""
    if isinstance(error, HubUnreachable):
        return Fault.HUB
    if isinstance(error, AccessError):
        return Fault.SIGN_IN
    if isinstance(error, AccessDenied):
        return Fault.PERMISSION
    if isinstance(error, RoomNotFound):
        return Fault.NO_SUCH_ROOM
    cause = error.cause if isinstance(error, CalendarUnreachable) else ""
    if cause == "proxy":
        return Fault.PROXY
    if cause in _ON_THE_WAY:
        return network_fault()
    if cause == "tls" and not trust.proves:
        return Fault.CLOCK
    return Fault.CALENDAR


def way_out(routes: tuple[Path, ...] = ROUTES) -> bool:
    """Whether this machine has a route to other networks."""
    return any(_leads_out(line) for file in routes for line in _text(file).splitlines())


def network_fault(interfaces: Path = INTERFACES, routes: tuple[Path, ...] = ROUTES) -> Fault:
    """Whether the cable is missing or only an address: no route out although some link is up."""
    linked = any(_text(carrier).strip() == "1" for carrier in interfaces.glob("*/carrier") if not _loops(carrier))
    return Fault.NO_ADDRESS if linked and not way_out(routes) else Fault.NO_NETWORK


def _loops(carrier: Path) -> bool:
    return carrier.parent.name == "lo"


def _leads_out(line: str) -> bool:
    """Whether a line of the kernel's tables is a default route of an interface other than the loopback."""
    fields = line.split()
    if len(fields) == 11:
        return fields[0] != "lo" and fields[1] in _NOWHERE
    return len(fields) == 10 and fields[-1] != "lo" and fields[0] in _NOWHERE and fields[1] == "00"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
