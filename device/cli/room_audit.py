"""The checks of `doorlight doctor --room`: what is wrong with a room at the provider, and how far access goes."""

from collections.abc import AsyncIterator, Iterable, Iterator

import msgspec

from device.calendars.interface import Ailment, CalendarAccount, Complaint, Reach
from device.cli.ailments import WORDS
from device.cli.door import AnyClock, Door
from device.cli.exits import sentence_of
from device.cli.findings import Finding, good, skipped, wrong
from device.model.errors import CalendarError, DoorlightError, RoomNotFound
from device.model.safetext import SafeText

CONCLUDED = "concluded: the provider does not tell"
_NARROW = "Narrow the account's permission to its rooms."
_LONGEST = 600
"""Characters of a command."""


async def check_room(
    door: Door, clock: AnyClock, room: str, zone: str, canaries: tuple[str, ...]
) -> AsyncIterator[Finding]:
    """What the provider's own audit finds, and whether any canary can be opened.

    Args:
        door: whose settings have the credential.
        clock: the door's.
        room: the room, by its identifier.
        zone: what its door goes by; empty: not known.
        canaries: calendars that must stay closed, beside those of the settings.
    """
    if door.provider.open_account is None:
        yield skipped("room", f"{door.provider.name} cannot tell more about a room than was read")
        return
    watched = tuple(dict.fromkeys((*door.options.canaries, *canaries)))
    options = msgspec.structs.replace(door.options, canaries=watched)
    try:
        async with door.provider.open_account(options, clock) as account:
            async for finding in _looked_at(account, room, zone, watched):
                yield finding
    except DoorlightError as error:
        yield wrong("room", *sentence_of(error))


async def _looked_at(
    account: CalendarAccount, room: str, zone: str, canaries: tuple[str, ...]
) -> AsyncIterator[Finding]:
    complaints = await account.audit(room, zone)
    real = [complaint for complaint in complaints if complaint.seen]
    named = SafeText(room, limit=100)
    if not real:
        yield good("room", f"{named}: nothing to complain of")
    else:
        yield good("room", f"{named}: looked at; {len(real)} complaint{'s' if len(real) > 1 else ''} below")
    reached = [finding async for finding in _reach(account, room, canaries, complaints)] if canaries else []
    for finding in findings(complaints):
        if not (reached and finding.check == WORDS[Ailment.REACH_UNSCOPED][0]):
            yield finding
    for finding in reached:
        yield finding


async def _reach(
    account: CalendarAccount, room: str, canaries: tuple[str, ...], complaints: Iterable[Complaint]
) -> AsyncIterator[Finding]:
    """What the access opens of the canaries, proven by trying."""
    check, words = WORDS[Ailment.REACH_UNSCOPED]
    try:
        reach = await account.reach(await account.mint(room), room, canaries)
    except RoomNotFound as error:
        detail = f"not proven, for one of them is no calendar that exists ({SafeText(str(error), limit=_LONGEST)})"
        yield skipped(check, detail, "Name canaries that exist.")
        return
    except CalendarError as error:
        yield skipped(check, f"not proven: {sentence_of(error)[0]}")
        return
    if reach.beyond:
        opened = ", ".join(SafeText(canary, limit=100) for canary in reach.beyond)
        cures = (one.cure for one in complaints if one.ailment is Ailment.REACH_UNSCOPED and one.seen)
        yield wrong(check, f"{words}: it opens {opened}", _command(next(cures, _NARROW)))
    else:
        yield _closed(check, reach, canaries)


def _closed(check: str, reach: Reach, canaries: tuple[str, ...]) -> Finding:
    count = f"{len(canaries)} canar{'y stays' if len(canaries) == 1 else 'ies stay'} closed"
    if reach.own_room:
        return good(check, f"it opens the room, and {count}")
    return wrong(check, f"{count}, and so does the room itself", "Let the account use the room's calendar.")


def findings(complaints: Iterable[Complaint]) -> Iterator[Finding]:
    """Each complaint as a line of the table; those that could not be looked at for one reason share a line."""
    unseen: dict[tuple[str, str], list[str]] = {}
    for one in complaints:
        check, words = WORDS[one.ailment]
        if one.seen:
            how = "" if one.sure else f" ({CONCLUDED})"
            yield wrong(check, f"{words}: {SafeText(one.evidence, limit=_LONGEST)}{how}", _command(one.cure))
        else:
            unseen.setdefault((one.evidence, one.cure), []).append(check)
    for (evidence, cure), checks in unseen.items():
        detail = f"could not be looked at: {SafeText(evidence, limit=_LONGEST)}"
        yield skipped(", ".join(dict.fromkeys(checks)), detail, _command(cure))


def _command(cure: str) -> str:
    return str(SafeText(cure, limit=_LONGEST))
