"""Which link an error speaks of, which fault a person is told, and how the rooms around are told apart."""

from datetime import timedelta
from pathlib import Path

import pytest
from agent_side import NOON

from device.agent.diagnosis import fault_of, hop_of, network_fault
from device.agent.faults import log_fault
from device.agent.neighbours import neighbour
from device.model.clock import ClockTrust
from device.model.door import NearbyRoom
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
)
from device.model.freshness import Hop
from device.model.safetext import SafeText
from device.model.window import Window
from device.wire.panel import Fault

ROUTE_HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT_ROUTE = "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
LOCAL_ROUTE = "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
DEFAULT_ROUTE_6 = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 28} 00000400 00000001 00000000 00000003     eth0\n"
UNREACHABLE_6 = f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n"


@pytest.mark.parametrize(
    ("error", "hop", "fault"),
    [
        (CalendarUnreachable(cause="proxy"), Hop.NETWORK, Fault.PROXY),
        (CalendarUnreachable(cause="timeout"), Hop.CALENDAR, Fault.CALENDAR),
        (CalendarUnreachable(cause="tls"), Hop.CALENDAR, Fault.CALENDAR),
        (CalendarUnreachable(cause="disk"), Hop.CALENDAR, Fault.CALENDAR),
        (CalendarBusy(), Hop.CALENDAR, Fault.CALENDAR),
        (MalformedAnswer(), Hop.CALENDAR, Fault.CALENDAR),
        (AccessExpired(), Hop.ACCESS, Fault.SIGN_IN),
        (CredentialRefused(), Hop.ACCESS, Fault.SIGN_IN),
        (AccessDenied(), Hop.CALENDAR, Fault.PERMISSION),
        (RoomNotFound(), Hop.CALENDAR, Fault.NO_SUCH_ROOM),
    ],
)
def test_each_error_has_its_hop_and_its_fault(error: CalendarError, hop: Hop, fault: Fault) -> None:
    assert hop_of(error) is hop
    assert fault_of(error, ClockTrust.TRUSTED) is fault


def test_a_certificate_that_is_not_valid_yet_is_the_clocks_fault_while_the_clock_is_not_believed() -> None:
    assert fault_of(CalendarUnreachable(cause="tls"), ClockTrust.FLOOR) is Fault.CLOCK


@pytest.mark.parametrize("cause", ["network", "dns"])
def test_a_network_that_fails_is_looked_at_here(cause: str) -> None:
    error = CalendarUnreachable(cause=cause)

    assert hop_of(error) is Hop.NETWORK
    assert fault_of(error, ClockTrust.TRUSTED) in (Fault.NO_NETWORK, Fault.NO_ADDRESS)


@pytest.mark.parametrize(
    ("carriers", "routes", "routes6", "fault"),
    [
        ({}, "", "", Fault.NO_NETWORK),
        ({"lo": "1"}, ROUTE_HEADER, UNREACHABLE_6, Fault.NO_NETWORK),
        ({"lo": "1", "eth0": "0"}, ROUTE_HEADER, "", Fault.NO_NETWORK),
        ({"lo": "1", "eth0": "1"}, ROUTE_HEADER + LOCAL_ROUTE, UNREACHABLE_6, Fault.NO_ADDRESS),
        ({"lo": "1", "eth0": "1"}, ROUTE_HEADER + LOCAL_ROUTE + DEFAULT_ROUTE, "", Fault.NO_NETWORK),
        ({"lo": "1", "eth0": "1"}, ROUTE_HEADER, DEFAULT_ROUTE_6, Fault.NO_NETWORK),
    ],
)
def test_a_link_without_a_way_out_lacks_an_address(
    carriers: dict[str, str], routes: str, routes6: str, fault: Fault, tmp_path: Path
) -> None:
    interfaces = tmp_path / "net"
    for name, carrier in carriers.items():
        (interfaces / name).mkdir(parents=True)
        (interfaces / name / "carrier").write_text(carrier + "\n", encoding="ascii")
    (tmp_path / "route").write_text(routes, encoding="ascii")
    (tmp_path / "route6").write_text(routes6, encoding="ascii")

    assert network_fault(interfaces, (tmp_path / "route", tmp_path / "route6", tmp_path / "none")) is fault


ROOM = NearbyRoom(id="b", name=SafeText("Borealis"), place=SafeText("2nd floor"), capacity=4)


def span(begins: int, ends: int) -> Window:
    return Window(start=NOON + timedelta(minutes=begins), end=NOON + timedelta(minutes=ends))


@pytest.mark.parametrize(
    ("busy", "known", "free", "until"),
    [
        (None, False, False, None),
        ((), True, True, None),
        ((span(-60, 0),), True, True, None),
        ((span(-10, 10),), True, False, None),
        ((span(0, 10),), True, False, None),
        ((span(5, 10),), True, False, None),
        ((span(10, 20), span(60, 90)), True, True, 10),
        ((span(60, 90), span(30, 40)), True, True, 30),
        ((span(20, 20),), True, True, None),
    ],
)
def test_a_neighbour_is_free_where_it_is_worth_the_walk(
    busy: tuple[Window, ...] | None, known: bool, free: bool, until: int | None
) -> None:
    told = neighbour(ROOM, busy, NOON)

    assert (told.known, told.free) == (known, free)
    assert told.free_until == (None if until is None else NOON + timedelta(minutes=until))
    assert (told.name, told.place, told.capacity) == ("Borealis", "2nd floor", 4)


def test_a_fault_of_ours_is_told_by_its_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    try:
        {}["Merger with Contoso"]
    except KeyError as error:
        log_fault("reading", error)
    log_fault("nothing", ValueError("x"))

    assert "KeyError" in caplog.text
    assert Path(__file__).name in caplog.text
    assert "Merger" not in caplog.text
