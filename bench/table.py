"""The table that every benchmark ends in: a figure, the floor or peer measured in the same run, the ratio, the promise.

```python
report("kiosk_start", [Row("start to first paint", 512.0, "ms", floor=431.0, promise=1.25)])
```

prints a line and writes `bench/results/kiosk_start.json`.
"""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_HEADINGS = ("what", "measured", "floor", "ratio", "promised", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    value: float
    unit: str = ""
    floor: float | None = None
    """The floor or peer, in the same unit, from the same run; None or 0 where the promise is an absolute figure."""
    promise: float | None = None
    """With a floor: the largest ratio promised. Without: the largest value. None: printed for information."""
    at_least: bool = False
    """The promise is the smallest that will do (throughput), not the largest."""
    floor_is: str = ""
    """What the floor is, e.g. `bare Textual app`."""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return self.value / self.floor if self.floor else None

    @property
    def kept(self) -> bool | None:
        """Whether the promise is kept; None where nothing is promised."""
        if self.promise is None:
            return None
        judged = self.value if self.ratio is None else self.ratio
        return judged >= self.promise if self.at_least else judged <= self.promise


def report(name: str, rows: Sequence[Row]) -> None:
    """Print the table of `name` and write it to `bench/results/NAME.json`."""
    lines = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    print(f"\n{name}")
    for what, *others in lines:
        figures = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        print("  " + "  ".join((what.ljust(widths[0]), *figures)).rstrip())
    RESULTS.mkdir(parents=True, exist_ok=True)
    measured = [asdict(row) | {"ratio": row.ratio, "kept": row.kept} for row in rows]
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    (RESULTS / f"{name}.json").write_text(json.dumps({"name": name, **machine, "rows": measured}, indent=2) + "\n")


def _cells(row: Row) -> tuple[str, ...]:
    floor = "-" if row.floor is None else f"{_figure(row.floor)} {row.unit}" + (row.floor_is and f" ({row.floor_is})")
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}x"
    return row.what, f"{_figure(row.value)} {row.unit}", floor, ratio, _promised(row), _verdict(row)


def _promised(row: Row) -> str:
    if row.promise is None:
        return "-"
    bound = f"{_figure(row.promise)} {row.unit}".rstrip() if row.ratio is None else f"{row.promise:g}x"
    return ("at least " if row.at_least else "at most ") + bound


def _verdict(row: Row) -> str:
    return {None: "", True: "kept", False: "MISSED"}[row.kept]


def _figure(number: float) -> str:
    """Three significant digits, and never an exponent."""
    return f"{number:,.0f}" if number == int(number) or abs(number) >= 100 else f"{number:.3g}"
