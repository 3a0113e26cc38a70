"""Says times, dates, lengths and numbers the way a language does, in the room's own zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from device.model.window import local_day
from kiosk.words import Forms, Words, words


class Speech:
    """One language in one room.

    Args:
        language: BCP 47.
        zone: IANA name of the room's time zone.
        hour24: None: as the language has it.
    """

    def __init__(self, language: str, zone: str, *, hour24: bool | None = None) -> None:
        self.words: Words = words(language)
        self.language = language
        self.zone = zone
        self.asked_hour24 = hour24
        self.hour24 = self.words.hour24 if hour24 is None else hour24
        self._zone = ZoneInfo(zone)

    def local(self, instant: datetime) -> datetime:
        """The instant on the wall of the room."""
        return instant.astimezone(self._zone)

    def time(self, instant: datetime) -> str:
        """`14:30`, or `2:30 pm` in the language's order."""
        wall = self.local(instant)
        if self.hour24:
            return f"{wall.hour}:{wall.minute:02}"
        mark = self.words.am if wall.hour < 12 else self.words.pm
        return self.words.time12.format(hour=wall.hour % 12 or 12, minute=f"{wall.minute:02}", mark=mark)

    def hour(self, instant: datetime) -> str:
        """The hour alone, for the day's strip."""
        wall = self.local(instant)
        return str(wall.hour if self.hour24 else wall.hour % 12 or 12)

    def date(self, instant: datetime) -> str:
        """`Monday 3 March`."""
        wall = self.local(instant)
        return self.words.date.format(
            weekday=self.words.weekdays[wall.weekday()], day=wall.day, month=self.words.months[wall.month - 1]
        )

    def weekday(self, instant: datetime) -> str:
        """The day of the week."""
        return self.words.weekdays[self.local(instant).weekday()]

    def days_between(self, earlier: datetime, later: datetime) -> int:
        """How many midnights of the room lie between two instants."""
        return (local_day(later, self.zone) - local_day(earlier, self.zone)).days

    def day_time(self, instant: datetime, now: datetime) -> str:
        """The time, with the day before it where that is not today."""
        days = self.days_between(now, instant)
        if days == 0:
            return self.time(instant)
        day = self.words.tomorrow if days == 1 else self.weekday(instant)
        return f"{day} {self.time(instant)}"

    def duration(self, span: timedelta) -> str:
        """Whole minutes begun: 90 seconds are `2 min`, and nothing is shorter than one."""
        minutes = max(1, -(-int(span.total_seconds()) // 60))
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.number(self.words.minutes, minutes)
        if not rest:
            return self.number(self.words.hours, hours)
        return self.words.hours_minutes.format(
            hours=self.number(self.words.hours, hours), minutes=self.number(self.words.minutes, rest)
        )

    def number(self, forms: Forms, number: int) -> str:
        """The form of a counted thing that its number asks for."""
        return forms[self.words.plural(number)].format(n=number)
