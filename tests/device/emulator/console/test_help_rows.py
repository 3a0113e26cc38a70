"""The rows below the door: all keys on a wide terminal, never more rows than a small one can spare."""

import pyte
import pytest

from device.emulator.console.help_rows import HelpRows, shortened, width_of
from device.emulator.console.layout import Grid, place
from device.emulator.knobs import Knob

LABELS = ("room", "next change", "+5 min", "+15 min", "speed", "add", "move", "cancel", "private", "network", "error")


async def nothing() -> str:
    return ""


def knobs() -> list[Knob]:
    return [
        Knob(name=label, key=chr(ord("a") + number), label=label, help=f"What {label} does.", act=nothing)
        for number, label in enumerate(LABELS)
    ]


def drawn(columns: int, rows: int, *, explained: bool = False, said: str = "Said.") -> tuple[list[str], HelpRows]:
    """The terminal after the help was drawn over a full one, and the help."""
    help_ = HelpRows(knobs())
    help_.explained = explained
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    stream.feed(b"\x1b[2;3H")
    stream.feed(
        help_.draw(
            place(Grid(columns=columns, rows=rows), None, help_.count(columns, rows)), columns, rows, said, "facts"
        )
    )
    assert (screen.cursor.y, screen.cursor.x) == (min(1, rows - 1), min(2, columns - 1)), "the cursor is where it was"
    return [line.rstrip() for line in screen.display], help_


def test_every_key_stands_there_on_a_terminal_of_ordinary_size() -> None:
    lines, _ = drawn(100, 30)
    shown = "\n".join(lines[-3:])
    for number, label in enumerate(LABELS):
        assert f"{chr(ord('a') + number)} {label}" in shown
    assert "Said." in lines[-3]
    assert lines[-3].endswith("facts")


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (2, 2), (20, 5), (60, 15), (80, 24), (240, 67)])
def test_it_never_takes_more_than_the_terminal_can_spare(columns: int, rows: int) -> None:
    for explained in (False, True):
        help_ = HelpRows(knobs())
        help_.explained = explained
        assert 1 <= help_.count(columns, rows) <= max(rows // 2, 1)
        drawn(columns, rows, explained=explained)


def test_a_key_is_found_where_it_stands_and_nowhere_else() -> None:
    lines, help_ = drawn(100, 30)
    row = next(number for number, line in enumerate(lines) if "cancel" in line)
    column = lines[row].index("cancel")
    assert help_.key_at(column, row) == "h"
    assert help_.key_at(column, row - 5) is None
    assert help_.key_at(99, row) is None


def test_what_was_said_has_more_right_to_the_row_than_where_it_was_said() -> None:
    lines, _ = drawn(80, 24, said="Something that needs all of this row, so long is it and so very worth reading.")
    assert any("worth reading." in line for line in lines)
    assert not any("facts" in line for line in lines)


def test_every_key_is_explained_in_a_row_of_its_own() -> None:
    lines, _ = drawn(100, 40, explained=True)
    assert any("+5 min" in line and "What +5 min does." in line for line in lines)


@pytest.mark.parametrize(("text", "cells"), [("Aurora", 6), ("会議室", 6), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_widths_are_those_of_cells(text: str, cells: int) -> None:
    assert width_of(text) == cells
    assert width_of(shortened(text * 5, 7)) <= 7
