"""The next meetings, and those that run beside the current one."""

from device.model.occurrence import Occurrence
from kiosk.telling.line import Line
from kiosk.telling.sight import Sight, is_tentative


def tell_agenda(sight: Sight, most: int) -> tuple[Line, ...]:
    """The meetings that matter next, at most `most`; one line that says so where there are none."""
    answer = sight.state.availability
    told = {occurrence.id for occurrence in (answer.current, _headline(sight)) if occurrence}
    lines = [_line(sight, each) for each in sight.state.day if each.id not in told and sight.end(each) > sight.now]
    lines = lines[:most]
    if len(lines) < most and answer.free_from and answer.free_from != answer.until:
        lines.append(_free_again(sight))
    if not lines and most:
        lines.append(Line(head="", body=sight.words.later_free))
    return tuple(lines)


def _headline(sight: Sight) -> Occurrence | None:
    """The meeting that the answer itself names, where it is the next one."""
    return None if sight.state.availability.state != "starting" else sight.state.availability.next


def _line(sight: Sight, occurrence: Occurrence) -> Line:
    words = sight.words
    if occurrence.all_day:
        when = words.all_day
    elif sight.runs(occurrence):
        when = words.until.format(time=sight.speech.time(sight.end(occurrence)))
    else:
        when = sight.speech.day_time(sight.start(occurrence), sight.now)
    by = "" if occurrence.private else occurrence.organizer
    marks = [text for text in (by, words.tentative if is_tentative(occurrence) else "") if text]
    return Line(head=when, body=sight.title(occurrence), tail=" · ".join(marks))


def _free_again(sight: Sight) -> Line:
    time = sight.state.availability.free_from or sight.now
    return Line(head="", body=sight.words.free_from.format(time=sight.speech.day_time(time, sight.now)))
