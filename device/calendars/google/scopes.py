"""What Google is asked to permit, by what it is for; nothing of it is wider than its use.

Google knows no permission on one calendar alone: a token reaches every calendar that its account sees. Read only, and
never the whole of `auth/calendar`, is as narrow as it gets; the rest is for the calendars' sharing to do.
"""

_AUTH = "https://www.googleapis.com/auth/"
_FREE_BUSY = f"{_AUTH}calendar.events.freebusy"

READ = (f"{_AUTH}calendar.events.readonly", _FREE_BUSY)
"""For a door whose hub writes."""
WRITE = (f"{_AUTH}calendar.events", _FREE_BUSY)
"""For a door that stands alone, and for a hub that writes."""
SETTINGS = (f"{_AUTH}calendar.calendars.readonly",)
"""For a look at how a room's calendar is set up."""
ROOMS = (f"{_AUTH}admin.directory.resource.calendar.readonly",)
"""For the list of rooms."""
PEOPLE = (f"{_AUTH}directory.readonly",)
"""For people in the domain's directory."""
CONSENTED = tuple(dict.fromkeys((*READ, *WRITE, *SETTINGS, *ROOMS, *PEOPLE)))
"""All that a hub asks an administrator for. Reading stands beside writing: less than was granted can be had later only
by a name that was granted, too.
"""
