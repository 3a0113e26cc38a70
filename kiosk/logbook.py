"""Where the kiosk's log goes: the system's, never the terminal, for that is the glass."""

import logging
import socket

_SYSLOG = "/dev/log"
_FACILITY = 1
_SEVERITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


class Logbook(logging.Handler):
    """Sends records to the system's log, one datagram each; where there is none, they are dropped."""

    def __init__(self, path: str = _SYSLOG) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Send it, waiting for nothing."""
        priority = _FACILITY * 8 + _SEVERITIES.get(record.levelno, 5)
        line = f"<{priority}>doorlight-kiosk: {self.format(record)}"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as log:
                log.sendto(line.encode(errors="replace"), self._path)
        except OSError:
            return


def open_logbook(path: str = _SYSLOG) -> None:
    """Let everything that is logged in this process go there."""
    logging.basicConfig(level=logging.INFO, handlers=[Logbook(path)], format="%(name)s: %(message)s", force=True)
