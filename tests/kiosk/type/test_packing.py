import unicodedata

import pytest

from kiosk.type.capability import LACKING_IN_FOOT, Means
from kiosk.type.packing import ROWS, Cells, pack, table

OLDER_OCTANTS = {
    0b0000_0001: "\U0001cea8",  # LEFT HALF UPPER ONE QUARTER BLOCK
    0b0000_0010: "\U0001ceab",  # RIGHT HALF UPPER ONE QUARTER BLOCK
    0b0100_0000: "\U0001cea3",  # LEFT HALF LOWER ONE QUARTER BLOCK
    0b1000_0000: "\U0001cea0",  # RIGHT HALF LOWER ONE QUARTER BLOCK
    0b0001_0100: "\U0001fbe6",  # MIDDLE LEFT ONE QUARTER BLOCK
    0b0010_1000: "\U0001fbe7",  # MIDDLE RIGHT ONE QUARTER BLOCK
    0b0000_0011: "\U0001fb82",  # UPPER ONE QUARTER BLOCK
    0b0011_1111: "\U0001fb85",  # UPPER THREE QUARTERS BLOCK
    0b1100_0000: "▂",
    0b1111_1100: "▆",
    0b0000_0000: " ",
    0b1111_1111: "█",
    0b0000_1111: "▀",
    0b1111_0000: "▄",
    0b0101_0101: "▌",
    0b1010_1010: "▐",
    0b0000_0101: "▘",
    0b0000_1010: "▝",
    0b0101_0000: "▖",
    0b1010_0000: "▗",
    0b1010_0101: "▚",
    0b0101_1010: "▞",
    0b0101_1111: "▛",
    0b1010_1111: "▜",
    0b1111_0101: "▙",
    0b1111_1010: "▟",
}
UNICODE_16 = {  # from the names list: BLOCK OCTANT-…
    "3": 0x1CD00,
    "23": 0x1CD01,
    "123": 0x1CD02,
    "4": 0x1CD03,
    "14": 0x1CD04,
    "124": 0x1CD05,
    "34": 0x1CD06,
    "134": 0x1CD07,
    "234": 0x1CD08,
    "5": 0x1CD09,
    "15": 0x1CD0A,
    "2345678": 0x1CDE5,
}


def test_every_sextant_is_the_one_of_its_name() -> None:
    for pattern, cell in enumerate(table(Means.SEXTANTS)):
        dots = "".join(str(dot + 1) for dot in range(6) if pattern >> dot & 1)
        name = unicodedata.name(cell.text)
        assert name in (f"BLOCK SEXTANT-{dots}", "SPACE", "FULL BLOCK", "LEFT HALF BLOCK", "RIGHT HALF BLOCK")


def test_the_octants_that_had_a_character_before_unicode_16_keep_it() -> None:
    octants = table(Means.OCTANTS)
    assert {pattern: octants[pattern].text for pattern in OLDER_OCTANTS} == OLDER_OCTANTS


def test_the_other_octants_are_the_230_of_unicode_16_in_the_order_of_their_patterns() -> None:
    octants = [cell.text for pattern, cell in enumerate(table(Means.OCTANTS)) if pattern not in OLDER_OCTANTS]
    assert octants == [chr(code) for code in range(0x1CD00, 0x1CDE6)]


@pytest.mark.parametrize(("dots", "code"), UNICODE_16.items())
def test_an_octant_is_the_one_of_its_name(dots: str, code: int) -> None:
    pattern = sum(1 << int(dot) - 1 for dot in dots)
    assert ord(table(Means.OCTANTS)[pattern].text) == code


def test_every_quarter_block_is_the_one_of_its_name() -> None:
    names = [unicodedata.name(cell.text) for cell in table(Means.BLOCKS)]
    assert names[1] == "QUADRANT UPPER LEFT"
    assert names[2] == "QUADRANT UPPER RIGHT"
    assert names[4] == "QUADRANT LOWER LEFT"
    assert names[9] == "QUADRANT UPPER LEFT AND LOWER RIGHT"
    assert len(set(names)) == 16


def test_a_pattern_that_foot_lacks_is_its_opposite_in_turned_colours() -> None:
    octants, in_foot = table(Means.OCTANTS), table(Means.OCTANTS, LACKING_IN_FOOT)
    turned = {pattern: cell for pattern, cell in enumerate(in_foot) if cell.turned}
    assert len(turned) == len(LACKING_IN_FOOT)
    for pattern, cell in turned.items():
        assert octants[pattern].text in LACKING_IN_FOOT
        assert cell.text == octants[255 - pattern].text
        assert cell.text not in LACKING_IN_FOOT


@pytest.mark.parametrize("means", ROWS)
def test_what_is_packed_can_be_unpacked(means: Means) -> None:
    lacking = LACKING_IN_FOOT
    width, deep = 37, ROWS[means]
    rows = [(0x9E3779B97F4A7C15F39CC0605CEDC835 * (row + 3)) % (1 << 2 * width) for row in range(3 * deep - 1)]
    lines = pack(rows, width, means, lacking)
    assert [len("".join(cells.text for cells in line)) for line in lines] == [width] * 3
    unpacked = [row for line in lines for row in _unpacked(line, means, lacking)]
    assert unpacked == [*rows, 0]


def _unpacked(line: tuple[Cells, ...], means: Means, lacking: frozenset[str]) -> list[int]:
    known = {cell: pattern for pattern, cell in enumerate(table(means, lacking))}
    rows = [0] * ROWS[means]
    cells = [Cells(character, part.turned) for part in line for character in part.text]
    for column, cell in enumerate(cells):
        for row in range(len(rows)):
            rows[row] |= (known[cell] >> 2 * row & 3) << 2 * column
    return rows
