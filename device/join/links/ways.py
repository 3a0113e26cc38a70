"""What is found: one way in for each meeting, with everything that a room system may need of it."""

from device.join.links.services import Service
from device.model.value import Value


class WayIn(Value, omit_defaults=False):
    """One meeting, and all the ways into it that an invitation tells. Links and passcodes are left out of its repr."""

    service: Service
    url: str | None = None
    """For a browser or a vendor's own program, written anew from its parts."""
    meeting_id: str | None = None
    """What the service calls the meeting: digits without spaces, a code, a room's name as the address has it."""
    passcode: str | None = None
    """What a person types in the web: as printed, else as the address carries it."""
    dial_passcode: str | None = None
    """The one of digits that telephones and room systems are asked for."""
    sip: str | None = None
    """Without `sip:`."""
    h323: str | None = None
    """`gateway##id`, with `#passcode` where there is one, or `id@gateway`."""
    vtc_id: str | None = None
    """The conference id that a gateway into Teams asks for."""
    vtc_address: str | None = None
    """Where that gateway asks for it."""
    found_in: str = ""
    """The most trusted field of the event that told of this meeting."""

    def __repr__(self) -> str:
        return f"WayIn({self.service.value}, found in {self.found_in})"
