"""What a door is told beside its room: how it looks, when it sleeps, and which rooms are near."""

from enum import StrEnum

from device.model.room import Clock24
from device.model.safetext import SafeText
from device.model.value import Value


class Theme(StrEnum):
    """The colours of the glass."""

    LIGHT = "light"
    DARK = "dark"
    COLOUR_BLIND = "colour-blind"
    """Blue and orange in place of green and red."""


class Look(Value):
    """How the door looks."""

    theme: Theme = Theme.DARK
    language: str = "en"
    """BCP 47."""
    hour24: bool | None = None
    """None: as the language has it."""


class Night(Value):
    """When the panel is dimmed, in the room's own time; nothing is dimmed where the times are left out."""

    dim_from: Clock24 | None = None
    dim_until: Clock24 | None = None
    off: bool = False
    """Dark rather than dim, as long as nobody is in the room."""


class NearbyRoom(Value):
    """Another room that somebody could walk to."""

    id: str
    name: SafeText
    place: SafeText = SafeText("")
    capacity: int | None = None
