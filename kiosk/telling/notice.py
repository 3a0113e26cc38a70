"""What somebody may need to know beyond the answer: a hold, a change, how to get help."""

from device.model.availability import DoorState
from device.model.changes import Change, ChangeKind
from kiosk.telling.join import tell_join
from kiosk.telling.sight import Sight


def tell_notices(sight: Sight) -> tuple[str, ...]:
    """Sentences, most important first."""
    state, words, speech = sight.state, sight.words, sight.speech
    told = []
    if state.hold:
        told.append(words.held.format(time=speech.time(state.hold.end)))
    if joining := tell_join(sight):
        told.append(joining)
    if state.availability.state is DoorState.UNKNOWN and state.room.policy.help:
        told.append(words.help.format(help=state.room.policy.help))
    told += [_change(sight, change) for change in state.notices if not change.expired(sight.now)]
    release = state.availability.until
    if state.availability.state is DoorState.CHECK_IN and release:
        told.append(words.release_in.format(duration=speech.duration(release - sight.now)))
    return tuple(told)


def _change(sight: Sight, change: Change) -> str:
    words, speech = sight.words, sight.speech
    pattern = {ChangeKind.CANCELLED: words.cancelled, ChangeKind.MOVED: words.moved, ChangeKind.ADDED: words.added}
    return pattern[change.kind].format(
        when=speech.day_time(change.was.start, sight.now),
        title=words.private if change.private else change.title or words.reserved,
        time=speech.time(change.noticed_at),
        to=speech.day_time(change.now.start, sight.now) if change.now else "",
    )
