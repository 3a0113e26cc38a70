"""The one command, `doorlight …`: thin words around the agent, the kiosk, the providers and the emulator."""

from device.cli.main import main

__all__ = ["main"]
