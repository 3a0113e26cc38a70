"""The emulator in a browser on this machine: the door as a terminal in a page, the session's knobs as buttons below."""

from device.emulator.web.server import open_page, serve

__all__ = ["open_page", "serve"]
