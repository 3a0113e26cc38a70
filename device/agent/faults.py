"""A fault of our own, told to the log by where it happened and never by its words: those may be a meeting's."""

import logging

log = logging.getLogger(__name__)


def log_fault(doing: str, error: BaseException) -> None:
    """Log an exception that nobody expected."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    log.error("%s went wrong: %s at %s", doing, type(error).__name__, where)
