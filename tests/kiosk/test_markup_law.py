"""No text reaches a part of Textual that would read it as markup: the source is read, not the mind of its writer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

KIOSK = Path(__file__).parents[2] / "kiosk"
SOURCES = sorted(path for path in KIOSK.rglob("*.py"))
WIDGETS = {"Static"}
"""The only widget of Textual that the kiosk uses as it is; all others of them may read what they show as markup."""
METHODS = {"notify", "render_str", "from_markup", "set_title", "set_sub_title", "copy_to_clipboard", "open_url", "bell"}
ATTRIBUTES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "label"}


def sins(source: str) -> Iterator[str]:
    """What in a module would hand a text to a reader of markup."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
            yield from (f"{node.lineno}: {name.name} is imported" for name in node.names if name.name not in WIDGETS)
        elif isinstance(node, ast.Call):
            yield from _sins_of_call(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr in ATTRIBUTES and _is_self(target):
                    yield f"{node.lineno}: {target.attr} is set"


def _sins_of_call(node: ast.Call) -> Iterator[str]:
    name = _name(node.func)
    given = [*node.args, *(word.value for word in node.keywords if word.arg in ("content", "label", "renderable"))]
    if name in {*WIDGETS, "update"} and any(not _made(each) for each in given):
        yield f"{node.lineno}: {name} is given a text"
    if name in METHODS:
        yield f"{node.lineno}: {name}() is used"


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _made(node: ast.expr) -> bool:
    """Whether an argument is made of something that is not read: a Content, or nothing."""
    return isinstance(node, ast.Call) and _name(node.func) == "Content"


def _is_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "app", "widget", "screen")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(KIOSK)))
def test_no_text_is_handed_to_a_reader_of_markup(path: Path) -> None:
    assert list(sins(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(title)",
        "Static(f'{title}')",
        "from textual.widgets import Button",
        "self.query_one(Static).update(title)",
        "app.notify(title)",
        "Content.from_markup(title)",
        "self.border_title = title",
        "self.tooltip = title",
    ],
)
def test_the_law_sees_what_it_forbids(source: str) -> None:
    assert list(sins(source))


@pytest.mark.parametrize("source", ["Static()", "Static(id='line')", "line.update(Content(title))", "Lettering(title)"])
def test_the_law_allows_what_is_drawn_literally(source: str) -> None:
    assert list(sins(source)) == []


def test_render_returns_nothing_that_is_read() -> None:
    """A `render` that returns a `str` is read as markup too."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name == "render":
                assert ast.unparse(node.returns or ast.Constant(None)) == "Content", path
