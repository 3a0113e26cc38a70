import re

import pytest

from kiosk.type import sixel
from kiosk.type.ink import Ink
from kiosk.type.sixel import SHADES, encode
from kiosk.type.typesetter import draw

WHITE, RED = (255, 255, 255), (122, 31, 31)


def decoded(image: str) -> tuple[int, int, dict[tuple[int, int], int], dict[int, tuple[int, ...]]]:
    """Width, height, the register of every painted pixel, and the registers in percent; strict about all else."""
    match = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)([!-~]*)\x1b\\', image)
    assert match, image[:60]
    pixels: dict[tuple[int, int], int] = {}
    registers: dict[int, tuple[int, ...]] = {}
    x = y = register = 0
    for token in re.finditer(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)|(.)", match[3]):
        assert token[11] is None, f"not sixel: {token[0]!r}"
        if token[1]:
            registers[int(token[1])] = tuple(int(token[part]) for part in (2, 3, 4))
        elif token[5]:
            register = int(token[5])
        elif token[9]:
            x = 0
        elif token[10]:
            x, y = 0, y + 6
        else:
            bits = ord(token[7] or token[8]) - 0x3F
            for _ in range(int(token[6] or 1)):
                for bit in range(6):
                    if bits >> bit & 1:
                        assert (x, y + bit) not in pixels, "painted twice"
                        pixels[x, y + bit] = register
                x += 1
    return int(match[1]), int(match[2]), pixels, registers


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
    registers = decoded(encode(draw("o", (60, 48), 48, "bold", "left", 0), (0, 0), WHITE, RED))[3]
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
