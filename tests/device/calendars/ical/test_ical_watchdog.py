"""The watchdog stops what never ends, and nothing else."""

import threading
from contextlib import suppress

import pytest

from device.calendars.ical.watchdog import RanTooLong, Watchdog


def spin() -> None:
    """Never ends, and swallows whatever it can."""
    while True:
        with suppress(Exception):
            sum(range(100))


def test_what_never_ends_is_stopped() -> None:
    with Watchdog() as watchdog, pytest.raises(RanTooLong), watchdog.limit(0.1):
        spin()


def test_it_watches_one_piece_after_the_other() -> None:
    with Watchdog() as watchdog:
        for _ in range(3):
            with pytest.raises(RanTooLong), watchdog.limit(0.1):
                spin()
        with watchdog.limit(5):
            done = sum(range(1000))
    assert done == 499500


def test_waiting_costs_nothing_only_work_does() -> None:
    with Watchdog() as watchdog, watchdog.limit(0.1):
        threading.Event().wait(0.4)


def test_it_stops_no_other_thread() -> None:
    finished = threading.Event()

    def work() -> None:
        with Watchdog() as watchdog, watchdog.limit(10):
            sum(range(3_000_000))
        finished.set()

    worker = threading.Thread(target=work)
    worker.start()
    with Watchdog() as watchdog, pytest.raises(RanTooLong), watchdog.limit(0.1):
        spin()
    worker.join(30)
    assert finished.is_set()
