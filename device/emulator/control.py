"""What people do to the emulated world: every key of the console and every happening of a scenario is one method here.

Each method does one thing and returns one short sentence that says what happened; titles in it are safe to draw.
Rooms are named by the short names of the scenario or by their addresses. No method raises for what a person can ask.
"""

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from device.emulator.event import Event
from device.emulator.faults import BETWEEN, Fault, Network
from device.emulator.meetings import Meetings, NoSuchMeeting, hours_of, title_of
from device.emulator.tenant import Tenant
from device.emulator.wall import instant
from device.model.clock import ClockTrust
from device.model.value import Value

HALF_AN_HOUR = timedelta(minutes=30)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
KEPT = 50

_WORDS = {
    Fault.THROTTLED: "The provider says that it is asked too often (429).",
    Fault.UNAVAILABLE: "The provider is out of service (503).",
    Fault.GATEWAY_TIMEOUT: "The provider's gateway gives up (504).",
    Fault.SERVER_ERROR: "The provider fails (500).",
    Fault.UNAUTHORISED: "The provider accepts no access (401).",
    Fault.FORBIDDEN: "The provider denies permission (403).",
    Fault.NOT_FOUND: "The provider knows no such mailbox (404).",
    Fault.WRONG_SECRET: "The provider refuses the secret.",
    Fault.HTML: "A captive portal answers with its page.",
    Fault.REDIRECT: "A captive portal redirects to its page.",
    Fault.RESET: "Connections are reset after each request.",
    Fault.LOST_ANSWER: "Requests are carried out and their answers lost.",
    Fault.TRUNCATED: "Answers break off in the middle.",
    Fault.GARBAGE: "Answers are no longer JSON.",
    Fault.HUGE: "Answers are 16 MB long.",
    Fault.SLOW: "Answers trickle in, a byte a second.",
}


class News(Value):
    """Something that happened in the emulated world."""

    at: datetime
    text: str


