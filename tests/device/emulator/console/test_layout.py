"""Where the door stands, and what is said when there is no room for it."""

import pytest

from device.emulator.console.layout import SMALLEST, Grid, panel, place
from device.model.errors import SettingsError


def test_without_a_size_the_door_has_all_but_the_help() -> None:
    placed = place(Grid(columns=100, rows=40, width=800, height=640), None, 3)
    assert placed.grid == Grid(columns=100, rows=37, width=800, height=592)
    assert (placed.left, placed.top) == (0, 0)


def test_a_panel_stands_in_the_middle() -> None:
    placed = place(Grid(columns=160, rows=53), panel("7in"), 3)
    assert (placed.grid.columns, placed.grid.rows, placed.left, placed.top) == (100, 30, 30, 10)
    assert placed.lacking == ""


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (20, 2), (60, 15), (99, 60), (200, 20)])
def test_a_small_terminal_clips_the_door_and_says_so(columns: int, rows: int) -> None:
    placed = place(Grid(columns=columns, rows=rows), panel("7in"), 3)
    assert 1 <= placed.grid.columns <= columns
    assert 1 <= placed.grid.rows <= rows
    assert f"{columns}×{rows}" in placed.lacking
    assert "100×3" in placed.lacking


def test_a_terminal_below_the_smallest_door_says_so() -> None:
    assert "80×24" in place(Grid(columns=60, rows=15), None, 3).lacking
    assert place(Grid(columns=SMALLEST[0], rows=SMALLEST[1]), None, 3).lacking == ""


@pytest.mark.parametrize(
    ("name", "cells"),
    [("7in", (100, 30)), ("10in", (160, 50)), ("portrait", (90, 80)), ("81x25", (81, 25)), ("81×25", (81, 25))],
)
def test_a_panel_is_named_or_measured(name: str, cells: tuple[int, int]) -> None:
    assert (panel(name).columns, panel(name).rows) == cells


@pytest.mark.parametrize("name", ["", "8in", "0x5", "x", "100x", "1000x1000", "-1x5", "7IN\x1b["])
def test_what_is_no_panel_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        panel(name)
    assert "7in" in refused.value.hint
