import logging

import pytest

from kiosk.type.capability import Glass, Means, cell_size, detect

KNOWN = [
    ({"TERM": "foot"}, Means.PIXELS, Means.OCTANTS),
    ({"TERM": "xterm-kitty"}, Means.KITTY, Means.SEXTANTS),
    ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Means.PIXELS, Means.SEXTANTS),
    ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, Means.SEXTANTS, Means.SEXTANTS),
    ({"TERM": "xterm-256color", "VTE_VERSION": "5202"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "xterm-256color", "VTE_VERSION": "rubbish"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "foot", "TMUX": "a socket"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "screen-256color", "TERM_PROGRAM": "WezTerm"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "foot", "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230800"}, Means.BLOCKS, Means.BLOCKS),
    ({"TERM": "linux"}, Means.PLAIN, Means.PLAIN),
    ({"TERM": "dumb"}, Means.PLAIN, Means.PLAIN),
    ({}, Means.BLOCKS, Means.BLOCKS),
]


@pytest.mark.parametrize(("environment", "means", "cells"), KNOWN)
def test_a_terminal_is_known_by_its_environment(environment: dict[str, str], means: Means, cells: Means) -> None:
    glass = detect(environment)
    assert (glass.means, glass.cells) == (means, cells)


@pytest.mark.parametrize("means", Means)
@pytest.mark.parametrize("terminal", ["foot", "linux", "xterm-256color"])
def test_the_setting_decides(terminal: str, means: Means) -> None:
    glass = detect({"TERM": terminal, "DOORLIGHT_TYPE": means.value})
    assert glass.means is means
    assert glass.without_images().means not in (Means.PIXELS, Means.KITTY)


def test_a_setting_that_means_nothing_is_told_and_left_aside(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert detect({"TERM": "foot", "DOORLIGHT_TYPE": "oil paint"}).means is Means.PIXELS
    assert "DOORLIGHT_TYPE" in caplog.text
    assert "oil" not in caplog.text


def test_what_foot_lacks_is_known_also_when_octants_are_asked_for() -> None:
    assert detect({"TERM": "foot", "DOORLIGHT_TYPE": "octants"}).lacking
    assert not detect({"TERM": "xterm-256color", "DOORLIGHT_TYPE": "octants"}).lacking


def test_the_size_of_a_cell_is_taken_over() -> None:
    glass = detect({"TERM": "foot"}, (10, 21))
    assert (glass.cell_width, glass.cell_height) == (10, 21)
    assert (glass.without_images().cell_width, glass.without_images().cell_height) == (10, 21)


def test_without_a_terminal_there_is_no_size() -> None:
    assert cell_size() is None


@pytest.mark.parametrize(
    ("cell", "deep", "aspect"), [((8, 16), 4, 1.0), ((8, 16), 3, 0.75), ((8, 16), 2, 0.5), ((9, 18), 4, 1.0)]
)
def test_a_dot_has_the_shape_that_the_cell_leaves_it(cell: tuple[int, int], deep: int, aspect: float) -> None:
    assert Glass(cell_width=cell[0], cell_height=cell[1]).aspect(deep) == aspect
