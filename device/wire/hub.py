"""The words between a device and its hub, over one websocket that the device opens.

The hub begins with `Challenge`; the device answers with `Hello`, whose signature proves its key. Then the hub says
`Waiting` (nobody has claimed the device yet), `Assigned` (its room and all that belongs to it) or `TurnedAway`. Access
is asked for and given here and nowhere else. `LookAgain` is a hint: what changed is read from the calendar itself.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from device.model.availability import DoorState
from device.model.clock import ClockTrust
from device.model.door import Look, NearbyRoom, Night
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.value import Value

PROTOCOL = 1
LONGEST = 64 << 10
"""Bytes of one message, either way."""
CHALLENGE_LIFE = timedelta(seconds=60)


class Route(StrEnum):
    """Which way a door's calendar is read."""

    DIRECT = "direct"
    """From the provider, with access that the hub hands out."""
    RELAYED = "relayed"
    """Through the hub, which alone holds the credential."""


class Challenge(Value, tag="challenge"):
    """The hub's first word: what is to be signed, and what time it is there."""

    nonce: str
    hub: str
    """The hub's public key, the same for all its processes and for life."""
    now: datetime
    protocol: int = PROTOCOL


class Hello(Value, tag="hello"):
    """The device's first word. `signature` is over `device.wire.proof.statement`."""

    key: str
    """The device's public Ed25519 key, base64url without padding."""
    nonce: str
    signature: str
    version: str
    protocol: int = PROTOCOL
    model: str = ""
    serial: str = ""
    claim: str = ""
    """A seeded claim, once; empty otherwise."""
    generation: int = 0
    """The highest that a hub ever told this device: an older database gives itself away."""


class Waiting(Value, tag="waiting"):
    """No room yet: an administrator enters this code."""

    code: str
    url: str
    """With the code in it, for the QR code."""
    expires_at: datetime


class Assignment(Value):
    """All that a device must know of its door. It holds no secret, so it may be kept on the card."""

    device: str
    """The name that the hub calls the device by."""
    room: Room
    provider: str
    calendar: str = ""
    """The room's calendar at the provider, where that is not the room's identifier."""
    options: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    """The provider's options without any credential."""
    route: Route = Route.RELAYED
    relay: str = ""
    """Where the hub reads and writes for this device."""
    look: Look = Look()
    night: Night = Night()
    neighbours: tuple[NearbyRoom, ...] = ()


class Assigned(Value, tag="assigned"):
    """The device's room, told on connecting and whenever it changes."""

    assignment: Assignment
    seq: int
    """The number of the room's latest change; a gap later means that some were missed."""
    notified: bool = False
    """Whether the hub hears of changes in this room now (`Notified`)."""
    generation: int = 0


class TurnedAway(Value, tag="turned-away"):
    """The hub will not speak to this device; the connection ends."""

    reason: str
    """`revoked`, `quarantined`, `claim-refused`, `proof-refused`, `protocol`."""


class AccessWanted(Value, tag="access-wanted"):
    """The device needs access that is good now."""


class TokenGiven(Value):
    """Short-lived access as it crosses the wire. It is kept in memory only."""

    token: str
    expires_at: datetime
    username: str = ""


class AccessGiven(Value, tag="access"):
    """The answer: access to the relay, and to the calendar itself where the route is direct."""

    relay: TokenGiven
    calendar: TokenGiven | None = None


class AccessRefused(Value, tag="access-refused"):
    """There is none at present."""

    reason: str
    """`locked` (an administrator withdrew the key), `unreachable`, `credential`, `reach`, `revoked`."""
    detail: SafeText = SafeText("")
    retry_after: timedelta | None = None


class LookAgain(Value, tag="look-again"):
    """Something may have changed in the room's calendar."""

    seq: int


class Notified(Value, tag="notified"):
    """Whether the hub hears of changes in this room now, so that the device may ask less often."""

    healthy: bool


class DropAccess(Value, tag="drop-access"):
    """Forget all access at once, and say so with `Dropped`."""

    reason: str


class Dropped(Value, tag="dropped"):
    """All access is forgotten."""


class ComeBack(Value, tag="come-back"):
    """A planned pause: the hub is back after this long."""

    after: timedelta


class OrderKind(StrEnum):
    """What an administrator can ask of a device."""

    IDENTIFY = "identify"
    REFRESH = "refresh"
    RESTART = "restart"
    LOGS = "logs"
    SCREEN = "screen"
    WIPE = "wipe"


class Order(Value, tag="order"):
    """An administrator asks something of the device."""

    id: str
    kind: OrderKind
    counter: int = 0
    """Of a wipe: rises with each, so that an old one cannot be sent again."""
    signature: str = ""
    """Of a wipe: the hub's, over the counter and the device's key."""


class Report(Value, tag="report"):
    """What became of an order. Long texts come in parts."""

    order: str
    done: bool
    text: str = ""
    more: bool = False
    signature: str = ""
    """Of a wipe: the device's receipt."""


class GlassSeen(Value):
    """What the kiosk says is on the glass, as against what the agent told it."""

    state: DoorState | None
    at: datetime
    digest: str = ""
    """Of the painted cells."""


class Beat(Value, tag="beat"):
    """How the device is: once a minute, and at once when the state on the glass changes."""

    told: DoorState | None
    """What the agent tells its kiosks; None: a fault or pairing."""
    glass: GlassSeen | None
    trust: ClockTrust
    confirmed_at: datetime | None = None
    """When the calendar last confirmed what is shown."""
    fault: str = ""
    temperature: float | None = None
    """Degrees Celsius of the processor."""
    disk_free: int | None = None
    """Bytes left for the device's data."""
    uptime: float = 0.0


FromHub = (
    Challenge
    | Waiting
    | Assigned
    | TurnedAway
    | AccessGiven
    | AccessRefused
    | LookAgain
    | Notified
    | DropAccess
    | ComeBack
    | Order
)
FromDevice = Hello | AccessWanted | Dropped | Report | Beat


def hide(given: TokenGiven) -> Secret:
    """The token of an answer as a secret, at once."""
    return Secret(given.token)
