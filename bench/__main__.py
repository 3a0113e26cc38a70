"""`python -m bench [NAME …]`: run the benchmarks named, or all of them, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

_NO_BENCHMARKS = {"__init__", "__main__", "table", "pictures"}


def names() -> list[str]:
    """The benchmarks there are: every module here that ends in a table."""
    modules = (path for path in Path(__file__).parent.glob("*.py") if path.stem not in _NO_BENCHMARKS)
    return sorted(path.stem for path in modules if "report(" in path.read_text(encoding="utf-8"))


def main(wanted: list[str]) -> int:
    """Run them; the exit code says whether all of them ran through (not whether promises were kept)."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"There is no benchmark called {', '.join(unknown)}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    failed = [
        name
        for name in wanted or names()
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    ]
    if failed:
        print(f"Not run through: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
