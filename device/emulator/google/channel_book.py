"""The channels that Google's servers call about: who watches which calendar, until when."""

from datetime import datetime

import msgspec

from device.emulator.google.call import GoogleError
from device.model.clock import Clock
from device.model.value import Value


class Channel(Value):
    """A promise to call."""

    id: str
    account: str
    mailbox: str
    resource: str
    """What Google calls the thing watched."""
    uri: str
    address: str
    token: str
    expires_at: datetime
    number: int = 0
    """Of the latest message."""


class ChannelBook:
    """The channels that have not run out, by the office's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._channels: dict[str, Channel] = {}
        self._used: set[str] = set()

    def active(self) -> tuple[Channel, ...]:
        """All that have not run out."""
        now = self._clock.read().now
        self._channels = {key: one for key, one in self._channels.items() if one.expires_at > now}
        return tuple(self._channels.values())

    def add(self, channel: Channel) -> None:
        """Enter one.

        Raises:
            GoogleError: its id was used before.
        """
        if channel.id in self._used:
            message = f"Channel id {channel.id} not unique"
            raise GoogleError(400, "channelIdNotUnique", message)
        self._used.add(channel.id)
        self._channels[channel.id] = channel

    def next_message(self, key: str) -> Channel | None:
        """A channel about to call, its messages counted; None where it is no more. Numbers rise, not always by one."""
        channel = next((one for one in self.active() if one.id == key), None)
        if channel is None:
            return None
        counted = msgspec.structs.replace(channel, number=channel.number + (1 if channel.number == 0 else 17))
        self._channels[key] = counted
        return counted

    def about(self, mailbox: str) -> tuple[Channel, ...]:
        """Those that want to hear of a calendar."""
        return tuple(one for one in self.active() if one.mailbox == mailbox)

    def stop(self, key: str, resource: str, account: str) -> bool:
        """End one; whether this account had such a channel."""
        channel = next((one for one in self.active() if one.id == key), None)
        if channel is None or channel.resource != resource or channel.account != account:
            return False
        del self._channels[key]
        return True

    def forget(self) -> int:
        """Forget all, without a word to anybody; how many there were."""
        count = len(self.active())
        self._channels.clear()
        return count
