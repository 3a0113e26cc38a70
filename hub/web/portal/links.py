"""Where the pages of single things are. Names of rooms hold any character, so they travel as a parameter."""

from urllib.parse import urlencode


def room_page(room: str) -> str:
    """A room's page."""
    return "/rooms/room?" + urlencode({"id": room})


def scope_page(scope: str) -> str:
    """The settings of a scope."""
    return "/rooms/settings?" + urlencode({"scope": scope})
