"""The small print: how far the answer may be trusted, where that is not simply "yes"."""

from kiosk.telling.sight import Sight


def tell_freshness(sight: Sight) -> str:
    """One line, empty while everything is as it should be."""
    state, words, speech = sight.state, sight.words, sight.speech
    told = []
    if not sight.linked:
        told.append(words.reconnecting)
    if not state.fresh and state.confirmed_at:
        told.append(words.confirmed_at.format(time=speech.day_time(state.confirmed_at, sight.now)))
    if not state.fresh and state.broken and state.last_known is None:
        told.append(words.hops[state.broken.hop])
    if state.skipped:
        told.append(speech.number(words.skipped, state.skipped))
    return "  ·  ".join(told)
