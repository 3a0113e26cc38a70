"""What people do to the emulated world: every key of the console and every happening of a scenario is one method here.

Each method does one thing and returns one short sentence that says what happened; the text of meetings in it is safe to draw.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from device.emulator.bookings import Bookings, copies, wall
from device.emulator.faults import Fault, Network
from device.emulator.tenant import Tenant
from device.model.clock import ClockTrust
