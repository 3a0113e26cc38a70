"""The table of the benchmarks: ratios, verdicts, and the file that is written."""

import json
from pathlib import Path

import pytest

from bench import table
from bench.table import Row, report


@pytest.mark.parametrize(
    ("row", "ratio", "kept"),
    [
        (Row("start", 120, "ms", floor=100, promise=1.25), 1.2, True),
        (Row("start", 130, "ms", floor=100, promise=1.25), 1.3, False),
        (Row("bytes", 0, "B", promise=0), None, True),
        (Row("bytes", 1, "B", floor=0, promise=0), None, False),
        (Row("accepts", 1999, "/s", promise=2000, at_least=True), None, False),
        (Row("accepts", 2000, "/s", promise=2000, at_least=True), None, True),
        (Row("for information", 7), None, None),
    ],
)
def test_a_promise_is_judged_by_its_ratio_or_by_its_figure(row: Row, ratio: float | None, kept: bool | None) -> None:
    assert row.ratio == ratio
    assert row.kept is kept


def test_a_report_prints_a_line_for_each_figure_and_writes_them_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(table, "RESULTS", tmp_path / "results")
    report("start", [Row("start", 130, "ms", floor=100, promise=1.25, floor_is="bare"), Row("bytes", 0, "B")])
    printed = capsys.readouterr().out
    assert "130 ms" in printed
    assert "MISSED" in printed
    written = json.loads((tmp_path / "results" / "start.json").read_text())
    assert [row["kept"] for row in written["rows"]] == [False, None]
    assert written["rows"][0]["ratio"] == 1.3
