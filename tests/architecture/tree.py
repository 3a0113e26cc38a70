"""What there is to judge: the repository's own files, and its Python modules as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("device", "hub", "kiosk")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or would be, part of the repository."""
    command = ("git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode:  # an unpacked archive has no git
        walked = (path for path in ROOT.rglob("*") if not any(part.startswith(".") for part in path.parts))
        return tuple(path for path in walked if path.is_file() and "__pycache__" not in path.parts)
    names = set(listed.stdout.decode().split("\0"))
    return tuple(path for name in sorted(names) if name and (path := ROOT / name).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """The files that are text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@cache
def modules() -> tuple[tuple[Path, str, ast.Module], ...]:
    """The product's modules: path, text, syntax tree."""
    inside = (path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PRODUCT)
    return tuple((path, text := path.read_text(encoding="utf-8"), ast.parse(text)) for path in inside)


def place(path: Path) -> str:
    """How a file is called in a complaint."""
    return str(path.relative_to(ROOT))
