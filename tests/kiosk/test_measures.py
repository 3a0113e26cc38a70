"""The same door on every glass: large enough to read, nothing over anything else."""

from itertools import combinations, pairwise

import pytest
from textual.geometry import Region

from kiosk.layout import door, mirrored, row
from kiosk.measures import Measures, Shape, measures

PANELS = {(100, 30): 16, (90, 80): 16, (160, 45): 16, (160, 50): 16, (240, 67): 16}
"""The panels' grids, at 8×16 pixels."""
GLASSES = [
    (columns, rows) for columns in (80, 90, 100, 120, 160, 200, 240, 320) for rows in (24, 30, 36, 45, 50, 67, 80)
]


@pytest.mark.parametrize("glass", GLASSES)
@pytest.mark.parametrize("notice", [False, True])
def test_nothing_lies_over_anything_else_and_all_is_on_the_glass(glass: tuple[int, int], notice: bool) -> None:
    regions = door(measures(glass), notice=notice)
    whole = Region(0, 0, *glass)
    for region in regions.values():
        assert whole.contains_region(region), regions
    for (one, first), (other, second) in combinations(regions.items(), 2):
        assert not first.overlaps(second), (one, other)


@pytest.mark.parametrize("glass", GLASSES)
def test_every_part_has_a_place(glass: tuple[int, int]) -> None:
    assert {"header", "answer", "strip", "agenda", "freshness", "actions"} <= set(door(measures(glass), notice=False))
    assert "notice" in door(measures(glass), notice=True)


@pytest.mark.parametrize(("panel", "pixels"), PANELS.items())
def test_on_the_panels_the_type_is_as_large_as_promised(panel: tuple[int, int], pixels: int) -> None:
    of = measures(panel)
    em = pixels / 1.2
    assert of.word * em >= 72
    assert min(of.header, of.title, of.beside) * em >= 36
    assert of.line * em >= 24


@pytest.mark.parametrize("panel", PANELS)
def test_on_the_panels_a_button_is_as_large_as_a_finger(panel: tuple[int, int]) -> None:
    of = measures(panel)
    assert of.action * 16 >= 84


@pytest.mark.parametrize(
    ("glass", "shape"),
    [
        ((100, 30), Shape.LANDSCAPE),
        ((90, 80), Shape.PORTRAIT),
        ((80, 24), Shape.LANDSCAPE),
        ((79, 24), Shape.TINY),
        ((80, 21), Shape.LANDSCAPE),
        ((80, 20), Shape.TINY),
        ((60, 15), Shape.TINY),
        ((1, 1), Shape.TINY),
    ],
)
def test_the_shape_follows_the_size(glass: tuple[int, int], shape: Shape) -> None:
    assert measures(glass).shape is shape


def test_a_larger_glass_has_larger_type_and_not_more_lines() -> None:
    small, large = measures((100, 30)), measures((240, 67))
    assert large.word >= 2 * small.word
    assert _lines(large) <= _lines(small) + 1


def _lines(of: Measures) -> int:
    return door(of, notice=False)["agenda"].height // of.line


def test_a_mirrored_plan_is_the_same_from_the_other_side() -> None:
    plan = {"a": Region(2, 0, 10, 1), "b": Region(12, 0, 88, 1)}
    assert mirrored(plan, 100) == {"a": Region(88, 0, 10, 1), "b": Region(0, 0, 88, 1)}
    assert mirrored(mirrored(plan, 100), 100) == plan


def test_a_row_is_filled_to_the_last_column() -> None:
    regions = list(row({"a": 10, "b": 20, "c": 5}, 97, 6).values())
    assert regions[0].x == 0
    assert regions[-1].right == 97
    assert [second.x - first.right for first, second in pairwise(regions)] == [1, 1]
