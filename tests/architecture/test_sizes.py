"""Modules and functions stay small enough to be read."""

import ast
from statistics import median, quantiles

from tree import ROOT, files, modules, place

LIMIT, MEDIAN, NINE_IN_TEN = 400, 120, 300
BODY = 40
STYLESHEET = 150


def lengths() -> dict[str, int]:
    return {place(path): text.count("\n") for path, text, _ in modules() if text.strip()}


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> int:
    """Lines from the first statement to the last; the docstring and empty lines left out."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    lines = text.splitlines()[body[0].lineno - 1 : body[-1].end_lineno] if body else []
    return sum(bool(line.strip()) for line in lines)


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    assert {name: length for name, length in lengths().items() if length > LIMIT} == {}


def test_half_of_the_modules_are_short_and_nine_in_ten_moderate() -> None:
    found = sorted(lengths().values())
    assert median(found) <= MEDIAN
    assert quantiles(found, n=10)[-1] <= NINE_IN_TEN


def test_no_function_is_longer_than_a_screenful() -> None:
    functions = (
        (place(path), text, node)
        for path, text, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [f"{name}:{node.name}" for name, text, node in functions if body_lines(node, text) > BODY] == []


def test_a_long_function_would_be_noticed() -> None:
    long = "def f():\n    'It says so.'\n" + "    x = 1\n\n" * (BODY + 1)
    function = ast.parse(long).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function, long) == BODY + 1


def test_no_stylesheet_is_longer_than_a_screens() -> None:
    sheets = [path for path in files() if path.suffix == ".tcss"]
    assert sheets
    assert [place(path) for path in sheets if path.read_text(encoding="utf-8").count("\n") > STYLESHEET] == []


def test_every_stylesheet_stands_beside_its_screen() -> None:
    folders = {path.parent for path in files() if path.suffix == ".tcss"}
    assert {place(folder) for folder in folders} <= {"kiosk", "kiosk/screens", "kiosk/widgets"}
    assert all((ROOT / folder).is_dir() for folder in folders)


def test_no_module_is_called_by_a_word_that_says_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [place(path) for path, _, _ in modules() if path.stem in empty or path.parent.name in empty] == []
