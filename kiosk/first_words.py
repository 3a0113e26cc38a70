"""Draws the words of the first paint ahead of time: `python -m kiosk.first_words` writes `first_words.txt`.

Setting type takes longer than everything else before the first frame, and the words of the states are known. Each
record of the file is a line that names it and the lines that it consists of; records are parted by an empty line.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from device.model.availability import DoorState
from kiosk.type.capability import Glass, Means
from kiosk.type.drawing import Writing, columns_of, draw
from kiosk.words import LANGUAGES, words

FILE = Path(__file__).with_suffix(".txt")
ROWS = 7
"""The rows of a word on the smallest panel."""
_GLASS = Glass(means=Means.BLOCKS)


def records() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name and the lines of every record."""
    for language in LANGUAGES:
        said = words(language)
        plain = {
            "until": said.until,
            "rest": said.rest_of_day,
            "unconfirmed": said.not_confirmed,
            "never": said.never_confirmed,
            "time12": said.time12,
            "marks": f"{said.am}|{said.pm}",
            "style": f"{'rtl' if said.rtl else 'ltr'} {'24' if said.hour24 else '12'}",
        }
        for name, text in plain.items():
            yield f"{language} {name}", (text,)
        for state in DoorState:
            yield f"{language} {state.value} name", (said.states[state],)
            yield f"{language} {state.value}", drawn(said.states[state])


def drawn(word: str) -> tuple[str, ...]:
    """A word in quarter blocks, no wider than it is."""
    width = columns_of(Writing(word, 1000, ROWS, weight="bold"), _GLASS)
    lines = draw(Writing(word, width, ROWS, weight="bold", align="left"), _GLASS).lines
    return tuple("".join(cells.text for cells in line).ljust(width) for line in lines)


def main() -> int:
    """Write the file anew."""
    FILE.write_text("\n\n".join("\n".join((name, *lines)) for name, lines in records()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
