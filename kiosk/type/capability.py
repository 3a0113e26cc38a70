"""What this terminal can draw, decided from what is known without asking it: a silent terminal delays nothing."""

import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from device.model.value import Value

SETTING = "DOORLIGHT_TYPE"


class Means(StrEnum):
    """The ways to draw a letter, best first."""

    PIXELS = "pixels"
    KITTY = "kitty"
    OCTANTS = "octants"
    SEXTANTS = "sextants"
    BLOCKS = "blocks"
    PLAIN = "plain"


class Glass(Value, frozen=True):
    """How letters are drawn here, and the size of a cell in pixels."""

    means: Means = Means.PLAIN
    cell_width: int = 8
    cell_height: int = 16


def detect(environment: Mapping[str, str]) -> Glass:
    """The glass that the environment speaks of."""
    return Glass(means=Means(environment.get(SETTING, Means.PLAIN)))


_GLASSES: WeakKeyDictionary[Any, Glass] = WeakKeyDictionary()


def glass_of(app: Any) -> Glass:
    """The glass of this app, detected on first use."""
    if app not in _GLASSES:
        _GLASSES[app] = detect(os.environ)
    return _GLASSES[app]


def set_glass(app: Any, glass: Glass) -> None:
    """Say what this app draws on, before its first paint."""
    _GLASSES[app] = glass
