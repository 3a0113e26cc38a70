"""Write coverage.json: which characters each family of the font files beside it can draw, as flat ranges.

`[start, end, start, end, …]`, half open and ascending: a character is covered when bisecting lands on an odd place.
Run by build.sh; needs fonttools, which the kiosk itself does not.
"""

import json
import sys
from pathlib import Path
from typing import Any


def ranges(codes: set[int]) -> list[int]:
    """The half-open ranges of these code points, flat."""
    flat: list[int] = []
    for code in sorted(codes):
        if flat and flat[-1] == code:
            flat[-1] = code + 1
        else:
            flat += (code, code + 1)
    return flat


def covered(path: Path) -> set[int]:
    """The code points that this font file draws."""
    from fontTools.ttLib import TTFont  # type: ignore[import-not-found,unused-ignore]

    font: Any = TTFont(path)
    return set(font.getBestCmap())


def main(folder: Path) -> None:
    """Write the file: a family covers what every one of its weights does."""
    families: dict[str, set[int]] = {}
    for path in sorted([*folder.glob("*.ttf"), *folder.glob("*.otf")]):
        family = path.stem.partition("-")[0]
        codes = covered(path)
        families[family] = families.get(family, codes) & codes
    plain = {family: ranges(codes) for family, codes in families.items()}
    (folder / "coverage.json").write_text(json.dumps(plain, separators=(",", ":")) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
