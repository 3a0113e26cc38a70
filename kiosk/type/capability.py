"""What this terminal can draw, decided from what is known without asking it: a silent terminal delays nothing.

A terminal is trusted with images or rare characters only where it is known to draw them itself; everything else gets
quarter blocks, which every font has. `DOORLIGHT_TYPE` in the environment overrides (the appliance says `pixels`).
"""

import logging
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from device.model.value import Value

log = logging.getLogger(__name__)

SETTING = "DOORLIGHT_TYPE"


class Means(StrEnum):
    """The ways to draw a letter, best first."""

    PIXELS = "pixels"
    """Sixel images."""
    KITTY = "kitty"
    """Images by kitty's protocol."""
    OCTANTS = "octants"
    SEXTANTS = "sextants"
    BLOCKS = "blocks"
    """Quarter blocks."""
    PLAIN = "plain"
    """The terminal's own letters, bold."""


_SHAPES = (1.0, 0.75, 0.5)


class Glass(Value, frozen=True):
    """How letters are drawn here, and on what grid."""

    means: Means = Means.PLAIN
    cells: Means = Means.BLOCKS
    """What stands in for images while something lies over them."""
    cell_width: int = 8
    cell_height: int = 16
    """The size of a cell in pixels."""
    lacking: frozenset[str] = frozenset()
    """Block characters that this terminal's set leaves out."""
    reorders: bool = False
    """Whether the terminal turns right-to-left text by itself, so that plain text is left as it is read."""

    def aspect(self, deep: int) -> float:
        """A dot's width by its height, a cell being two dots wide and `deep` high; rounded where letters exist."""
        ratio = (self.cell_width / 2) / (self.cell_height / deep)
        return next((shape for shape in _SHAPES if 0.87 < ratio / shape < 1.15), ratio)

    @property
    def pictures(self) -> bool:
        """Whether letters are images."""
        return self.means in (Means.PIXELS, Means.KITTY)

    def plainly(self) -> "Glass":
        """The same glass with the terminal's own letters in the place of block characters."""
        return replace(self, cells=Means.PLAIN) if self.pictures else replace(self, means=Means.PLAIN)

    def without_images(self) -> "Glass":
        """The same glass with block characters in the place of images."""
        return replace(self, means=self.cells) if self.pictures else self


LACKING_IN_FOOT = frozenset("\U0001cea0\U0001cea3\U0001cea8\U0001ceab\U0001fbe6\U0001fbe7")
"""Octants of Unicode 16 that foot 1.21 leaves to the font, which has none."""

_FOOT = Glass(means=Means.PIXELS, cells=Means.OCTANTS, lacking=LACKING_IN_FOOT)
_KNOWN = {
    "foot": _FOOT,
    "foot-extra": _FOOT,
    "foot-direct": _FOOT,
    "xterm-kitty": Glass(means=Means.KITTY, cells=Means.SEXTANTS, reorders=True),
    "xterm-ghostty": Glass(means=Means.KITTY, cells=Means.SEXTANTS),
    "linux": Glass(means=Means.PLAIN, cells=Means.PLAIN),
    "dumb": Glass(means=Means.PLAIN, cells=Means.PLAIN),
    "WezTerm": Glass(means=Means.PIXELS, cells=Means.SEXTANTS),
    "Apple_Terminal": Glass(means=Means.BLOCKS, reorders=True),
}
_ELSEWHERE = Glass(means=Means.BLOCKS)
_VTE_WITH_SEXTANTS = 6200


def detect(environment: Mapping[str, str], cell: tuple[int, int] | None = None) -> Glass:
    """The glass that the environment speaks of.

    Args:
        environment: the process's variables.
        cell: the size of a cell in pixels, where the terminal says it.
    """
    known = _known(environment)
    means = _chosen(environment) or known.means
    width, height = cell or (known.cell_width, known.cell_height)
    cells = known.cells if means in (Means.PIXELS, Means.KITTY) else means
    return replace(known, means=means, cells=cells, cell_width=width, cell_height=height)


def _chosen(environment: Mapping[str, str]) -> Means | None:
    setting = environment.get(SETTING, "")
    if setting and setting not in list(Means):
        log.warning("%s names no way to draw letters; it may be %s", SETTING, ", ".join(Means))
        return None
    return Means(setting) if setting else None


def _known(environment: Mapping[str, str]) -> Glass:
    terminal = environment.get("TERM", "")
    multiplexed = "TMUX" in environment or terminal.startswith(("screen", "tmux"))
    in_browser = "web_driver" in environment.get("TEXTUAL_DRIVER", "")
    if multiplexed or in_browser:
        return _ELSEWHERE
    if terminal in _KNOWN:
        return _KNOWN[terminal]
    version = environment.get("VTE_VERSION", "")
    if version.isdecimal() and int(version) >= _VTE_WITH_SEXTANTS:
        return Glass(means=Means.SEXTANTS, reorders=True)
    if "KONSOLE_VERSION" in environment:
        return Glass(means=Means.BLOCKS, reorders=True)
    return _KNOWN.get(environment.get("TERM_PROGRAM", ""), _ELSEWHERE)


def cell_size() -> tuple[int, int] | None:
    """The size of a cell as the kernel has it from the terminal (TIOCGWINSZ), or None; nothing is awaited."""
    try:
        import fcntl
        import struct
        import termios

        packed = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8))  # type: ignore[union-attr]
    except (ImportError, OSError, AttributeError, ValueError):
        return None
    rows, columns, wide, high = struct.unpack("HHHH", packed)
    if not (rows and columns and wide >= columns and high >= rows):
        return None
    return wide // columns, high // rows


_GLASSES: WeakKeyDictionary[Any, Glass] = WeakKeyDictionary()


def glass_of(app: Any) -> Glass:
    """The glass of this app, detected on first use."""
    if app not in _GLASSES:
        _GLASSES[app] = detect(os.environ, cell_size())
    return _GLASSES[app]


def set_glass(app: Any, glass: Glass) -> None:
    """Say what this app draws on, before its first paint."""
    _GLASSES[app] = glass
