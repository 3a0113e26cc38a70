"""`python -m kiosk --runtime DIR`: the first true frame, then the app."""

import sys
from pathlib import Path

from kiosk.textual_internals import lean_imports


def main() -> int:
    """Run the kiosk until it is told to end."""
    runtime = Path(sys.argv[sys.argv.index("--runtime") + 1])
    lean_imports()
    from kiosk.app import DoorApp

    DoorApp(runtime).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
