"""What each process has loaded when it starts, asked of the process itself."""

import json
import subprocess
import sys

from tree import ROOT

PROVIDERS = {f"device.calendars.{name}" for name in ("caldav", "exchange", "google", "graph", "ics")}
VENDORS = {"msal", "icalendar", "recurring_ical_events", "caldav", "exchangelib", "googleapiclient", "google.auth"} | {
    "lxml",
    "spnego",
}
DRAWING = {"textual", "rich", "PIL", "textual_image"}
NETWORK = {"httpx", "httpcore", "aiohttp", "requests", "urllib3", "msal", "http.client", "sqlite_utils"}

_TELL = """
import atexit, json, sys
atexit.register(lambda: print("\\n" + json.dumps(sorted(sys.modules))))
"""


def loaded(program: str) -> set[str]:
    """The modules that a fresh Python holds after `program`."""
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", _TELL + program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return set(json.loads(told.stdout.splitlines()[-1]))


def test_a_kiosk_loads_no_network_beyond_what_textual_loads_by_itself() -> None:
    by_itself = loaded("import asyncio, textual.app, textual.widgets")
    kiosk = loaded("import kiosk.__main__, kiosk.app")
    assert (kiosk - by_itself) & (NETWORK | {"ssl"}) == set()
    assert not any(name.startswith(("device.agent", "device.calendars", "device.emulator", "hub.")) for name in kiosk)


def test_a_kiosk_can_paint_its_first_frame_before_it_loads_textual() -> None:
    assert loaded("import kiosk.__main__") & (DRAWING | NETWORK | {"ssl", "asyncio"}) == set()


def test_an_agent_loads_no_screen_and_no_provider_before_one_is_chosen() -> None:
    agent = loaded("import device.agent.__main__, device.agent.assembly")
    assert agent & (DRAWING | VENDORS | PROVIDERS) == set()


def test_asking_for_help_loads_no_provider_and_no_screen() -> None:
    helped = loaded("import sys\nsys.argv = ['doorlight', '--help']\nfrom device.cli import main\nmain()")
    assert helped & (DRAWING | VENDORS | PROVIDERS | NETWORK) == set()


def test_each_provider_loads_only_itself() -> None:
    for name in PROVIDERS:
        assert loaded(f"import {name}") & PROVIDERS == {name}
