import logging
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.type import raster, strikes
from kiosk.type.faces import LATIN
from kiosk.type.glyph import measure
from kiosk.type.pieces import Piece
from kiosk.type.strikes import HEIGHTS, LETTERS, WEIGHTS, strike

WITHOUT_PILLOW = """
import sys
from kiosk.type import Glass, Means, Writing, columns_of
from kiosk.type.drawing import draw
for means in (Means.OCTANTS, Means.SEXTANTS, Means.BLOCKS, Means.PLAIN):
    for rows in (1, 2, 3, 4, 6, 8):
        glass = Glass(means=means)
        columns_of(Writing("Zażółć – 14:07 · Ärger…", 100, rows), glass)
        assert draw(Writing("Zażółć – 14:07 · Ärger…", 60, rows, "bold"), glass).lines
assert not [name for name in sys.modules if name.split(".")[0] in ("PIL", "fontTools", "textual_image")]
"""


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize(
    ("aspect", "high"), [(aspect, high) for aspect, heights in HEIGHTS.items() for high in heights]
)
def test_there_is_a_strike_with_every_letter(aspect: float, high: int, weight: str) -> None:
    assert "".join(strike(measure(high, aspect), weight)) == LETTERS


def test_a_strike_is_what_the_fonts_give() -> None:
    for aspect, high, weight in ((1.0, 12, "bold"), (0.75, 18, "regular"), (0.5, 12, "semibold")):
        sizes = measure(high, aspect)
        letters = strike(sizes, weight)
        made = {letter: raster.glyph(Piece(letter, LATIN), sizes, weight) for letter in LETTERS}
        same = sum(made[letter] == letters[letter] for letter in LETTERS)
        assert same > 0.97 * len(LETTERS), "another FreeType may round a few letters otherwise, not many"


def test_words_in_cells_need_no_pillow() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_PILLOW], check=True, timeout=60)


def test_a_size_without_a_strike_is_made_when_it_is_wanted() -> None:
    assert strike(measure(23), "bold") == {}


def test_a_damaged_strike_is_told_and_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(strikes, "STRIKES", tmp_path)
    strike.cache_clear()
    (tmp_path / "12-100-bold.msgpack").write_bytes(b"rubbish")
    with caplog.at_level(logging.WARNING):
        assert strike(measure(12), "bold") == {}
        assert strike(measure(16), "bold") == {}
    assert caplog.text.count("made from the fonts") == 2
    strike.cache_clear()
