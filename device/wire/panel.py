"""The words between agent and kiosk, over the panel socket (a Unix socket; the agent listens).

On connecting, the agent sends `TimeShown`, `LookShown` and then one of `RoomShown`, `PairingShown`, `FaultShown`;
each again whenever it changes. The kiosk sends what people ask for, and `Painted` after a frame is really on the
glass.
"""

from datetime import datetime
from enum import StrEnum

from device.model.availability import DoorState
from device.model.door import Theme
from device.model.requests import BookRequested, CheckInRequested, EndRequested, ExtendRequested, Outcome, Request
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.model.value import Value


class Fault(StrEnum):
    """Why there is nothing to show yet; each has one sentence and one hint in the kiosk's words."""

    NO_NETWORK = "no-network"
    NO_ADDRESS = "no-address"
    PROXY = "proxy"
    CLOCK = "clock"
    HUB = "hub"
    SIGN_IN = "sign-in"
    CALENDAR = "calendar"
    NO_SUCH_ROOM = "no-such-room"
    PERMISSION = "permission"
    ROOM_SYSTEM = "room-system"
    SETTINGS = "settings"
    STARTING = "starting"
    """Nothing is wrong: the first reading is under way."""


class TimeShown(Value, tag="time"):
    """What time it is. The kiosk counts on from here by its monotonic clock, `rate` times as fast."""

    now: datetime
    rate: float = 1.0
    trusted: bool = True


class LookShown(Value, tag="look"):
    """How the door looks, from the room's settings."""

    theme: Theme = Theme.DARK
    language: str = "en"
    """BCP 47; a visitor may choose another for a while."""
    hour24: bool | None = None
    """None: as the language has it."""
    zone: str = "UTC"


class RoomShown(Value, tag="room"):
    """The room as it is now."""

    state: RoomState


class LastShown(Value):
    """What the agent leaves beside its socket, in memory, for a kiosk that finds nobody there."""

    look: LookShown
    state: RoomState


class PairingShown(Value, tag="pairing"):
    """The device belongs to no room yet."""

    code: str
    url: str
    words: tuple[str, ...]
    """Three words of the key's fingerprint, to be compared by the person who claims the device."""
    online: bool


class FaultShown(Value, tag="fault"):
    """Nothing can be shown, and why."""

    fault: Fault
    detail: SafeText = SafeText("")
    """A host's name or a setting's, where it helps the person who must act."""
    retry_at: datetime | None = None


class ActStarted(Value, tag="act-started"):
    """The provider is being asked."""

    key: str


class ActEnded(Value, tag="act-ended"):
    """An act came to its end."""

    key: str
    outcome: Outcome
    until: datetime | None = None
    """Until when the room is booked or held now."""


class Neighbour(Value):
    """Another room that somebody could walk to."""

    name: SafeText
    place: SafeText = SafeText("")
    capacity: int | None = None
    free_until: datetime | None = None
    """None while `free`: for the rest of the day."""
    free: bool = False
    known: bool = True
    """Whether its calendar answered."""


class NeighboursShown(Value, tag="neighbours"):
    """The answer to `FindRoomRequested`."""

    key: str
    rooms: tuple[Neighbour, ...]


class FindRoomRequested(Request, tag="find-room"):
    """Which other room is free now?"""


class RetryRequested(Request, tag="retry"):
    """Try again now: somebody has put it right."""


class Painted(Value, tag="painted"):
    """A frame is on the glass; sent at most every few seconds, for the watchdog and for whoever watches the fleet."""

    state: DoorState | None = None
    """The state whose word was painted; None: there is none on the glass."""
    digest: str = ""
    """Of the painted cells, so that a frozen glass is told from a calm one."""


class ScreenGiven(Request, tag="screen"):
    """What is on the glass, as text."""

    text: str


class IdentifyShown(Value, tag="identify"):
    """Somebody looks for this door: show its name, large, for a while."""

    name: SafeText
    seconds: float


class ScreenWanted(Value, tag="screen-wanted"):
    """Somebody far away wants to know what is on the glass."""

    key: str


FromAgent = (
    TimeShown
    | LookShown
    | RoomShown
    | PairingShown
    | FaultShown
    | ActStarted
    | ActEnded
    | NeighboursShown
    | IdentifyShown
    | ScreenWanted
)
FromKiosk = (
    BookRequested
    | ExtendRequested
    | EndRequested
    | CheckInRequested
    | FindRoomRequested
    | RetryRequested
    | Painted
    | ScreenGiven
)
