"""The code is the standard's: checked against codes that another encoder made, and by reading it back."""

import pytest

from kiosk.qr import _MASKS, _bits, _correction, _data_places, _patterns, qr


def read(code: list[list[bool]]) -> str:
    """What a reader sees in it: format, mask, words, text."""
    size = len(code)
    places = [(bit, 8) for bit in range(6)] + [(7, 8), (8, 8), (8, 7)] + [(8, 14 - bit) for bit in range(9, 15)]
    value = sum(code[row][column] << bit for bit, (row, column) in enumerate(places)) ^ 0x5412
    level, mask = value >> 13, value >> 10 & 7
    assert level == 0b01
    bits = [code[row][column] != _MASKS[mask](column, row) for row, column in _data_places(_patterns((size - 17) // 4))]
    stream = "".join("01"[bit] for bit in bits)
    assert stream[:4] == "0100"
    length = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * at : 20 + 8 * at], 2) for at in range(length)).decode()


@pytest.mark.parametrize("text", ["", "a", "https://hub.office.example/pair#BCDFGHJK", "x" * 106, "ü" * 53])
def test_what_is_written_is_read_back(text: str) -> None:
    code = qr(text)
    assert code is not None
    assert read(code) == text


@pytest.mark.parametrize(("length", "size"), [(17, 21), (18, 25), (32, 25), (33, 29), (53, 29), (78, 33), (106, 37)])
def test_the_code_is_as_small_as_its_text_allows(length: int, size: int) -> None:
    code = qr("x" * length)
    assert code is not None
    assert (len(code), {len(line) for line in code}) == (size, {size})


def test_a_text_that_is_too_long_has_no_code() -> None:
    assert qr("x" * 107) is None


def test_the_correction_is_the_standards_example() -> None:
    data = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11]
    assert _correction(data, 10) == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]


def test_words_without_a_fault_leave_nothing_over() -> None:
    bits = _bits(b"doorlight", 1)
    words = [int("".join("01"[bit] for bit in bits[at : at + 8]), 2) for at in range(0, len(bits), 8)]
    assert _correction(words, 7) == [0] * 7


def test_the_corners_and_the_rhythm_are_where_a_reader_looks_for_them() -> None:
    code = qr("https://hub.office.example")
    assert code is not None
    size = len(code)
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert all(code[top][left + at] and code[top + 6][left + at] for at in range(7))
        assert not any(code[top + 1][left + at] for at in range(1, 6))
        assert code[top + 3][left + 3]
    assert [code[6][at] for at in range(8, size - 8)] == [at % 2 == 0 for at in range(8, size - 8)]
    assert code[size - 8][8]
