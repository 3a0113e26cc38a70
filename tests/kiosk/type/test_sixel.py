import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from kiosk.type import sixel
from kiosk.type.ink import Ink
from kiosk.type.sixel import SHADES, encode
from kiosk.type.typesetter import draw

WHITE, RED = (255, 255, 255), (122, 31, 31)


class Decoded(NamedTuple):
    width: int
    height: int
    pixels: dict[tuple[int, int], int]
    """The register of every painted pixel."""
    registers: dict[int, tuple[int, ...]]
    """In percent."""


def decoded(image: str) -> Decoded:
    """What a terminal makes of it; strict about everything that is not sixel."""
    match = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)*)([#$!\d?-~-]*)\x1b\\', image)
    assert match, image[:60]
    registers = {}
    for register, *percent in re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)", match[3]):
        registers[int(register)] = tuple(map(int, percent))
    pixels: dict[tuple[int, int], int] = {}
    for index, band in enumerate(match[4].split("-")):
        for one_pass in filter(None, band.split("$")):
            register, data = re.fullmatch(r"#(\d+)((?:(?:!\d+)?[?-~])*)", one_pass).groups()  # type: ignore[union-attr]
            for at in _bits(data, 6 * index):
                assert at not in pixels, "painted twice"
                pixels[at] = int(register)
    return Decoded(int(match[1]), int(match[2]), pixels, registers)


def _bits(data: str, top: int) -> Iterator[tuple[int, int]]:
    sixels = "".join(one * int(count or 1) for count, one in re.findall(r"(?:!(\d+))?([?-~])", data))
    for x, one in enumerate(sixels):
        yield from ((x, top + bit) for bit in range(6) if ord(one) - 0x3F >> bit & 1)


def expected(ink: Ink, across: int, down: int) -> dict[tuple[int, int], int]:
    shades = {}
    for at, level in enumerate(ink.coverage):
        shade = (level * SHADES + 127) // 255
        if shade:
            shades[across + at % ink.width, down + at // ink.width] = shade
    return shades


@pytest.mark.parametrize("indent", [(0, 0), (5, 13), (7, 3)])
@pytest.mark.parametrize(("text", "box"), [("14:07", (200, 48)), ("Łukasz Żółć", (400, 32)), ("会議室", (200, 16))])
def test_every_pixel_comes_out_as_it_went_in(text: str, box: tuple[int, int], indent: tuple[int, int]) -> None:
    ink = draw(text, box, box[1], "bold", "left", 0)
    width, height, pixels, registers = decoded(encode(ink, indent, WHITE, RED))
    assert (width, height) == (ink.width + indent[0], ink.height + indent[1])
    assert pixels == expected(ink, *indent)
    assert registers[SHADES] == (100, 100, 100)
    assert set(pixels.values()) <= set(registers)


def test_nothing_is_painted_below_the_size_that_is_declared() -> None:
    ink = draw("gjpq", (200, 16), 16, "regular", "left", 0)
    _, height, pixels, _ = decoded(encode(ink, (0, 3), WHITE, RED))
    assert max(y for _, y in pixels) == height - 1


def test_shades_lie_between_the_ground_and_the_letters() -> None:
    registers = decoded(encode(draw("o", (60, 48), 48, "bold", "left", 0), (0, 0), WHITE, RED)).registers
    for channel in range(3):
        ladder = [registers[shade][channel] for shade in sorted(registers)]
        assert ladder == sorted(ladder)
        assert ladder[0] > RED[channel] / 2.55


def test_a_clock_takes_less_than_two_kilobytes() -> None:
    image = encode(draw("14:07", (200, 48), 48, "bold", "right", 0), (0, 0), WHITE, RED)
    assert len(image) < 2000


def test_long_runs_are_counted() -> None:
    solid = Ink(0, 0, 500, 6, b"\xff" * 3000)
    assert encode(solid, (0, 0), WHITE, RED).endswith(f"#{SHADES}!500~\x1b\\")
    assert sixel.SHADES < 16
