"""Until when the last word about the room may stand without another: the one doubt that the kiosk has by itself."""

from datetime import timedelta

from device.model.state import RoomState, unconfirmed


class Vigil:
    """Holds the last `RoomState` and the moment of its arrival, in the door's own elapsed time."""

    def __init__(self) -> None:
        self._state: RoomState | None = None
        self._due = timedelta()

    def heard(self, state: RoomState, elapsed: timedelta) -> None:
        """The agent vouches for this state, from now on for as long as it is good."""
        self._state, self._due = state, elapsed + state.good_for

    def recalled(self, state: RoomState) -> None:
        """A state that was written down at some time and that nobody vouches for."""
        self._state, self._due = state, timedelta.min

    def forget(self) -> None:
        """The agent says that there is nothing to show."""
        self._state = None

    def state(self, elapsed: timedelta) -> RoomState | None:
        """What may be drawn: the state, the same in doubt once it is overdue, or None where there was never one."""
        if self._state is None or elapsed < self._due:
            return self._state
        return unconfirmed(self._state)

    def left(self, elapsed: timedelta) -> timedelta | None:
        """The door's time until doubt begins; None where there is nothing to doubt any more."""
        return self._due - elapsed if self._state is not None and elapsed < self._due else None
