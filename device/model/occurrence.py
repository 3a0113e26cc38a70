"""One concrete meeting in one room, its series already expanded by the provider."""

from datetime import datetime
from enum import StrEnum

from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Dates, Window


class FreeBusy(StrEnum):
    """How an occurrence weighs on the room (RFC 5545 FBTYPE, Graph `showAs`, EWS LegacyFreeBusyStatus)."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "oof"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    """The provider said something that we do not know: it counts as busy."""


class Response(StrEnum):
    """What the room itself answered to the invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Occurrence(Value):
    """One meeting as it stands in the room's calendar."""

    id: str
    """The provider's identifier of this very instance; compared byte for byte."""
    when: Window | Dates
    """Instants, or floating dates for an all-day meeting."""
    title: SafeText = SafeText("")
    """Empty where there is none, or where it may not be shown."""
    organizer: SafeText = SafeText("")
    organizer_address: str = ""
    """The organizer's address as the provider gave it; never drawn and never cached."""
    free_busy: FreeBusy = FreeBusy.BUSY
    response: Response = Response.ACCEPTED
    cancelled: bool = False
    private: bool = False
    series: str = ""
    """The provider's identifier of the series, empty for a single meeting."""
    etag: str = ""
    """The provider's version of it, sent back on writes."""
    own: bool = False
    """Whether a Doorlight booked it (walk-up)."""
    checked_in_at: datetime | None = None

    def bounds(self, zone: str) -> Window:
        """When it takes place, as instants, for a room in `zone`."""
        return self.when.window(zone) if isinstance(self.when, Dates) else self.when

    @property
    def all_day(self) -> bool:
        """Whether it is made of dates rather than instants."""
        return isinstance(self.when, Dates)
