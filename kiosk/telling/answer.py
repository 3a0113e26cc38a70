"""The answer: the word, until when, and whose meeting it is."""

from datetime import datetime

from device.model.availability import DoorState, Reason
from device.model.occurrence import Occurrence
from device.model.value import Value
from kiosk.telling.sight import Sight, is_tentative


class Answer(Value):
    """The texts of the answer, most important first; empty where there is nothing to say."""

    word: str
    beside: str = ""
    """Until when, or how long yet."""
    title: str = ""
    by: str = ""
    detail: str = ""

    @property
    def calm(self) -> bool:
        """Whether there is nothing but the word and its time, which may then be larger."""
        return not (self.title or self.by or self.detail)


def tell_answer(sight: Sight) -> Answer:
    """The answer for a room as it is."""
    return _TELLERS[sight.state.availability.state](sight)


def _free(sight: Sight) -> Answer:
    until = sight.state.availability.until
    return Answer(word=sight.words.states[DoorState.FREE], beside=_until(sight, until))


def _starting(sight: Sight) -> Answer:
    answer, words = sight.state.availability, sight.words
    start = answer.until or answer.next_change
    return _meeting(
        sight,
        answer.next,
        word=words.starts.format(time=sight.speech.time(start)),
        beside=words.starts_in.format(duration=sight.speech.duration(start - sight.now)),
    )


def _check_in(sight: Sight) -> Answer:
    answer, words = sight.state.availability, sight.words
    release = answer.until or answer.next_change
    return _meeting(
        sight,
        answer.current,
        word=words.states[DoorState.CHECK_IN],
        beside=words.left.format(duration=sight.speech.duration(release - sight.now)),
        detail=_more(sight),
    )


def _in_use(sight: Sight) -> Answer:
    answer, words = sight.state.availability, sight.words
    end = answer.until or answer.next_change
    left = words.left.format(duration=sight.speech.duration(end - sight.now))
    return _meeting(
        sight,
        answer.current,
        word=words.states[DoorState.IN_USE],
        beside=words.until.format(time=sight.speech.day_time(end, sight.now)),
        detail=_more(sight) or left,
    )


def _closed(sight: Sight) -> Answer:
    answer, words = sight.state.availability, sight.words
    word = words.states[DoorState.CLOSED]
    if answer.reason is Reason.OUT_OF_SERVICE:
        return Answer(word=word, title=sight.state.room.policy.out_of_service, by=words.out_of_service)
    return Answer(word=word, beside=_opening(sight, answer.until))


def _unknown(sight: Sight) -> Answer:
    words, last, broken = sight.words, sight.state.last_known, sight.state.broken
    if last is None:
        title = words.never_confirmed
    else:
        time = sight.speech.day_time(last.at, sight.now)
        title = words.not_confirmed.format(state=words.states[last.state], time=time)
    by = words.hops[broken.hop] if broken else ""
    return Answer(word=words.states[DoorState.UNKNOWN], title=title, by=by)


_TELLERS = {
    DoorState.FREE: _free,
    DoorState.STARTING: _starting,
    DoorState.CHECK_IN: _check_in,
    DoorState.IN_USE: _in_use,
    DoorState.CLOSED: _closed,
    DoorState.UNKNOWN: _unknown,
}


def _meeting(sight: Sight, occurrence: Occurrence | None, *, word: str, beside: str, detail: str = "") -> Answer:
    if occurrence is None:
        return Answer(word=word, beside=beside, detail=detail)
    by = "" if occurrence.private else occurrence.organizer
    marks = [text for text in (by, sight.words.tentative if is_tentative(occurrence) else "") if text]
    return Answer(word=word, beside=beside, title=sight.title(occurrence), by=" · ".join(marks), detail=detail)


def _until(sight: Sight, until: datetime | None) -> str:
    """Until a time of today, or the rest of the day."""
    if until is None or sight.speech.days_between(sight.now, until) > 0:
        return sight.words.rest_of_day
    return sight.words.until.format(time=sight.speech.time(until))


def _opening(sight: Sight, opening: datetime | None) -> str:
    if opening is None:
        return ""
    if sight.speech.days_between(sight.now, opening) == 0:
        return sight.words.opens.format(time=sight.speech.time(opening))
    return sight.words.opens_on.format(weekday=sight.speech.weekday(opening), time=sight.speech.time(opening))


def _more(sight: Sight) -> str:
    more = sight.state.availability.overlapping
    return sight.speech.number(sight.words.more_now, more) if more else ""
