"""Microsoft Graph: the calendar of a room mailbox in Exchange Online.

* `options`: what the settings say.
* `access`: short-lived access from the application's own credential, by MSAL.
* `mailbox`: requests to one mailbox, pages followed, errors told by status and code.
* `events`: Graph's events put into our words.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
"""

from device.calendars.graph.access import mint
from device.calendars.graph.calendar import open_room
from device.calendars.graph.options import Options
from device.calendars.interface import Provider

PROVIDER = Provider(name="graph", options=Options, writable=True, open_room=open_room, mint=mint, mint_apart=True)
