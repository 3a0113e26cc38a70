"""`python -m kiosk --runtime DIR`: the first true frame, then the app."""

import os
import sys

from kiosk import first_paint
from kiosk.options import USAGE, BadOptions, Options, parse

OUT = 1
"""Textual draws on the standard error stream; both are the same terminal. The first frame goes to this one."""
BAD_OPTIONS = 2


def main(arguments: list[str]) -> int:
    """Run the kiosk until it is told to end; the exit code."""
    if "--help" in arguments:
        os.write(1, f"{USAGE}\n".encode())
        return 0
    try:
        options = parse(arguments)
    except BadOptions as error:
        os.write(2, f"{error}\n{USAGE}\n".encode())
        return BAD_OPTIONS
    found = first_paint.find(*options)
    painted = first_paint.paint(found, OUT)
    return run(options, found, painted=painted)


def run(options: Options, found: first_paint.Found, *, painted: bool) -> int:
    """Import what is large, and take over the glass."""
    from kiosk.textual_internals.lean import lean_imports

    lean_imports()
    from kiosk.assembly import door_app
    from kiosk.logbook import open_logbook

    open_logbook()
    app = door_app(options, found, painted=painted)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
