"""Lets the happenings of a scenario happen at their time, through the same control that people use."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from device.emulator import happenings as what
from device.emulator.control import Control
from device.emulator.wall import instant
from device.emulator.world_clock import WorldClock


async def play(
    happenings: Sequence[what.Happening], first_day: date, zone: str, clock: WorldClock, control: Control
) -> None:
    """Let each happen when the office's time has come to it; those that a jump passes over happen at once, in order."""
    timed = [act for happening in happenings for act in _acts(happening, due(happening, first_day, zone), control)]
    for at, act in sorted(timed, key=lambda pair: pair[0]):
        await clock.reach(at)
        act()


def _acts(happening: what.Happening, at: datetime, control: Control) -> Iterator[tuple[datetime, Callable[[], str]]]:
    """What happens and, where it lasts for a time, what ends it."""
    yield at, partial(do, happening, control, at)
    if isinstance(happening, what.CutNetwork) and happening.lasts:
        yield at + happening.lasts, control.restore_network
    if isinstance(happening, what.ProviderError) and happening.lasts:
        yield at + happening.lasts, partial(control.provider_right, happening.fault)


def due(happening: what.Happening, first_day: date, zone: str) -> datetime:
    """The instant at which it happens."""
    return instant(first_day + timedelta(days=happening.day), happening.at, zone)


def do(happening: what.Happening, control: Control, at: datetime) -> str:
    """Let it happen now, as it would have happened at its time; what happened, in a sentence."""
    match happening:
        case what.CutNetwork(silent=silent):
            return control.cut_network(silent=silent)
        case what.RestoreNetwork():
            return control.restore_network()
        case what.ProviderError(fault=fault, retry_after=wait, times=times):
            return control.provider_error(fault, retry_after=wait, times=times)
        case what.ProviderRight():
            return control.provider_right()
        case what.WrongClock(ahead=ahead, trust=trust):
            return control.wrong_clock(ahead, trust)
        case what.RightClock():
            return control.right_clock()
        case what.Pace(rate=rate):
            return control.set_rate(rate)
        case _:
            return _do_to_cloud(happening, control, at)


def _do_to_cloud(happening: what.Happening, control: Control, at: datetime) -> str:
    match happening:
        case what.ExpireAccess():
            return control.expire_access()
        case what.ExpireCursors():
            return control.expire_cursors()
        case what.LoseSubscriptions():
            return control.lose_subscriptions()
        case what.AddMeeting(room=room, title=title, lasts=lasts):
            return control.add_meeting(room, title=title, lasts=lasts, at=at)
        case what.MoveMeeting(room=room, ahead=ahead):
            return control.move_meeting(room, ahead, at=at)
        case what.CancelMeeting(room=room):
            return control.cancel_meeting(room, at=at)
        case what.MakePrivate(room=room):
            return control.make_private(room, at=at)
        case _:
            raise TypeError(f"nothing can be done with {type(happening).__name__}")
