"""The palette as Textual takes it: a theme is a set of variables for the stylesheets, a ground a sheet of its own."""

from functools import cache
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import Theme as TextualTheme

from device.model.door import Theme
from kiosk.palette import NEUTRAL, grounds, parts

_SHEET = Path(__file__).with_name("screens") / "ground.tcss"


@cache
def _sheet() -> str:
    return _SHEET.read_text()


def know_ground(app: App[Any], name: str) -> None:
    """Have the rules of one ground in the stylesheet. Most days see four of the seven, and each costs its start."""
    app.stylesheet.add_source(_sheet().replace("GROUND", name), read_from=(str(_SHEET), name))


def theme_name(theme: Theme, *, night: bool = False) -> str:
    """The name under which Textual knows it."""
    return f"doorlight-{theme.value}{'-night' if night else ''}"


@cache
def textual_theme(theme: Theme, *, night: bool = False) -> TextualTheme:
    """The theme, by day or by night."""
    palette = grounds(theme.value, night=night)
    variables: dict[str, str] = {}
    for name, ground in palette.items():
        variables |= {f"{name}-{part}": colour for part, colour in parts(ground).items()}
    neutral = palette[NEUTRAL]
    return TextualTheme(
        name=theme_name(theme, night=night),
        primary=neutral.ink,
        foreground=neutral.ink,
        background=neutral.ground,
        surface=neutral.ground,
        panel=neutral.ground,
        dark=theme is not Theme.LIGHT,
        variables=variables,
    )
