"""A door through whatever happens to it: never a wrong Free, and Unknown only for a reason.

A story knows the true time and the true calendar. The door knows its own clock and what it read last; the story also
keeps what an agent would know of both, so that time may be wrong in all the ways in which a Raspberry Pi's is.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from door_oracle import Oracle
from msgspec.structs import replace
from random_doors import INSTANT, random_meeting, random_now, random_room
from worlds import MINUTE, STEADY_ZONES, ZONES

from device.model.availability import Availability, DoorState, availability
from device.model.clock import JUMP, ClockEvidence, clock_trust
from device.model.freshness import Freshness
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.window import Dates, Window, window_around

BUILT = datetime(2025, 6, 1, tzinfo=UTC)
STEPS_OF_A_STORY = 200
TOLERANCE = 2 * JUMP + MINUTE
"""A clock that counts as right may be this wrong: a server agreed within two minutes, then two of holding over."""


class Story:
    """One room, what is true of it, and what its door can know."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.zone = rng.choice(ZONES + STEADY_ZONES)
        self.room = random_room(rng, self.zone)
        self.true = random_now(rng, self.zone)
        self.calendar: dict[str, Occurrence] = {}
        self.known: tuple[Occurrence, ...] = ()
        self.window: Window | None = None
        self.reachable, self.time_served = True, True
        self.wall_ahead = timedelta()
        self.floor = BUILT
        self.made = 0
        self.power_on()
        for _ in range(rng.randrange(5)):
            self.add()

    # What a door knows.

    @property
    def now(self) -> datetime:
        return self.true + self.wall_ahead

    def evidence(self) -> ClockEvidence:
        trusted_ago = jumped = offset = None
        if self.trusted:
            trusted_ago = self.elapsed - self.trusted[1]
            jumped = (self.now - self.trusted[0]) - trusted_ago
        if self.heard and self.elapsed - self.heard[1] <= timedelta(hours=1):
            offset = self.heard[0] + (self.elapsed - self.heard[1]) - self.now
        return ClockEvidence(
            synchronised=self.synchronised,
            server_offset=offset,
            trusted_ago=trusted_ago,
            unexplained_jump=jumped or timedelta(),
            floor=self.floor,
        )

    def oracle(self) -> Oracle:
        """What the door could know at best, and a second opinion on it."""
        trust = clock_trust(self.now, self.evidence())
        if trust == "trusted":
            self.trusted = self.now, self.elapsed
            self.floor = max(self.floor, self.now)
        confirmed = None if self.confirmed is None else self.now - (self.elapsed - self.confirmed)
        return Oracle(self.known, self.room, Freshness(confirmed_at=confirmed, window=self.window), trust)

    # What happens.

    def wait(self) -> None:
        self.pass_time(self.rng.choice((0, 1, 1, 2, 4, 5, 7, 15, 60)) * MINUTE)

    def wait_for_the_change(self) -> None:
        known = self.oracle()
        said = availability(self.now, known.occurrences, known.room, known.freshness, known.clock)
        self.pass_time(said.next_change - self.now - self.rng.choice((timedelta(), INSTANT)))

    def pass_time(self, span: timedelta) -> None:
        self.true += span
        self.elapsed += span
        self.wall_ahead += span * self.rng.choice((0, 2e-5, -2e-5)) * (not self.synchronised)

    def poll(self) -> None:
        if self.reachable:
            self.known, self.confirmed = tuple(self.calendar.values()), self.elapsed
            self.window = window_around(self.now, self.zone)
            self.heard = self.true, self.elapsed

    def add(self) -> None:
        self.made += 1
        key = f"m{self.made}"
        self.calendar[key] = random_meeting(self.rng, self.true, self.zone, key)

    def edit(self) -> None:
        if not self.calendar:
            return
        key = self.rng.choice(list(self.calendar))
        old = self.calendar[key]
        became: list[dict[str, object]] = [
            {"cancelled": True},
            {"response": Response.DECLINED},
            {"free_busy": FreeBusy.FREE},
            {"private": True},
            {"checked_in_at": self.true},
        ]
        if not isinstance(old.when, Dates):
            shift = self.rng.randrange(-12, 13) * 5 * MINUTE
            became.append({"when": Window(start=old.when.start + shift, end=old.when.end + shift)})
            became.append({"when": Window(start=old.when.start, end=max(old.when.start, self.true))})
        self.calendar[key] = replace(old, **self.rng.choice(became))

    def forget(self) -> None:
        over = [key for key, each in self.calendar.items() if each.bounds(self.zone).end < self.true]
        for key in over or list(self.calendar)[:1]:
            del self.calendar[key]

    def outage(self) -> None:
        self.reachable = not self.reachable

    def time_service(self) -> None:
        self.time_served = not self.time_served

    def synchronise(self) -> None:
        """The time service sets the clock: a step, however large."""
        if self.time_served:
            self.wall_ahead, self.synchronised = timedelta(), True

    def somebody_sets_the_clock(self) -> None:
        """Setting it by hand makes the kernel say that it is not synchronised."""
        self.wall_ahead += self.rng.choice((-60, -5, -1, 1, 3, 60, 525_600)) * MINUTE
        self.synchronised = False

    def power_on(self) -> None:
        """A start from cold: the clock stands at the epoch, the build, the last time written down, or by luck right."""
        stands_at = self.rng.choice((datetime(1970, 1, 1, tzinfo=UTC), BUILT, self.floor, self.true, self.true))
        off_by_a_year = timedelta(days=365) * (self.rng.random() < 0.1)
        self.wall_ahead = stands_at + off_by_a_year - self.true
        self.elapsed = timedelta(seconds=self.rng.randrange(60))
        self.synchronised = False
        self.trusted: tuple[datetime, timedelta] | None = None
        self.heard: tuple[datetime, timedelta] | None = None
        self.confirmed: timedelta | None = None

    def step(self) -> None:
        ordinary = (self.wait, self.wait_for_the_change, self.wait_for_the_change, self.add, self.edit, self.forget)
        rare = (self.outage, self.time_service, self.somebody_sets_the_clock, self.power_on)
        repair = self.time_service if not self.time_served else self.synchronise
        chance = self.rng.random()
        happens: Callable[[], None] = self.poll
        if chance < 0.04:
            happens = self.rng.choice(rare)
        elif chance < 0.10:
            happens = repair if self.reachable else self.outage
        elif chance < 0.60:
            happens = self.rng.choice(ordinary)
        happens()
        while len(self.calendar) > 8:
            self.forget()

    # What must hold.

    def check(self) -> Availability:
        known = self.oracle()
        said = availability(self.now, known.occurrences, known.room, known.freshness, known.clock)
        assert known.objections(said, self.now) == []
        if known.clock.proves:
            assert abs(self.wall_ahead) <= TOLERANCE
        if said.state is DoorState.FREE:
            self.check_free(known)
        if self.synchronised and self.confirmed == self.elapsed and known.freshness.covers(self.now):
            assert said.state is not DoorState.UNKNOWN
        return said

    def check_free(self, known: Oracle) -> None:
        """Somebody who believed it went by a calendar no older than five minutes, at the true time."""
        assert self.confirmed is not None
        assert self.elapsed - self.confirmed < timedelta(minutes=5)
        before, after = known.running(self.true - TOLERANCE), known.running(self.true + TOLERANCE)
        assert [each for each in before if each in after] == []


