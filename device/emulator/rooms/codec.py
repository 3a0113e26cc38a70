"""A RoomOS device as it is inside: asleep or not, in a call or not, and what its commands do to it.

The schema says which commands there are: an old device has none for Zoom, one in Microsoft's mode none for WebRTC.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from device.emulator.ending import end
from device.emulator.rooms.far_side import FarSide, Manner

COMMANDS = frozenset(
    (
        *("Dial", "Zoom/Join", "Webex/Join", "WebRTC/Join", "MicrosoftTeams/Join"),
        *("Call/Disconnect", "Call/DTMFSend", "Standby/Deactivate", "Standby/Activate"),
        *("UserInterface/Message/Alert/Display", "Bookings/Put", "Bookings/List"),
    )
)
_NAMED = {
    "Dial": "Number",
    "Zoom/Join": "MeetingID",
    "Webex/Join": "Number",
    "WebRTC/Join": "Url",
    "MicrosoftTeams/Join": "Url",
}
_CAUSES = {
    Manner.BUSY: ("486", "Busy Here"),
    Manner.DECLINES: ("603", "Decline"),
    Manner.UNKNOWN: ("404", "Not Found"),
}
PARAMETERS = -32602
NO_SUCH = -32601
FAILED = 1


class CommandError(Exception):
    """What a device answers instead of a result."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Codec:
    """One device. `told` is called with each change of its status and each event, as xAPI writes them."""

    def __init__(self, far_side: FarSide | None = None) -> None:
        self.far_side = far_side or FarSide()
        self.commands = COMMANDS
        self.status: dict[str, Any] = {
            "Standby": {"State": "Standby"},
            "SystemUnit": {"State": {"NumberOfActiveCalls": 0, "System": "Initialized"}, "ProductId": "Cisco Room Kit"},
            "Audio": {"Volume": 50},
            "Call": [],
        }
        self.configuration: dict[str, Any] = {"SystemUnit": {"Name": "Room"}}
        self.dialled: list[dict[str, Any]] = []
        """Every order to join, with its parameters, in their order."""
        self.pressed = ""
        """The keys that were pressed in calls."""
        self.bookings: str = ""
        self.told: list[Callable[[dict[str, Any]], object]] = []
        self._next = 1
        self._ringing: set[asyncio.Task[None]] = set()

    def run(self, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Do a command.

        Raises:
            CommandError: there is none of that name, or it cannot be done so.
        """
        if path not in self.commands:
            raise CommandError(NO_SUCH, "Method not found.")
        if path in _NAMED:
            return self._join(path, parameters)
        match path:
            case "Call/Disconnect":
                self._disconnect(str(parameters.get("CallId", "")))
            case "Call/DTMFSend":
                self.pressed += str(parameters.get("DTMFString", ""))
                self._tell({"Event": {"CallSendDTMF": {}}})
            case "Standby/Deactivate" | "Standby/Activate":
                self._set_standby("Off" if path.endswith("Deactivate") else "Standby")
            case "Bookings/Put":
                self.bookings = str(parameters.get("body", ""))
            case _:
                pass
        return {"status": "OK"}

    def call_in(self, number: str = "somebody@example.org") -> int:
        """A call that nobody here asked for: the previous meeting's, for instance."""
        return self._begin(number, "Connected", "Incoming")

    def hang_up(self, call: int, cause: str = "", text: str = "") -> None:
        """A call ends."""
        there = [one for one in self.status["Call"] if one["id"] == call]
        self.status["Call"] = [one for one in self.status["Call"] if one["id"] != call]
        if there:
            self._count()
            self._tell(
                {"Event": {"CallDisconnect": {"CallId": call, "CauseValue": cause or "200", "CauseString": text}}}
            )
            self._tell({"Status": {"Call": [{"id": call, "ghost": "True"}]}})

    async def close(self) -> None:
        """Nothing rings any more."""
        await end(tuple(self._ringing))

    def _disconnect(self, call: str) -> None:
        """One call, or all where none is named."""
        for one in tuple(self.status["Call"]):
            if call in ("", str(one["id"])):
                self.hang_up(one["id"])

    def _join(self, path: str, parameters: dict[str, Any]) -> dict[str, Any]:
        name = _NAMED[path]
        number = str(parameters.get(name, ""))
        if not number:
            raise CommandError(PARAMETERS, f"Missing or invalid parameter: {name}")
        if self.status["Call"]:
            raise CommandError(FAILED, "Maximum number of calls reached")
        self.dialled.append({"command": path, **parameters})
        call = self._begin(number, "Dialling", "Outgoing")
        ringing = asyncio.create_task(self._ring(call, number))
        self._ringing.add(ringing)
        ringing.add_done_callback(self._ringing.discard)
        return {"status": "OK", "CallId": call, "ConferenceId": call}

    def _begin(self, number: str, status: str, direction: str) -> int:
        call, self._next = self._next, self._next + 1
        self.status["Call"].append({"id": call, "Status": status, "Direction": direction, "RemoteNumber": number})
        self._count()
        self._tell({"Status": {"Call": [dict(self.status["Call"][-1])]}})
        return call

    async def _ring(self, call: int, number: str) -> None:
        await asyncio.sleep(self.far_side.rings_for.total_seconds() / 2)
        self._change(call, "Ringing")
        await asyncio.sleep(self.far_side.rings_for.total_seconds() / 2)
        match self.far_side.manner_of(number):
            case Manner.ANSWERS:
                self._change(call, "Connected")
            case Manner.SILENT:
                pass
            case manner:
                self.hang_up(call, *_CAUSES[manner])

    def _change(self, call: int, status: str) -> None:
        for one in self.status["Call"]:
            if one["id"] == call:
                one["Status"] = status
                self._tell({"Status": {"Call": [{"id": call, "Status": status}]}})

    def _set_standby(self, state: str) -> None:
        if self.status["Standby"]["State"] != state:
            self.status["Standby"]["State"] = state
            self._tell({"Status": {"Standby": {"State": state}}})

    def _count(self) -> None:
        self.status["SystemUnit"]["State"]["NumberOfActiveCalls"] = len(self.status["Call"])

    def _tell(self, news: dict[str, Any]) -> None:
        for told in tuple(self.told):
            told(news)
