"""Google Workspace: the calendar of a room, a resource of the domain or any calendar that is shared.

* `options`: what the settings say.
* `scopes`: what Google is asked to permit.
* `access`: short-lived access from a key or a refresh token, by google-auth.
* `api`: requests to Google's APIs, errors told by status and reason.
* `shapes`, `events`: Google's events put into our words.
* `view`, `free_busy`: a window of the room's calendar, and busy times of others.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
"""

from device.calendars.google.access import mint
from device.calendars.google.calendar import open_room
from device.calendars.google.options import Options
from device.calendars.interface import Provider

PROVIDER = Provider(name="google", options=Options, writable=True, open_room=open_room, mint=mint, mint_apart=True)
