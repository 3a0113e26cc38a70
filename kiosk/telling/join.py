"""One-touch join in words and buttons: whether it is ready, how far it is, or why it is not."""

from device.model.joining import Call, JoinRequested, LeaveRequested
from kiosk.telling.choice import Choice, Names
from kiosk.telling.sight import Sight


def tell_join(sight: Sight) -> str:
    """A sentence; empty where there is nothing to say of joining."""
    join, words = sight.state.join, sight.words
    if join is None:
        return ""
    if join.call is not None and join.call is not Call.FAILED and (join.leavable or join.cause is None):
        return words.calls[join.call]
    if join.cause is not None:
        return words.causes[join.cause]
    return words.join_ready if join.ready else ""


def join_choices(sight: Sight) -> list[Choice]:
    """Leave while there is something to leave; else a button for each meeting, which says where it leads."""
    join, words = sight.state.join, sight.words
    if join is None:
        return []
    if join.leavable:
        ask = LeaveRequested(key="", occurrence=join.occurrence)
        asked = join.call is Call.NEEDS_PASSCODE
        typing = [Choice(name=Names.PASSCODE, label=words.passcode, primary=True)] if asked else []
        return [*typing, Choice(name=Names.LEAVE, label=words.leave, ask=ask)]
    return [
        Choice(
            name=f"{Names.JOIN}-{number}",
            above=words.join,
            label=choice.label,
            primary=join.ready,  # of two, none is the likelier
            ask=JoinRequested(key="", occurrence=join.occurrence, revision=choice.revision),
        )
        for number, choice in enumerate(join.choices)
    ]
