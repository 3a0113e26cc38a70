"""`doorlight hub`: the commands of the central service, which are its own."""

from hub.cli import command

__all__ = ["command"]