class Control:
    """The hands on the emulated world.

    Args:
        tenant: the cloud with its clock and its faults.
        zone: the office's zone, for times in sentences.
    """

    def __init__(self, tenant: Tenant, zone: str) -> None:
        self._tenant = tenant
        self._zone = zone
        self._meetings = Meetings(tenant)
        self._listeners: list[Callable[[News], None]] = []
        self.news: deque[News] = deque(maxlen=KEPT)
        """What happened lately, by these methods or by the scenario's script, oldest first."""

    def on_news(self, listener: Callable[[News], None]) -> None:
        """Call `listener` with everything that happens from now on."""
        self._listeners.append(listener)

    def add_meeting(
        self,
        room: str,
        *,
        title: str = "",
        lasts: timedelta = HALF_AN_HOUR,
        private: bool = False,
        at: datetime | None = None,
    ) -> str:
        """Somebody books a room from now (or as if it were `at`), or from when it is free again."""
        try:
            mailbox = self._meetings.mailbox(room)
            event = self._meetings.add(room, title, lasts, private=private, at=at)
        except NoSuchMeeting as nothing:
            return str(nothing)
        return self._say(f"{title_of(event)} takes {mailbox.owner.name} {hours_of(event, mailbox.zone)}.")

    def move_meeting(self, room: str, by: timedelta = HALF_AN_HOUR, *, at: datetime | None = None) -> str:
        """The meeting that is current (or was `at`) in a room, else its next, is moved, in all its rooms."""

        def move(event: Event) -> str:
            self._meetings.move(event, by)
            return f"{title_of(event)} is moved by {_minutes(by)}."

        return self._with_current(room, move, at)

    def cancel_meeting(self, room: str, *, at: datetime | None = None) -> str:
        """The meeting that is current (or was `at`) in a room, else its next, is cancelled."""

        def cancel(event: Event) -> str:
            self._meetings.cancel(event)
            return f"{title_of(event)} is cancelled."

        return self._with_current(room, cancel, at)

    def make_private(self, room: str, *, at: datetime | None = None) -> str:
        """The meeting that is current (or was `at`) in a room, else its next, becomes private."""

        def make_private(event: Event) -> str:
            self._meetings.make_private(event)
            return f"{title_of(event)} is private now."

        return self._with_current(room, make_private, at)

    def cut_network(self, *, silent: bool = False) -> str:
        """Nothing reaches the office's servers: connections are reset, or, where `silent`, never answered."""
        self._tenant.faults.network = Network.SILENT if silent else Network.CUT
        return self._say("The network swallows everything." if silent else "The network is cut.")

    def restore_network(self) -> str:
        """The servers can be reached again."""
        self._tenant.faults.network = Network.UP
        return self._say("The network is back.")

    def toggle_network(self) -> str:
        """Cut the network, or restore it."""
        return self.cut_network() if self._tenant.faults.network is Network.UP else self.restore_network()

    def provider_error(self, fault: Fault, *, retry_after: str = "", times: int | None = None) -> str:
        """The provider, or what is between, answers wrongly: until put right, or so many times."""
        wait = retry_after or ("30" if fault is Fault.THROTTLED else "")
        self._tenant.faults.add(fault, retry_after=wait, times=times)
        return self._say(_WORDS[fault])

    def next_error(self) -> str:
        """The next way to be wrong after the present one, in a fixed order, and then right again: for a single key."""
        order = (
            Fault.THROTTLED,
            Fault.UNAVAILABLE,
            Fault.FORBIDDEN,
            Fault.NOT_FOUND,
            Fault.HTML,
            Fault.GARBAGE,
            Fault.SLOW,
        )
        present = next((rule.fault for rule in self._tenant.faults.rules if rule.fault in order), None)
        at = order.index(present) + 1 if present else 0
        self._tenant.faults.clear_rules()
        return self.provider_right() if at == len(order) else self.provider_error(order[at])

    def provider_right(self, fault: Fault | None = None) -> str:
        """The provider answers as it should, as far as this fault goes, or in all."""
        if fault is None:
            self._tenant.faults.clear_rules()
        else:
            self._tenant.faults.remove(fault)
        way = "The way to the provider is" if fault in BETWEEN else "The provider is"
        return self._say(f"{way} all right again.")

    def slow_down(self, seconds: float) -> str:
        """Every answer takes so much longer, in the machine's time."""
        self._tenant.faults.latency = max(0.0, seconds)
        return self._say(f"Every answer takes {seconds:g} s longer." if seconds > 0 else "Answers come at once again.")

    def expire_access(self) -> str:
        """Every token given out so far is worth nothing; the next one is good."""
        count = self._tenant.tokens.expire_all()
        return self._say(f"{count} access token{'' if count == 1 else 's'} expired.")

    def expire_secret(self, *, expired: bool = True) -> str:
        """The app's secret has run out, and its tokens with it; or is good again."""
        self._tenant.secret_expired = expired
        if expired:
            self._tenant.tokens.expire_all()
        return self._say("The app's secret has expired." if expired else "The app's secret is good again.")

    def expire_cursors(self) -> str:
        """Every delta token given out so far is worth nothing."""
        self._tenant.expire_cursors()
        return self._say("All cursors have expired.")

    def lose_subscriptions(self) -> str:
        """The provider forgets whom to notify."""
        count = self._tenant.lose_subscriptions()
        return self._say(f"{count} subscription{'' if count == 1 else 's'} lost.")

    def ask_reauthorisation(self) -> str:
        """The provider delivers nothing more until it hears that who subscribed may still hear."""
        count = self._tenant.ask_reauthorisation()
        return self._say(f"{count} subscription{'' if count == 1 else 's'} must be confirmed.")

    def miss_notifications(self) -> str:
        """The provider says that it has lost notifications."""
        self._tenant.miss_notifications()
        return self._say("Notifications were lost, and it is said so.")

    def wrong_clock(self, ahead: timedelta | None = None, trust: ClockTrust = ClockTrust.FLOOR) -> str:
        """The device's clock, and no other, is wrong by `ahead` (None: it is 1970) and believed as far as `trust`."""
        clock = self._tenant.clock
        clock.set_device(EPOCH - clock.now if ahead is None else ahead, trust)
        shown = clock.read_device().now.astimezone(ZoneInfo(self._zone))
        return self._say(f"The device's clock says {shown:%Y-%m-%d %H:%M}.")

    def right_clock(self) -> str:
        """The device's clock is right again, and trusted."""
        self._tenant.clock.set_device()
        return self._say("The device's clock is right again.")

    def toggle_clock(self) -> str:
        """Make the device's clock wrong, or right."""
        clock = self._tenant.clock
        wrong = clock.device_offset or clock.device_trust is not ClockTrust.TRUSTED
        return self.right_clock() if wrong else self.wrong_clock()

    def jump(self, by: timedelta) -> str:
        """Let time pass at once (or, negative, take it back)."""
        try:
            self._tenant.clock.jump(by)
        except (ValueError, OverflowError):
            return "So far the time cannot be moved."
        return self._say(f"It is {self._now():%A %H:%M}.")

    def jump_to(self, day: date, wall: str) -> str:
        """Be at a time on the office's wall, `HH:MM`, of a day."""
        return self.jump(instant(day, wall, self._zone) - self._tenant.clock.now)

    def set_rate(self, rate: float) -> str:
        """Let time run at another pace."""
        try:
            self._tenant.clock.set_rate(rate)
        except ValueError as error:
            return f"Time cannot run like that: {error}."
        return self._say("Time runs as it does outside." if rate == 1 else f"Time runs {rate:g} times as fast.")

    def all_right(self) -> str:
        """Everything that was broken is repaired; meetings stay what they have become."""
        self._tenant.faults.clear()
        self._tenant.secret_expired = False
        self._tenant.clock.set_device()
        return self._say("Everything is all right again.")

    def _with_current(self, room: str, act: Callable[[Event], str], at: datetime | None) -> str:
        try:
            event = self._meetings.current(room, at)
        except NoSuchMeeting as nothing:
            return str(nothing)
        return self._say(act(event))

    def _now(self) -> datetime:
        return self._tenant.clock.now.astimezone(ZoneInfo(self._zone))

    def _say(self, text: str) -> str:
        news = News(at=self._tenant.clock.now, text=text)
        self.news.append(news)
        for listener in self._listeners:
            listener(news)
        return text


def _minutes(by: timedelta) -> str:
    minutes = round(by.total_seconds() / 60)
    return f"{minutes} minute{'' if abs(minutes) == 1 else 's'}"
