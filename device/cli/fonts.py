"""Whether the letters that a door is drawn with are there."""

from importlib.resources import files
from pathlib import Path

from device.cli.findings import Finding, good, wrong


def check_fonts() -> Finding:
    """The kiosk's own fonts, as they were installed."""
    folder = Path(str(files("kiosk") / "fonts"))
    found = [path for path in folder.glob("*.?tf") if path.stat().st_size] if folder.is_dir() else []
    if not found:
        return wrong("fonts", f"there are none in {folder}", "Install Doorlight again.")
    return good("fonts", f"{len(found)} for the door's scripts")
