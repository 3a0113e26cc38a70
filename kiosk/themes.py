"""The colours of the glass: three themes by day and the same three by night, as variables for the stylesheets.

Every state has a ground, an ink and what is derived from them. Contrast is held by a test: 7:1 for ink, 4.5:1 for soft ink
and buttons; and the grounds of one theme differ in lightness, so that nobody needs to tell red from green.
"""

from functools import cache

from textual.theme import Theme as TextualTheme

from device.model.availability import DoorState
from device.model.value import Value
from device.wire.panel import Theme

NEUTRAL = "neutral"
"""The ground of what is not a state: dialogs, pairing, faults."""
GROUNDS = (*(state.value for state in DoorState), NEUTRAL)

_Colour = tuple[int, int, int]
_BLACK: _Colour = (0, 0, 0)
_WHITE: _Colour = (255, 255, 255)


class Ground(Value):
    """What a state is drawn on, and with."""

    ground: str
    ink: str


_DAY: dict[Theme, dict[str, Ground]] = {
    Theme.DARK: {
        "free": Ground(ground="#09633a", ink="#ffffff"),
        "starting": Ground(ground="#f2b233", ink="#1f1500"),
        "check-in": Ground(ground="#f2b233", ink="#1f1500"),
        "in-use": Ground(ground="#841b20", ink="#ffffff"),
        "closed": Ground(ground="#14171b", ink="#b9c0ca"),
        "unknown": Ground(ground="#9aa1ab", ink="#0d0f12"),
        NEUTRAL: Ground(ground="#18202b", ink="#ffffff"),
    },
    Theme.LIGHT: {
        "free": Ground(ground="#c4ecd0", ink="#05341b"),
        "starting": Ground(ground="#ffcb47", ink="#241800"),
        "check-in": Ground(ground="#ffcb47", ink="#241800"),
        "in-use": Ground(ground="#a11d20", ink="#ffffff"),
        "closed": Ground(ground="#2a2f36", ink="#d3d8df"),
        "unknown": Ground(ground="#adb3bc", ink="#101317"),
        NEUTRAL: Ground(ground="#f1f3f5", ink="#14181d"),
    },
    Theme.COLOUR_BLIND: {
        "free": Ground(ground="#0b52a6", ink="#ffffff"),
        "starting": Ground(ground="#fae08a", ink="#1f1800"),
        "check-in": Ground(ground="#fae08a", ink="#1f1800"),
        "in-use": Ground(ground="#ef8a26", ink="#1a0e00"),
        "closed": Ground(ground="#121417", ink="#b9c0ca"),
        "unknown": Ground(ground="#353a41", ink="#f2f4f6"),
        NEUTRAL: Ground(ground="#18202b", ink="#ffffff"),
    },
}


def theme_name(theme: Theme, *, night: bool = False) -> str:
    """The name under which Textual knows it."""
    return f"doorlight-{theme.value}{'-night' if night else ''}"


def grounds(theme: Theme, *, night: bool = False) -> dict[str, Ground]:
    """The ground and ink of each state."""
    return {name: _by_night(ground) for name, ground in _DAY[theme].items()} if night else _DAY[theme]


@cache
def textual_theme(theme: Theme, *, night: bool = False) -> TextualTheme:
    """The theme as Textual takes it."""
    variables: dict[str, str] = {}
    for name, ground in grounds(theme, night=night).items():
        variables |= {f"{name}-{part}": colour for part, colour in parts(ground).items()}
    neutral = grounds(theme, night=night)[NEUTRAL]
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


def parts(ground: Ground) -> dict[str, str]:
    """Everything that is drawn on one ground, by the name of its variable."""
    below, ink = _parse(ground.ground), _parse(ground.ink)
    dark = luminance(ground.ground) < luminance(ground.ink)
    button = _mix(below, _BLACK, 0.42) if dark else _mix(below, _WHITE, 0.5)
    return {
        "ground": ground.ground,
        "ink": ground.ink,
        "soft": _hex(_mix(ink, below, 0.2)),
        "button": _hex(button),
        "pressed": _hex(_mix(button, ink, 0.35)),
        "off": _hex(_mix(button, below, 0.5)),
        "track": _hex(_mix(below, _BLACK, 0.4 if dark else 0.22)),
        "gone": _hex(_mix(ink, below, 0.6)),
        "maybe": _hex(_mix(ink, below, 0.35)),
        "now": "#ffd447" if dark else "#b00020",
    }


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    channels = (value / 255 for value in _parse(colour))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _by_night(ground: Ground) -> Ground:
    """Little light: the ground almost black, the lighter of the two colours for the ink."""
    lighter = max(ground.ground, ground.ink, key=luminance)
    return Ground(
        ground=_hex(_mix(_parse(ground.ground), _BLACK, 0.9)), ink=_hex(_mix(_parse(lighter), _BLACK, 0.2))
    )


def _parse(colour: str) -> _Colour:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: _Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mix(one: _Colour, other: _Colour, share: float) -> _Colour:
    """`one` with a share of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
