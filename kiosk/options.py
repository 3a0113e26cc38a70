"""What the kiosk is told when it is started. By hand: `argparse` would double the time to the first frame."""

from pathlib import Path
from typing import NamedTuple

USAGE = """usage: python -m kiosk --runtime DIR [--state DIR]

  --runtime DIR   where the agent has its panel socket (panel.sock) and leaves what it last showed
  --state DIR     where the agent has its cache, for the first frame after a loss of power
  --help          print this

How type is drawn is found out by itself; DOORLIGHT_TYPE=pixels|kitty|octants|sextants|blocks|plain overrides."""


class BadOptions(Exception):
    """The kiosk cannot be started like this; the text says why."""


class Options(NamedTuple):
    """The folders of one door."""

    runtime: Path
    state: Path | None = None


def parse(arguments: list[str]) -> Options:
    """The options in a command's arguments.

    Raises:
        BadOptions: one is unknown, lacks its value or is missing.
    """
    values: dict[str, Path] = {}
    left = list(arguments)
    while left:
        name, _, value = left.pop(0).partition("=")
        if name not in ("--runtime", "--state"):
            raise BadOptions(f"There is no option {name!r}.")
        if not value and (not left or left[0].startswith("--")):
            raise BadOptions(f"{name} needs a folder.")
        values[name] = Path(value or left.pop(0))
    if "--runtime" not in values:
        raise BadOptions("The kiosk needs --runtime, the agent's runtime folder.")
    return Options(values["--runtime"], values.get("--state"))
