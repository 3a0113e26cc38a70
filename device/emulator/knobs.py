"""What a person can do to the emulated world: one list that the console shows as keys and the web page as buttons."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Act = Callable[[], Awaitable[str]]
"""Does it and says in one sentence what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One thing to do."""

    name: str
    """What a page calls it by, e.g. `next-change`."""
    key: str
    """The key on a terminal."""
    label: str
    """Two or three words that stand beside the key."""
    help: str
    """One sentence for those who wonder."""
    act: Act
