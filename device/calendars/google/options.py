"""What `[calendar]` says for `provider = "google"`."""

from datetime import datetime
from urllib.parse import urlsplit

from device.calendars.interface import BOOKED_HERE, Connection
from device.model.safetext import SafeText
from device.model.secret import Secret


class Options(Connection):
    """A service account, or an account that somebody consented for, and where Google is (facts: providers B1).

    A service account sees the rooms that are shared with its address; with a `subject`, for whom an administrator of
    the domain lets it stand (domain-wide delegation), it sees what that person sees. A device that gets its access
    from a hub needs neither.
    """

    service_account: Secret = Secret("")
    """The JSON key of a service account, as the console gives it out."""
    subject: str = ""
    """The address of the person for whom the service account acts; empty: it acts for itself."""
    administrator: str = ""
    """Who may list the domain's rooms, where that is not `subject`."""
    client_id: str = ""
    """Of an OAuth client of the kind web application, with its secret and a refresh token: in place of a key."""
    client_secret: Secret = Secret("")
    refresh_token: Secret = Secret("")
    credential_expires: datetime | None = None
    """When the key or the refresh token runs out, where somebody has set it a term: Google does not tell."""
    calendar: str = ""
    """The id of the room's calendar; empty: the room's id."""
    customer: str = "my_customer"
    """Whose rooms are listed, where the account administers several organisations."""
    endpoint: str = "https://www.googleapis.com/calendar/v3"
    """Where the Calendar API is."""
    token_endpoint: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    """Where access is given out. The address in the key is not believed: a key comes from anywhere."""
    consent_endpoint: str = "https://accounts.google.com/o/oauth2/v2/auth"
    """Where an administrator consents."""
    directory_endpoint: str = "https://admin.googleapis.com/admin/directory/v1"
    """Where the rooms are listed."""
    people_endpoint: str = "https://people.googleapis.com/v1"
    """Where people are looked up."""
    booked_title: SafeText = SafeText(BOOKED_HERE)
    """The title of a booking made at the door."""
    declined_comment: str = "Ended at the door of the room."
    """What an organizer reads when the room declines a meeting because somebody ended it at the door."""

    def __post_init__(self) -> None:
        for name in ("endpoint", "token_endpoint", "consent_endpoint", "directory_endpoint", "people_endpoint"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{name} must be an address like https://www.googleapis.com/calendar/v3")
        if self.service_account and self.refresh_token:
            raise ValueError("give either service_account or refresh_token, not both")
        if self.subject and not self.service_account and self.refresh_token:
            raise ValueError("subject needs a service_account: a refresh_token stands for who consented")
        if self.credential_expires is not None and self.credential_expires.tzinfo is None:
            raise ValueError("credential_expires must have an offset, as in 2027-01-31T00:00:00Z")

    def calendar_of(self, room: str) -> str:
        """The id of the calendar of a room."""
        return self.calendar or room
