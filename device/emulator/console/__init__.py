"""The emulator on one terminal: the door above, visible help for the keys below, everything given back at the end."""

from device.emulator.console.console import Console

__all__ = ["Console"]