def tell(steps: int, seed: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    for number in range(steps // STEPS_OF_A_STORY):
        story = Story(Random(f"{seed}/{number}"))  # noqa: S311  a test wants the same stories each time
        for step in range(STEPS_OF_A_STORY):
            story.step()
            try:
                seen[story.check().state] += 1
            except AssertionError as wrong:
                raise AssertionError(f"story {seed}/{number}, step {step}: {wrong}\n{vars(story)}") from wrong
    return seen


def test_in_twenty_thousand_steps_no_door_says_free_that_is_not() -> None:
    seen = tell(20_000, seed=1)
    assert all(seen[state] > 50 for state in DoorState), seen


@pytest.mark.prove
@pytest.mark.parametrize("part", range(10))
def test_in_a_million_steps_no_door_says_free_that_is_not(part: int) -> None:
    seen = tell(100_000, seed=1000 + part)
    assert all(seen[state] > 100 for state in DoorState), seen


def test_a_story_can_end_badly() -> None:
    """The story would notice a door that shows a clock no doubt: at the epoch it would call a taken room free."""
    story = Story(Random("bad"))  # noqa: S311  as above
    story.true = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("UTC"))
    story.wall_ahead = timedelta(hours=-1)
    story.synchronised = True
    with pytest.raises(AssertionError):
        story.check()
