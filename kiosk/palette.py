"""The colours of the glass: three themes by day, and the same by night. No import, so that the first paint has them.

Every state has a ground, an ink and what is derived from them. Contrast is held by a test: 7:1 for ink, 4.5:1 for soft
ink and buttons; and the grounds of one theme differ in lightness, so that nobody needs to tell red from green.
"""

from typing import NamedTuple

NEUTRAL = "neutral"
"""The ground of what is not a state: pairing, faults."""
GROUNDS = ("free", "starting", "check-in", "in-use", "closed", "unknown", NEUTRAL)

_Colour = tuple[int, int, int]
_BLACK: _Colour = (0, 0, 0)
_WHITE: _Colour = (255, 255, 255)


class Ground(NamedTuple):
    """What a state is drawn on, and with."""

    ground: str
    ink: str


_DAY: dict[str, dict[str, Ground]] = {
    "dark": {
        "free": Ground("#09633a", "#ffffff"),
        "starting": Ground("#f2b233", "#1f1500"),
        "check-in": Ground("#f2b233", "#1f1500"),
        "in-use": Ground("#841b20", "#ffffff"),
        "closed": Ground("#14171b", "#b9c0ca"),
        "unknown": Ground("#9aa1ab", "#0d0f12"),
        NEUTRAL: Ground("#18202b", "#ffffff"),
    },
    "light": {
        "free": Ground("#c4ecd0", "#05341b"),
        "starting": Ground("#f2b233", "#1f1500"),
        "check-in": Ground("#f2b233", "#1f1500"),
        "in-use": Ground("#a11d20", "#ffffff"),
        "closed": Ground("#2a2f36", "#d3d8df"),
        "unknown": Ground("#adb3bc", "#101317"),
        NEUTRAL: Ground("#f1f3f5", "#14181d"),
    },
    "colour-blind": {
        "free": Ground("#0b52a6", "#ffffff"),
        "starting": Ground("#fae08a", "#1f1800"),
        "check-in": Ground("#fae08a", "#1f1800"),
        "in-use": Ground("#ef8a26", "#1a0e00"),
        "closed": Ground("#121417", "#b9c0ca"),
        "unknown": Ground("#353a41", "#f2f4f6"),
        NEUTRAL: Ground("#18202b", "#ffffff"),
    },
}


def grounds(theme: str, *, night: bool = False) -> dict[str, Ground]:
    """The ground and ink of each state."""
    return {name: _by_night(ground) for name, ground in _DAY[theme].items()} if night else _DAY[theme]


def parts(ground: Ground) -> dict[str, str]:
    """Everything that is drawn on one ground, by the name of its variable."""
    below, ink = parse(ground.ground), parse(ground.ink)
    dark = luminance(ground.ground) < luminance(ground.ink)
    button = _mix(below, _BLACK, 0.42) if dark else _mix(below, _WHITE, 0.5)
    return {
        "ground": ground.ground,
        "ink": ground.ink,
        "soft": _hex(_mix(ink, below, 0.2)),
        "button": _hex(button),
        "pressed": _hex(_mix(button, ink, 0.33)),
        "off": _hex(_mix(button, below, 0.5)),
        "track": _hex(_mix(below, _BLACK, 0.4 if dark else 0.22)),
        "gone": _hex(_mix(ink, below, 0.6)),
        "maybe": _hex(_mix(ink, below, 0.35)),
        "now": "#ffd447" if dark else "#b00020",
    }


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2, 0 to 1."""
    channels = (value / 255 for value in parse(colour))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _by_night(ground: Ground) -> Ground:
    """Little light: the ground almost black, the lighter of the two colours for the ink."""
    lighter = max(ground.ground, ground.ink, key=luminance)
    return Ground(_hex(_mix(parse(ground.ground), _BLACK, 0.9)), _hex(_mix(parse(lighter), _BLACK, 0.2)))


def parse(colour: str) -> _Colour:
    """`#rrggbb` as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: _Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _mix(one: _Colour, other: _Colour, share: float) -> _Colour:
    """`one` with a share of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
