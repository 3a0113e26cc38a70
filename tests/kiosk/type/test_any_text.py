"""Whatever letters a text is made of, in whichever order, its line can be measured and drawn by both means."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device.model.safetext import SafeText
from kiosk.type import dots, typesetter
from kiosk.type.faces import drawable
from kiosk.type.glyph import measure

LETTERS = "a1-\u200c\u200d\ufe0f\ufe01\U000e0101\u05d0\u0627\u0661\u4f1a\u0e01\u0301\U0001f468\U0001f3fd\u270e "
MEASURE = measure(16)


@pytest.mark.parametrize("base", [0, 1])
@settings(max_examples=300)
@given(text=st.text(LETTERS, max_size=12))
@example(text="\u200c\u200d")
@example(text="\u05d0\u200c\u200d1")
@example(text="\u270e\ufe01\u200ca\u200d")
def test_it_is_drawn(base: int, text: str) -> None:
    for line in (drawable(text), drawable(SafeText(text))):
        typesetter.width_of(line, 48, "regular", base)
        typesetter.draw(line, (400, 48), 48, "bold", "center", base)
        dots.width_of(line, MEASURE, "regular", base)
        dots.draw(line, 300, MEASURE, "semibold", "center", base)
