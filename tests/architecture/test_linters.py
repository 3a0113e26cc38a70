"""The linters, as tests: what `make check` would refuse, the suite refuses."""

import subprocess
import sys
from pathlib import Path

import pytest
from tree import ROOT

TOOLS = {
    "the formatter": ("ruff", "format", "--check", "."),
    "the linter, docstrings of everything public included": ("ruff", "check", "."),
    "strict types": ("mypy",),
    "the import contracts": ("lint-imports",),
}


@pytest.mark.parametrize("name", TOOLS)
def test_nothing_is_left_to_say_for(name: str) -> None:
    tool, *arguments = TOOLS[name]
    program = Path(sys.executable).with_name(tool)
    if not program.exists():
        pytest.skip(f"{tool} is not installed beside this Python")
    said = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
