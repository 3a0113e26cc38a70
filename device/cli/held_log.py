"""Keeps the log off a terminal that is drawn on, and shows it afterwards to those who asked for it."""

import logging
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

_KEPT = 2000
"""Lines."""


class _Holder(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def held_log(*, shown: bool) -> Iterator[None]:
    """Hold everything that is logged until left; then write it to standard error, if it is to be `shown`."""
    root = logging.getLogger()
    before, holder = root.handlers[:], _Holder()
    holder.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root.handlers[:] = [holder]
    try:
        yield
    finally:
        root.handlers[:] = before
        if shown:
            sys.stderr.writelines(f"{line}\n" for line in holder.lines)
