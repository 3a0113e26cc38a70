"""`python -m device.agent --settings FILE`: the agent of one door, until it is told to end.

Exit codes: 0 told to end; 70 a fault of ours; 78 settings that cannot be right.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path

from device.agent.assembly import run, until_told
from device.agent.faults import log_fault
from device.agent.settings import HubDocument, Settings, load
from device.agent.thrift import be_small
from device.model.errors import SettingsError

log = logging.getLogger("device.agent")

EX_SOFTWARE = 70
EX_CONFIG = 78
DEFAULT = Path("/etc/doorlight/agent.toml")
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _Journal(logging.Formatter):
    """Lines as the journal wants them: their priority first, and no time, which it knows better."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{super().format(record)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the agent; the exit code."""
    asked = _parser().parse_args(arguments)
    be_small()
    _log_to_stderr()
    try:
        asyncio.run(until_told(_agent(load(asked.settings), alone=asked.standalone)))
    except SettingsError as error:
        print(error, error.hint, file=sys.stderr)  # noqa: T201 - to a person, or as one line to the journal
        return EX_CONFIG
    except Exception as error:  # noqa: BLE001 - the last word of the process, told without anybody's words
        _log_end(error)
        return EX_SOFTWARE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m device.agent", description="The agent of one door.")
    parser.add_argument("--settings", type=Path, default=DEFAULT, help="the settings file (%(default)s)")
    parser.add_argument(
        "--standalone",
        action="store_true",
        help="use the credential in the settings",
    )
    return parser


def _agent(settings: Settings | HubDocument, *, alone: bool) -> Coroutine[None, None, None]:
    """The agent that these settings ask for.

    Raises:
        SettingsError: they name a credential, and nobody said that the device may use it.
    """
    if isinstance(settings, HubDocument):
        from device.agent.hub.process import run_with_hub

        return run_with_hub(settings)
    if not (alone or settings.standalone):
        raise SettingsError(
            "The settings name no hub that could give this door access to its calendar.",
            "Write a [hub] table; or standalone = true, to use the credential in these settings.",
        )
    for warning in settings.warnings:
        log.warning("%s", warning)
    return run(settings)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_Journal("%(name)s: %(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for chatty in ("apscheduler", "httpx", "httpcore", "msal", "tzlocal", "icalendar"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _log_end(error: BaseException) -> None:
    for one in error.exceptions if isinstance(error, BaseExceptionGroup) else (error,):
        log_fault("the agent", one)


if __name__ == "__main__":
    sys.exit(main())
