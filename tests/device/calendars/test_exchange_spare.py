"""An agent at an Exchange server loads no more than it needs, and others get the real thing afterwards."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from device.agent.thrift import be_small
be_small()
import device.calendars.exchange
assert not {"exchangelib", "requests", "lxml", "spnego"} & sys.modules.keys(), "loaded before anything is opened"
import device.calendars.exchange.spare
import device.calendars.exchange.calendar, device.calendars.exchange.account
assert not {"pygments", "dns"} & {name.partition(".")[0] for name in sys.modules}, "loaded for nothing"
import dns.resolver, pygments.lexers.html, pygments.formatters.terminal
assert dns.resolver.Resolver.__module__ == "dns.resolver"
assert pygments.highlight("<a/>", pygments.lexers.html.XmlLexer(), pygments.formatters.terminal.TerminalFormatter())
"""


def test_what_no_door_needs_is_left_out_and_not_taken_away_from_others() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
