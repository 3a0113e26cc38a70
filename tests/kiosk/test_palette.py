"""The colours can be read, and told apart without telling red from green."""

from itertools import combinations

import pytest

from device.model.availability import DoorState
from device.model.door import Theme
from kiosk.palette import GROUNDS, NEUTRAL, contrast, grounds, luminance, parts
from kiosk.themes import textual_theme, theme_name

THEMES = [theme.value for theme in Theme]


def test_every_state_has_a_ground() -> None:
    assert set(GROUNDS) == {state.value for state in DoorState} | {NEUTRAL}
    for theme in THEMES:
        assert set(grounds(theme)) == set(GROUNDS)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", GROUNDS)
def test_the_word_and_the_times_have_a_contrast_of_seven(theme: str, name: str) -> None:
    ground = grounds(theme)[name]
    assert contrast(ground.ink, ground.ground) >= 7


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", GROUNDS)
def test_everything_else_has_a_contrast_of_four_and_a_half(theme: str, name: str) -> None:
    ground = grounds(theme)[name]
    colours = parts(ground)
    assert contrast(colours["soft"], ground.ground) >= 4.5
    assert contrast(ground.ink, colours["button"]) >= 4.5
    assert contrast(ground.ink, colours["pressed"]) >= 4.5
    assert contrast(colours["soft"], colours["off"]) >= 4.5
    assert contrast(ground.ink, colours["track"]) >= 3, "what is taken stands out from the strip"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", GROUNDS)
def test_by_night_it_can_still_be_read_and_is_dark(theme: str, name: str) -> None:
    ground = grounds(theme, night=True)[name]
    assert contrast(ground.ink, ground.ground) >= 4.5
    assert luminance(ground.ground) < 0.02


@pytest.mark.parametrize("theme", THEMES)
def test_the_grounds_of_a_theme_differ_in_lightness(theme: str) -> None:
    known = {name: ground.ground for name, ground in grounds(theme).items() if name in ("free", "in-use", "starting")}
    for (one, first), (other, second) in combinations(known.items(), 2):
        assert contrast(first, second) >= 1.3, (one, other)


@pytest.mark.parametrize("theme", THEMES)
def test_unknown_is_grey_and_never_green(theme: str) -> None:
    ground = grounds(theme)["unknown"].ground
    red, green, blue = (int(ground[at : at + 2], 16) for at in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) <= 24


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("night", [False, True])
def test_every_colour_of_a_theme_is_a_variable(night: bool) -> None:
    theme = textual_theme(Theme.DARK, night=night)
    assert theme.name == theme_name(Theme.DARK, night=night)
    assert {f"{name}-ground" for name in GROUNDS} <= set(theme.variables)
